package aws

import (
	"context"
	"sync"

	"golang.org/x/time/rate"
)

// AWS throttles each API by its own bucket of tokens; these are within the smallest of those that Lifeboat reads.
const (
	callsPerSecond = 20
	burst          = 50
	leastPerSecond = 1
)

// pace holds the calls of a region back, service by service. A service that says "too fast" is asked half as fast, and
// every answer afterwards speeds it up a little.
type pace struct {
	mu       sync.Mutex
	services map[string]*rate.Limiter
}

func (p *pace) of(service string) *rate.Limiter {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.services == nil {
		p.services = map[string]*rate.Limiter{}
	}
	if p.services[service] == nil {
		p.services[service] = rate.NewLimiter(callsPerSecond, burst)
	}
	return p.services[service]
}

func (p *pace) wait(ctx context.Context, service string) error { return p.of(service).Wait(ctx) }

func (p *pace) throttled(service string) {
	l := p.of(service)
	l.SetLimit(max(l.Limit()/2, leastPerSecond))
	l.SetBurst(max(l.Burst()/2, leastPerSecond))
}

func (p *pace) answered(service string) {
	l := p.of(service)
	l.SetLimit(min(l.Limit()*1.1, callsPerSecond))
	l.SetBurst(min(l.Burst()+1, burst))
}
