package runbook

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"time"
)

// FileLease is a lease on this machine: the kernel's lock on estate.lock, which ends with its process, and beside it
// estate.lease.json, which says who holds it and keeps the fence number.
type FileLease struct {
	dir string

	mu   sync.Mutex
	lock *os.File
}

// NewFileLease is the lease whose files are in a directory, which Acquire makes.
func NewFileLease(dir string) *FileLease { return &FileLease{dir: dir} }

// acquireWait is how long Acquire waits for one that only looks who holds the lock.
const acquireWait = 200 * time.Millisecond

// Scope is the machine: another one knows nothing of this lock.
func (l *FileLease) Scope() string { return "this machine only" }

func (l *FileLease) lockPath() string  { return filepath.Join(l.dir, "estate.lock") }
func (l *FileLease) grantPath() string { return filepath.Join(l.dir, "estate.lease.json") }

// Acquire takes the lock and the next fence number. A lock held by a living process cannot be taken over by any phrase.
func (l *FileLease) Acquire(ctx context.Context, c Claim) (Grant, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if err := os.MkdirAll(l.dir, 0o700); err != nil {
		return Grant{}, err
	}
	lock, err := waitLock(ctx, l.lockPath(), acquireWait)
	if errors.Is(err, errLocked) {
		by, _ := l.read()
		return Grant{}, &HeldError{By: by}
	}
	if err != nil {
		return Grant{}, fmt.Errorf("lock %s: %w", l.lockPath(), err)
	}
	last, err := l.read()
	g := Grant{Fence: last.Fence + 1, Holder: c.Holder, Host: c.Host, Run: c.Run}
	if err == nil {
		err = l.write(g)
	}
	if err != nil {
		lock.Close()
		return Grant{}, fmt.Errorf("the fence number in %s: %w", l.grantPath(), err)
	}
	l.lock = lock
	return g, nil
}

// Renew makes sure that the lock is still the one that others would meet: a lock file that was deleted or replaced locks
// nobody out.
func (l *FileLease) Renew(_ context.Context, g Grant) (Grant, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.lock == nil {
		return Grant{}, ErrLost
	}
	held, err := l.lock.Stat()
	if err != nil {
		return Grant{}, err
	}
	there, err := os.Stat(l.lockPath())
	if err != nil || !os.SameFile(held, there) {
		return Grant{}, fmt.Errorf("%w: %s was deleted or replaced", ErrLost, l.lockPath())
	}
	now, err := l.read()
	if err == nil && now.Fence != g.Fence {
		return Grant{}, fmt.Errorf("%w: fence %d was granted since", ErrLost, now.Fence)
	}
	return g, err
}

// Release gives the lock back; the fence number stays.
func (l *FileLease) Release(context.Context, Grant) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.lock == nil {
		return nil
	}
	err := l.lock.Close()
	l.lock = nil
	return err
}

// Held tries the lock for a moment to learn whether another has it.
func (l *FileLease) Held(context.Context) (Grant, bool, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	g, err := l.read()
	if err != nil || l.lock != nil || g.Fence == 0 {
		return g, l.lock != nil, err
	}
	lock, err := lockFile(l.lockPath())
	if errors.Is(err, errLocked) {
		return g, true, nil
	}
	if err != nil {
		return Grant{}, false, err
	}
	return Grant{}, false, lock.Close()
}

// read is the last grant; none was made where there is no file.
func (l *FileLease) read() (Grant, error) {
	var g Grant
	data, err := os.ReadFile(l.grantPath())
	if errors.Is(err, fs.ErrNotExist) {
		return g, nil
	}
	if err != nil {
		return g, err
	}
	return g, json.Unmarshal(data, &g)
}

// write replaces the grant's file as a whole and makes it durable.
func (l *FileLease) write(g Grant) error {
	data, err := json.Marshal(g)
	if err != nil {
		return err
	}
	f, err := os.CreateTemp(l.dir, "estate.lease.*")
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	err = errors.Join(err, f.Sync(), f.Close())
	if err == nil {
		err = os.Rename(f.Name(), l.grantPath())
	}
	if err != nil {
		os.Remove(f.Name())
		return err
	}
	return syncDir(l.dir)
}
