package aws

import (
	"context"
	"sync"

	"golang.org/x/time/rate"
)

// bucket is how AWS throttles an API: by tokens, so many at most and so many more a second, for the whole account.
type bucket struct {
	perSecond rate.Limit
	most      int
}

// usual is the smallest of those that AWS documents for ECS's reading calls, buckets what is known to be otherwise. S3 takes 3,500
// writing requests a second for each prefix, and a journal is one object an entry: a run must not wait for its turn there.
var (
	usual   = bucket{20, 50}
	buckets = map[string]bucket{"elasticloadbalancing": {10, 40}, "s3": {3500, 3500}}
	least   = bucket{1, 1}
)

// pace holds the calls of a region back, service by service. A service that says "too fast" is asked half as fast, and
// every answer afterwards speeds it up a little.
type pace struct {
	mu       sync.Mutex
	services map[string]*rate.Limiter
}

func bucketOf(service string) bucket {
	if b, ok := buckets[service]; ok {
		return b
	}
	return usual
}

func (p *pace) of(service string) *rate.Limiter {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.services == nil {
		p.services = map[string]*rate.Limiter{}
	}
	if p.services[service] == nil {
		b := bucketOf(service)
		p.services[service] = rate.NewLimiter(b.perSecond, b.most)
	}
	return p.services[service]
}

func (p *pace) wait(ctx context.Context, service string) error { return p.of(service).Wait(ctx) }

func (p *pace) throttled(service string) {
	l := p.of(service)
	l.SetLimit(max(l.Limit()/2, least.perSecond))
	l.SetBurst(max(l.Burst()/2, least.most))
}

func (p *pace) answered(service string) {
	l, b := p.of(service), bucketOf(service)
	l.SetLimit(min(l.Limit()*1.1, b.perSecond))
	l.SetBurst(min(l.Burst()+1, b.most))
}
