package aws

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"
	"golang.org/x/sync/semaphore"

	"lifeboat/aws/fault"
)

// look is one refresh: the clients it uses, what it may no longer do, and what it has met so far.
type look struct {
	*Reader
	api   *clients
	begun time.Time
	slots []*semaphore.Weighted // taken in this order for each call
	err   error                 // why no call can be made: no credentials
	tally *tally

	asked chan struct{} // closed when the balancers are being asked for, or are not to be; see targets
	tell  func()        // closes it

	// Read once a refresh, by whoever needs it first.
	listed    func() ([]types.LoadBalancer, error)
	grouped   func() ([]types.TargetGroup, error)
	listened  func() ([]Listener, error)
	recovered func() ([]string, error)
}

func (r *Reader) look(ctx context.Context, first ...*semaphore.Weighted) *look {
	l := &look{Reader: r, begun: time.Now(), slots: append(first, r.atOnce), tally: &tally{}}
	l.asked = make(chan struct{})
	l.tell = sync.OnceFunc(func() { close(l.asked) })
	l.listed = shared(func() ([]types.LoadBalancer, error) { return l.listBalancers(ctx) })
	l.grouped = shared(func() ([]types.TargetGroup, error) { return l.listGroups(ctx) })
	l.listened = shared(func() ([]Listener, error) { return l.listListeners(ctx) })
	l.recovered = shared(func() ([]string, error) { return l.recoverable(ctx) })
	l.api, l.err = r.open(ctx, &look{Reader: r, slots: l.slots, tally: l.tally})
	return l
}

// end closes a refresh. After a refusal of the credentials the next one reads the AWS configuration anew, so that a
// person who signs in again need not start Lifeboat again.
func (l *look) end() {
	if l.err == nil && !l.tally.refused() {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.by != nil && l.tally.refused() {
		l.by.drop(l.api.signer)
	}
	l.clients = nil
}

// turn waits until a call to the service may be made. It refuses where waiting is of no use: without credentials, and
// where the region has let calls time out and answered none.
func (l *look) turn(ctx context.Context, service string) (leave func(), kind fault.Kind, err error) {
	if l.err != nil {
		return nil, fault.KindOf(l.err), l.err
	}
	if err := l.pace.wait(ctx, service); err != nil && ctx.Err() == nil {
		return nil, fault.Throttled, errors.New("held back by Lifeboat's own pace")
	}
	for i, s := range l.slots {
		if err := s.Acquire(ctx, 1); err != nil {
			l.release(i)
			return nil, fault.TimedOut, errors.New("the refresh ended before its turn came")
		}
	}
	if err := l.tally.silent(); err != nil {
		l.release(len(l.slots))
		return nil, fault.TimedOut, err
	}
	return func() { l.release(len(l.slots)) }, "", nil
}

func (l *look) release(n int) {
	for _, s := range l.slots[:n] {
		s.Release(1)
	}
}

// shared gives a function that does f at its first call, and what f gave to everybody. Who comes while f is under way
// waits on a channel, not on a lock as in sync.OnceValues, which would stop the clock of a testing/synctest bubble.
func shared[T any](f func() (T, error)) func() (T, error) {
	var begun atomic.Bool
	var v T
	var err error
	done := make(chan struct{})
	return func() (T, error) {
		if begun.CompareAndSwap(false, true) {
			defer close(done)
			v, err = f()
			return v, err
		}
		<-done
		return v, err
	}
}
