package edge

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/url"
	"slices"
	"sync/atomic"
	"time"

	"lifeboat/aws"
)

// defaultTimeout is how long one question may take where Spec does not say.
const defaultTimeout = 5 * time.Second

// Reader looks at the edge. It may be used from many goroutines at once, and keeps no connection open between looks.
type Reader struct {
	spec   Spec
	number atomic.Int64 // the newest {n} that was written
}

// NewReader makes a reader, and touches no network. It refuses a spec that no answer could come of: a probe's URL that
// is none, or a resolver without a port.
func NewReader(spec Spec) (*Reader, error) {
	r := &Reader{spec: withDefaults(spec)}
	for name, p := range r.probes() {
		if _, err := parse(p); err != nil && p.URL != "" {
			return nil, fmt.Errorf("%s probe: %w", name, err)
		}
	}
	for _, resolver := range spec.Resolvers {
		if _, _, err := net.SplitHostPort(resolver); err != nil {
			return nil, fmt.Errorf("resolver %q: write host:port: %w", resolver, err)
		}
	}
	return r, nil
}

func withDefaults(s Spec) Spec {
	if s.Now == nil {
		s.Now = time.Now
	}
	if s.Dial == nil {
		s.Dial = new(net.Dialer).DialContext
	}
	if s.Timeout <= 0 {
		s.Timeout = defaultTimeout
	}
	s.CloudFront = controlDefaults(s.CloudFront, s)
	if s.Field == "" {
		s.Field = "environment"
	}
	if s.BalancerNames == nil {
		s.BalancerNames = func() map[string][]string { return nil }
	}
	if s.CloudflareKey == nil {
		s.CloudflareKey = func() string { return "" }
	}
	return s
}

// controlDefaults are those of the way to CloudFront, whose API is in one region for all.
func controlDefaults(c aws.Spec, s Spec) aws.Spec {
	if c.Region == "" {
		c.Region = "us-east-1"
	}
	if c.Dial == nil {
		c.Dial = s.Dial
	}
	if c.CallTimeout <= 0 {
		c.CallTimeout = s.Timeout
	}
	c.Asked = s.toldOfFront
	return c
}

// probes are all questions of the spec, by what a person calls them.
func (r *Reader) probes() map[string]Probe {
	all := map[string]Probe{"pages": r.spec.Pages, "API": r.spec.API, "write": r.spec.Write}
	for region, p := range r.spec.Balancers {
		all[region+" balancer's"] = p
	}
	return all
}

// regions are those of the spec and those that a balancer's probe names.
func (r *Reader) regions() []string {
	all := slices.Clone(r.spec.Regions)
	for region := range r.spec.Balancers {
		if !slices.Contains(all, region) {
			all = append(all, region)
		}
	}
	slices.Sort(all)
	return all
}

// publicName is the name that users look up: the public API's, or the pages' where there is no API probe; "" for none.
func (r *Reader) publicName() string {
	for _, p := range []Probe{r.spec.API, r.spec.Pages} {
		if u, err := url.Parse(p.URL); err == nil && u.Hostname() != "" {
			return u.Hostname()
		}
	}
	return ""
}

// tried is the part after an attempt. One that the caller broke off himself taught nothing, and leaves no mark.
func tried[T any](prev aws.Part[T], v T, err error, now time.Time) aws.Part[T] {
	if errors.Is(err, context.Canceled) {
		return prev
	}
	return prev.Next(v, err, now)
}
