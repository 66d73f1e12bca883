package runbook

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// Lease is the one lock of an estate: who holds it may change the cloud. Every grant has a fence number, larger than
// every one before it. A lock that cannot be reached is an error, never a grant.
//
// Taking over: a grant with an expiry may be taken once it has expired, by the lock's own clock, for as long as the
// longest request of its holder may still be under way. Before that it takes TakeOverPhrase. A grant without an expiry
// lives as long as its process, and is free the moment that ends.
type Lease interface {
	// Acquire grants the lock, or fails with *HeldError where another holds it.
	Acquire(ctx context.Context, c Claim) (Grant, error)
	// Renew proves that the grant still holds and puts its expiry off. It fails with ErrLost where it holds no more,
	// and with anything else where it could not tell.
	Renew(ctx context.Context, g Grant) (Grant, error)
	// Release gives the lock back. Releasing what was lost is no error.
	Release(ctx context.Context, g Grant) error
	// Held says who holds the lock now; false where nobody does. It takes nothing.
	Held(ctx context.Context) (Grant, bool, error)
	// Scope is how far the lock reaches, in words for the screen: "this machine only".
	Scope() string
}

// Claim is who wants the lock, and for what.
type Claim struct {
	Holder string // the identity: an ARN, or a user name
	Host   string
	Run    string
	Phrase string // TakeOverPhrase of the grant that is to be taken before its time; "" takes nothing over
}

// Grant is the lock held.
type Grant struct {
	Fence   int64         `json:"fence"`
	Holder  string        `json:"holder"`
	Host    string        `json:"host"`
	Run     string        `json:"run"`
	Expires time.Time     `json:"expires,omitzero"` // by the lock's clock; zero: it lives as long as its process
	TTL     time.Duration `json:"ttl,omitempty"`    // how long a renewal lasts; zero with no expiry

	// Expired is Held's word, by the lock's clock: whoever had it has renewed it no more, and is dead or cannot reach the lock.
	Expired bool `json:"-"`
}

// ErrLost is a grant that holds no more: another took the lock over, or it was given back.
var ErrLost = errors.New("the lease was lost")

// HeldError is a lock that another holds.
type HeldError struct {
	By   Grant
	Free time.Time // when it may be taken over, by the lock's clock; zero: when its process ends
}

// Is says that it is a refusal.
func (e *HeldError) Is(target error) bool { return target == ErrRefused }

func (e *HeldError) Error() string {
	s := fmt.Sprintf("%s on %s holds the lease with run %s (fence %d)", e.By.Holder, e.By.Host, e.By.Run, e.By.Fence)
	if e.Free.IsZero() {
		return s + "; it is free when that process ends"
	}
	return s + "; it may be taken over at " + e.Free.UTC().Format("15:04:05 UTC") + ", or now by typing: " + TakeOverPhrase(e.By)
}

// TakeOverPhrase is what takes a grant over before its time. It names the fence number, so that it cannot take over a
// grant that the operator has not seen.
func TakeOverPhrase(g Grant) string {
	return fmt.Sprintf("take over fence %d from %s", g.Fence, g.Holder)
}
