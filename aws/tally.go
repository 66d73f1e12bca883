package aws

import (
	"context"
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

// enough is how many calls of a refresh may time out before it asks no more of a region that has answered none.
const enough = 2

// silent refuses further calls to a region that does not answer, so that a refresh of a dark one takes one time-out and
// not one for every eight calls.
func (t *tally) silent() error {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.timedOut < enough || t.timedOut < t.calls {
		return nil
	}
	return inWords{fmt.Sprintf("not asked: none of %d calls before was answered", t.calls), context.DeadlineExceeded}
}
