package runbook

import (
	"fmt"
	"net"
	"os"
	"path/filepath"
	"runtime"
)

// MostSocketPath is how many bytes long a socket's path may be on every system that Lifeboat is built for.
const MostSocketPath = 100

// Listen opens the socket of a run, for its owner alone: in a directory that nobody else may enter, which it makes. A
// socket that a dead process left there is taken away.
func Listen(path string) (net.Listener, error) {
	if len(path) > MostSocketPath {
		return nil, fmt.Errorf("the path of a socket is at most %d bytes long, and %s is not", MostSocketPath, path)
	}
	dir := filepath.Dir(path)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	info, err := os.Stat(dir)
	if err != nil {
		return nil, err
	}
	if runtime.GOOS != "windows" && info.Mode().Perm()&0o077 != 0 { // Windows keeps no such bits
		return nil, fmt.Errorf("others may enter %s: a run's socket needs a directory of its owner's alone", dir)
	}
	if c, err := net.Dial("unix", path); err == nil {
		c.Close()
		return nil, fmt.Errorf("another process answers at %s", path)
	}
	_ = os.Remove(path)
	l, err := net.Listen("unix", path)
	if err != nil {
		return nil, err
	}
	return l, os.Chmod(path, 0o600)
}
