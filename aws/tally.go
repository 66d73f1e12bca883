package aws

import (
	"fmt"
	"sync"
	"time"

	"lifeboat/aws/fault"
)

// tally counts the answers of a refresh.
type tally struct {
	mu       sync.Mutex
	calls    int
	health   APIHealth
	timedOut int
	lost     bool // AWS refused the credentials
}

// met counts a request that was made: kind is "" for a success; answered says whether any HTTP answer came.
func (l *look) met(service string, kind fault.Kind, took time.Duration, answered bool) {
	switch kind {
	case "":
		l.pace.answered(service)
	case fault.Throttled:
		l.pace.throttled(service)
	}
	t := l.tally
	t.mu.Lock()
	defer t.mu.Unlock()
	t.calls++
	switch {
	case kind.Silent():
		t.health.Silent++
	case answered:
		t.health.Answered++
		t.health.Slowest = max(t.health.Slowest, took)
	}
	if kind == fault.TimedOut {
		t.timedOut++
	}
	t.lost = t.lost || kind == fault.Expired || kind == fault.NoCredentials
}

// sum is what a refresh has met so far.
func (t *tally) sum() (calls int, health APIHealth) {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.calls, t.health
}

func (t *tally) refused() bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.lost
}

// silent refuses further calls once one was not answered in its time and no other was answered at all: a refresh of a dark
// region then takes one time-out, and not one for every eight calls.
func (t *tally) silent() error {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.timedOut == 0 || t.timedOut < t.calls {
		return nil
	}
	return fmt.Errorf("not asked: no call before it was answered, %d timed out", t.timedOut)
}
