package aws

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"lifeboat/aws/fault"
)

// How often a call is made again within its time when it failed in a way that passes.
var again = map[fault.Kind]int{fault.Throttled: 2, fault.Unavailable: 1, fault.Unreachable: 1}

const firstPause = 100 * time.Millisecond // before a call is made again; doubled each time

// ask makes one call and, where that helps, repeats it, within Spec.CallTimeout in all; waiting for its turn does not
// count. The SDK's own retries are off: when their pause outlives the deadline they lose why the call had failed, and a
// throttled region would look like a silent one.
func ask[In, Out, Opt any](
	ctx context.Context, l *look, op, target string,
	call func(context.Context, *In, ...func(*Opt)) (*Out, error), in *In,
) (*Out, error) {
	left, pause := l.spec.CallTimeout, firstPause
	for tries := 0; ; tries++ {
		out, took, err := once(ctx, l, request{op: op, target: target, within: left}, call, in)
		left -= took
		if err == nil || tries >= again[fault.KindOf(err)] || pause >= left || sleep(ctx, pause) != nil {
			return out, err
		}
		left -= pause
		pause *= 2
	}
}

func sleep(ctx context.Context, d time.Duration) error {
	select {
	case <-time.After(d):
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// request is one request as it is made.
type request struct {
	op, target string
	within     time.Duration
	changes    bool
}

// once makes one request when its turn comes. One that changes something is then waited for, whatever becomes of ctx: who
// left before the answer could not say what it had done.
func once[In, Out, Opt any](
	ctx context.Context, l *look, q request, call func(context.Context, *In, ...func(*Opt)) (*Out, error), in *In,
) (out *Out, took time.Duration, err error) {
	service, _, _ := strings.Cut(q.op, ":")
	leave, kind, err := l.turn(ctx, service)
	if err != nil {
		return nil, 0, fault.New(kind, q.op, l.on(q.target), err)
	}
	defer leave()
	if q.changes {
		ctx = context.WithoutCancel(ctx)
	}
	limited, cancel := context.WithTimeout(ctx, q.within)
	defer cancel()
	begun := time.Now()
	out, err = call(naming(limited, Asked{l.spec.Region, q.op, q.target, q.changes}), in)
	took = time.Since(begun)
	if err != nil {
		return nil, took, l.failed(q, err, took, limited.Err(), ctx.Err())
	}
	l.met(service, "", took, true)
	return out, took, nil
}

// failed judges and counts a request that failed. What its caller broke off says nothing of the region.
func (l *look) failed(q request, err error, took time.Duration, limit, caller error) error {
	answered := statusOf(err) != 0
	err = FromError(q.op, l.on(q.target), err)
	if fault.KindOf(err) == fault.TimedOut && limit != nil {
		err = &fault.Error{Kind: fault.TimedOut, Op: q.op, Target: l.on(q.target), Cause: noAnswer{took}}
	}
	if !errors.Is(caller, context.Canceled) {
		service, _, _ := strings.Cut(q.op, ":")
		l.met(service, fault.KindOf(err), took, answered)
	}
	return err
}

// on is where a call is made and on what, as an error names it.
func (l *look) on(target string) string { return strings.TrimSpace(l.spec.Region + " " + target) }

// noAnswer is a time-out in plain words.
type noAnswer struct{ after time.Duration }

func (n noAnswer) Error() string {
	return fmt.Sprintf("no answer in %s", n.after.Round(10*time.Millisecond))
}
func (noAnswer) Unwrap() error { return context.DeadlineExceeded }

// pager is what the SDK's paginators have in common.
type pager[Out, Opt any] interface {
	HasMorePages() bool
	NextPage(context.Context, ...func(*Opt)) (*Out, error)
}

// mostPages bounds a list that never ends. It is 100,000 images, which is AWS's own bound for a repository.
const mostPages = 100

// pages reads a list to its end. A list that breaks off half-way is an error and no list.
func pages[Out, Opt any](ctx context.Context, l *look, op, target string, p pager[Out, Opt]) ([]*Out, error) {
	next := func(ctx context.Context, _ *struct{}, o ...func(*Opt)) (*Out, error) { return p.NextPage(ctx, o...) }
	var all []*Out
	for p.HasMorePages() {
		if len(all) == mostPages {
			return nil, fault.New(fault.Unreadable, op, l.spec.Region+" "+target, fmt.Errorf("the list has more than %d pages", mostPages))
		}
		out, err := ask(ctx, l, op, target, next, nil)
		if err != nil {
			return nil, err
		}
		all = append(all, out)
	}
	return all, nil
}

// each does f for 0..n-1, at most callsAtOnce at once. After an error none is begun that has not been yet.
func each(n int, f func(i int) error) error {
	var g errgroup.Group
	g.SetLimit(callsAtOnce)
	var failed atomic.Bool
	for i := range n {
		g.Go(func() (err error) {
			if failed.Load() {
				return nil
			}
			fault.Caught(func() { err = f(i) })()
			if err != nil {
				failed.Store(true)
			}
			return err
		})
	}
	return g.Wait()
}

// gather is each for lists: what all of f gave, in order.
func gather[T any](n int, f func(i int) ([]T, error)) ([]T, error) {
	parts := make([][]T, n)
	err := each(n, func(i int) (err error) {
		parts[i], err = f(i)
		return err
	})
	if err != nil {
		return nil, err
	}
	return slices.Concat(parts...), nil
}
