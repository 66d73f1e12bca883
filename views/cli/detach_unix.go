//go:build unix

package cli

import (
	"os/exec"
	"syscall"
)

// detach makes cmd outlive this process and its terminal: it gets a session of its own, so that neither an interrupt
// nor a hang-up reaches it.
func detach(cmd *exec.Cmd) { cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true} }
