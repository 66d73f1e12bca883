package edge

import (
	"context"
	"net"
	"sync"

	"lifeboat/aws"
	"lifeboat/aws/fault"
)

// Probes asks everything that is asked over the network at once: each balancer, the public pages, API and write probe,
// and each resolver followed by the API at the address that it gave. Every question has Spec.Timeout to itself and
// fails alone, so that this takes at most twice that. What is not configured fails as fault.NotConfigured.
func (r *Reader) Probes(ctx context.Context, prev Probes) Probes {
	var all sync.WaitGroup
	next := Probes{Balancers: map[string]aws.Part[Answer]{}}
	ask := func(into *aws.Part[Answer], before aws.Part[Answer], p Probe) {
		all.Go(fault.Caught(func() { *into = r.asked(ctx, before, p) }))
	}
	ask(&next.Pages, prev.Pages, r.spec.Pages)
	ask(&next.API, prev.API, r.spec.API)
	ask(&next.Write, prev.Write, r.spec.Write)
	regions := r.regions()
	balancers := make([]aws.Part[Answer], len(regions))
	for i, region := range regions {
		ask(&balancers[i], prev.Balancers[region], r.spec.Balancers[region])
	}
	if name := r.publicName(); name != "" {
		next.Resolvers = make([]Resolution, len(r.spec.Resolvers))
		for i, resolver := range r.spec.Resolvers {
			all.Go(fault.Caught(func() { next.Resolvers[i] = r.resolution(ctx, before(prev, resolver), name) }))
		}
	}
	all.Wait()
	for i, region := range regions {
		next.Balancers[region] = balancers[i]
	}
	return next
}

func (r *Reader) asked(ctx context.Context, prev aws.Part[Answer], p Probe) aws.Part[Answer] {
	a, err := r.Probe(ctx, p)
	return tried(prev, a, err, r.spec.Now())
}

// before is what this resolver gave the last time.
func before(prev Probes, resolver string) Resolution {
	for _, was := range prev.Resolvers {
		if was.Resolver == resolver {
			return was
		}
	}
	return Resolution{Resolver: resolver}
}

// resolution asks a resolver for the public name, and the public API at the addresses that it gave.
func (r *Reader) resolution(ctx context.Context, was Resolution, name string) Resolution {
	found, err := r.lookup(ctx, was.Resolver, name)
	next := Resolution{Resolver: was.Resolver, Names: tried(was.Names, found, err, r.spec.Now())}
	var a Answer
	switch {
	case r.spec.API.URL == "":
		err = fault.New(fault.NotConfigured, "probe", "API", nil)
	case err == nil:
		a, err = r.probeAt(ctx, r.spec.API, found.Addresses)
	}
	next.API = tried(was.API, a, err, r.spec.Now())
	return next
}

// probeAt asks p at addresses in place of those that its name has elsewhere.
func (r *Reader) probeAt(ctx context.Context, p Probe, addresses []string) (Answer, error) {
	q, err := parse(p)
	if err != nil {
		return Answer{}, err
	}
	_, port, err := net.SplitHostPort(q.dial)
	if err != nil {
		return Answer{}, err
	}
	return r.ask(ctx, q, func(context.Context) ([]string, error) { return withPort(addresses, port), nil })
}
