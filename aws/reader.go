package aws

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"golang.org/x/sync/semaphore"

	"lifeboat/aws/fault"
)

const (
	callsAtOnce     = 8 // a region
	slowCallsAtOnce = 4 // of them the slow clock's, so that it never holds up the fast one
)

// Reader reads one region. Its refreshes may run at the same time, each from one goroutine. Between them it keeps what
// does not change by itself: names that were discovered, the ARNs of target groups, the images of running tasks.
//
// Every text in what it reads (names, tags, events, reasons, messages) is raw, as the cloud gave it; whoever draws it
// makes it harmless.
type Reader struct {
	spec Spec
	by   *Operator // whose session signs the calls; nil: spec's own credentials
	pace pace

	atOnce, slowAtOnce *semaphore.Weighted

	mu      sync.Mutex
	clients *clients // nil until the first refresh, and after AWS refused the credentials

	names       nameMemory
	tasks       taskMemory
	definitions definitionMemory
	elb         elbMemory
}

// NewReader makes a reader of the region in spec. It touches no network and resolves no credentials. It refuses a spec
// without a region and a CA file that cannot be read.
func NewReader(spec Spec) (*Reader, error) {
	if spec.Region == "" {
		return nil, errors.New("reading a region: its name is missing")
	}
	if spec.Now == nil {
		spec.Now = time.Now
	}
	orDefault(&spec.CallTimeout, 5*time.Second)
	orDefault(&spec.MetricEvery, time.Minute)
	orDefault(&spec.LagWindow, time.Hour)
	if _, err := Trust(spec.CAFile); err != nil {
		return nil, fmt.Errorf("reading %s: %w", spec.Region, err)
	}
	return &Reader{
		spec:   spec,
		atOnce: semaphore.NewWeighted(callsAtOnce), slowAtOnce: semaphore.NewWeighted(slowCallsAtOnce),
		names: nameMemory{looking: semaphore.NewWeighted(1)},
	}, nil
}

func orDefault(d *time.Duration, v time.Duration) {
	if *d <= 0 {
		*d = v
	}
}

// Fast reads once what moves by the second. It returns when every part was read or has failed, at the latest when ctx
// ends. A part that fails keeps prev's value and time beside its error.
func (r *Reader) Fast(ctx context.Context, prev Fast) Fast {
	l := r.look(ctx)
	next := prev
	together(
		func() { next.Identity = part(ctx, l, prev.Identity, l.identity) },
		func() { next.Services = part(ctx, l, prev.Services, l.services) },
		func() { next.Scaling = part(ctx, l, prev.Scaling, l.scaling) },
		func() { next.Balancers = part(ctx, l, prev.Balancers, l.balancers) },
		func() { next.Targets = l.targets(ctx, prev.Targets) },
		func() { next.Databases = part(ctx, l, prev.Databases, l.databases) },
		func() { next.Metrics = part(ctx, l, prev.Metrics, l.metrics) },
	)
	calls, health := l.tally.sum()
	next.API = prev.API.Next(health, nil, r.spec.Now())
	next.Calls, next.Took = calls, time.Since(l.begun)
	l.end()
	return next
}

// Slow reads once what moves by the hour, and has the next Fast read anew what it keeps between its refreshes.
func (r *Reader) Slow(ctx context.Context, prev Slow) Slow {
	l := r.look(ctx, r.slowAtOnce)
	l.rediscover(ctx)
	r.tasks.doubt()
	r.elb.doubt()
	next := prev
	together(
		func() { next.Images = part(ctx, l, prev.Images, l.images) },
		func() { next.Listeners = part(ctx, l, prev.Listeners, l.listeners) },
		func() { next.Certificates = part(ctx, l, prev.Certificates, l.certificates) },
		func() { next.Snapshots = part(ctx, l, prev.Snapshots, l.snapshots) },
		func() { next.Kept = part(ctx, l, prev.Kept, l.kept) },
		func() { next.Backups = part(ctx, l, prev.Backups, l.backups) },
		func() { next.Secrets = part(ctx, l, prev.Secrets, l.secrets) },
		func() { next.Quotas = part(ctx, l, prev.Quotas, l.quotas) },
	)
	l.end()
	return next
}

func part[T any](ctx context.Context, l *look, prev Part[T], read func(context.Context) (T, error)) Part[T] {
	v, err := read(ctx)
	return prev.Next(v, err, l.spec.Now())
}

// together runs all at the same time and waits for them.
func together(all ...func()) {
	var g sync.WaitGroup
	for _, f := range all {
		g.Go(fault.Caught(f))
	}
	g.Wait()
}
