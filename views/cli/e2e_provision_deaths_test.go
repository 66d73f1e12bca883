//go:build unix

package cli_test

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"testing"
)

// process is the pid of the process that executes a run; 0 where there is none.
func (p *provisioner) process(run string) int {
	p.Helper()
	found, _ := filepath.Glob(filepath.Join(p.folder("XDG_STATE_HOME"), "lifeboat", "estates", "*", "runs", run+".process.json"))
	for _, path := range found {
		var kept struct{ PID int }
		if text, err := os.ReadFile(path); err == nil && json.Unmarshal(text, &kept) == nil {
			return kept.PID
		}
	}
	return 0
}

// groups are the process groups of what a process has started: a killed Terraform's provider would outlive it.
func groups(t testing.TB, parent int) (list []int) {
	t.Helper()
	out, err := exec.Command("ps", "-A", "-o", "ppid=,pgid=").Output()
	if err != nil {
		t.Fatal(err)
	}
	for _, line := range strings.Split(string(out), "\n") {
		f := strings.Fields(line)
		if len(f) == 2 && f[0] == strconv.Itoa(parent) && f[1] != strconv.Itoa(parent) {
			pgid, _ := strconv.Atoi(f[1])
			list = append(list, pgid)
		}
	}
	return list
}

// theCockpitIsKilled kills the cockpit in the middle of bootstrap's apply, and its terminal goes with it: the run goes on. Another
// cockpit finds it, and shows that the apply came to its end.
func (p *provisioner) theCockpitIsKilled() meets {
	return meets{words: regexp.MustCompile(`▸ \S+ +making`), does: func() {
		p.Helper()
		p.x.see("apply bootstrap")
		p.x.kill()
		p.shown.WriteString(p.x.output())
		run := p.newest()
		if pid := p.process(run); pid == 0 || syscall.Kill(pid, 0) != nil {
			p.Fatal("the run's process has ended with its cockpit")
		}
		p.x.terminal = p.cockpit()
		const found = "R  provisioning primary in us-east-1"
		p.x.until("the run", func(s string) bool { return strings.Contains(s, found) || strings.Contains(s, "PROVISION  primary") })
		if strings.Contains(p.x.text(), found) { // one that waits for an answer is opened at once
			p.x.keys("R")
		}
		p.x.see("PROVISION  primary in us-east-1", "roots 1 of 2 done")
	}}
}

// theRunIsKilled kills the run's process and its Terraform in the middle of foundation's apply. The screen says so; taken up again,
// the run shows who holds the state, and asks before it takes it.
func (p *provisioner) theRunIsKilled() []meets {
	killed := meets{words: regexp.MustCompile(`✓ \S+aws_kms_alias\S+ +made`), does: func() {
		p.Helper()
		pid := p.process(p.newest())
		left := groups(p, pid)
		_ = syscall.Kill(pid, syscall.SIGKILL)
		for _, pgid := range left {
			_ = syscall.Kill(-pgid, syscall.SIGKILL)
		}
		p.x.see("takes it up again")
		p.x.presses("R", shows("does it"))
		p.x.keys("\r")
		p.x.gone("takes it up again")
	}}
	locked := meets{words: regexp.MustCompile(`type  unlock foundation held by \S+`), does: func() {
		p.Helper()
		p.x.see("state of foundation", "take the lock of foundation's state, held by", " for ", "apply", "its id is", "see that its process is gone")
		p.x.enters(asks.FindStringSubmatch(p.x.text())[1])
	}}
	return []meets{killed, locked}
}

// whatIsThereIsImported: an apply that meets what the killed one has made says so, and the next try imports it, after it was shown and
// confirmed.
func (p *provisioner) whatIsThereIsImported() []meets {
	imports := false
	p.Cleanup(func() {
		if !imports && !p.Failed() {
			p.Error("nothing was imported")
		}
	})
	shown := meets{words: regexp.MustCompile(`[1-9]\d* to import`), does: func() {
		p.x.see("type  apply foundation")
		imports = true
	}}
	tried := meets{again: true, words: troubled, does: func() {
		p.Helper()
		p.x.see("apply foundation failed", "there already: the next try imports", "plan anew, show it, and ask again")
		p.x.presses("t", shows("does it"))
		p.x.keys("\r")
		p.x.gone("there already: the next try imports")
	}}
	return []meets{shown, tried}
}
