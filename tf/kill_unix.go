//go:build unix

package tf

import (
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
)

// Kill ends, at once and hard, every Terraform that this process has started, and the providers that it has started: they share its
// process group. What they were writing is cut off, and the state stays locked: it is for a process that must end without waiting.
func Kill() {
	out, err := exec.Command("ps", "-A", "-o", "pid=,ppid=,pgid=").Output()
	if err != nil {
		return
	}
	for _, pid := range leaders(string(out), os.Getpid()) {
		_ = syscall.Kill(-pid, syscall.SIGKILL)
	}
}

// leaders are a process's children that lead a group of their own, by what ps lists: terraform-exec makes them so.
func leaders(list string, parent int) []int {
	var found []int
	for _, line := range strings.Split(list, "\n") {
		f := strings.Fields(line)
		if len(f) != 3 || f[0] != f[2] || f[1] != strconv.Itoa(parent) {
			continue
		}
		if pid, err := strconv.Atoi(f[0]); err == nil && pid > 1 {
			found = append(found, pid)
		}
	}
	return found
}
