package cli

import (
	"os"
	"syscall"
)

// endings are the signals that end a command. Windows turns a closed console and a log-off into SIGTERM.
var endings = []os.Signal{os.Interrupt, syscall.SIGTERM}
