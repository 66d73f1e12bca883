package aws

import (
	"context"
	"errors"
	"sync"
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

	// Read once a refresh, by whoever needs it first.
	listed    func() ([]types.LoadBalancer, error)
	grouped   func() ([]types.TargetGroup, error)
	listened  func() ([]Listener, error)
	recovered func() ([]string, error)
}

func (r *Reader) look(ctx context.Context, first ...*semaphore.Weighted) *look {
	l := &look{Reader: r, begun: time.Now(), slots: append(first, r.atOnce), tally: &tally{}}
	l.listed = sync.OnceValues(func() ([]types.LoadBalancer, error) { return l.listBalancers(ctx) })
	l.grouped = sync.OnceValues(func() ([]types.TargetGroup, error) { return l.listGroups(ctx) })
	l.listened = sync.OnceValues(func() ([]Listener, error) { return l.listListeners(ctx) })
	l.recovered = sync.OnceValues(func() ([]string, error) { return l.recoverable(ctx) })
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
	l.clients = nil
}

// turn waits until a call to the service may be made. It refuses where waiting is of no use: without credentials, and
// where the region has let calls time out and answered none.
func (l *look) turn(ctx context.Context, service string) (leave func(), err error) {
	if l.err != nil {
		return nil, l.err
	}
	if err := l.pace.wait(ctx, service); err != nil {
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		return nil, &fault.Error{Kind: fault.Throttled, Op: service, Target: l.spec.Region, Cause: errors.New("held back by Lifeboat's own pace")}
	}
	for i, s := range l.slots {
		if err := s.Acquire(ctx, 1); err != nil {
			l.release(i)
			return nil, err
		}
	}
	if err := l.tally.silent(); err != nil {
		l.release(len(l.slots))
		return nil, err
	}
	return func() { l.release(len(l.slots)) }, nil
}

func (l *look) release(n int) {
	for _, s := range l.slots[:n] {
		s.Release(1)
	}
}
