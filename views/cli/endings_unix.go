//go:build unix

package cli

import (
	"os"
	"syscall"
)

// endings are the signals that end a command. A terminal that is lost sends a hang-up.
var endings = []os.Signal{os.Interrupt, syscall.SIGTERM, syscall.SIGHUP}
