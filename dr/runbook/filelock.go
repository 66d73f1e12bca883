package runbook

import (
	"context"
	"errors"
	"os"
	"time"
)

var errLocked = errors.New("another process holds this lock")

// How long a lock that others hold for a moment only is waited for, and the pause between two tries.
const (
	lockWait  = 2 * time.Second
	lockPause = 10 * time.Millisecond
)

// waitLock takes a lock that is held for a moment only.
func waitLock(ctx context.Context, path string, wait time.Duration) (*os.File, error) {
	for deadline := time.Now().Add(wait); ; {
		f, err := lockFile(path)
		if !errors.Is(err, errLocked) || time.Now().After(deadline) {
			return f, err
		}
		if !sleep(ctx, lockPause) {
			return nil, context.Cause(ctx)
		}
	}
}
