package cloud

import (
	"fmt"
	"slices"
)

// DistributionFor is the distribution that answers for a host: one that has it as its domain or alias; nil if none does.
func (w *World) DistributionFor(host string) *Distribution {
	host = canonical(hostOnly(host))
	for _, d := range w.Distributions {
		if d.Domain == host || slices.Contains(d.Live().Aliases, host) {
			return d
		}
	}
	return nil
}

// Live is the configuration that answers now. It is not to be changed.
func (d *Distribution) Live() *Configuration {
	if d.live != nil {
		return d.live
	}
	return &d.Configuration
}

// BehaviorFor is the behaviour that applies to a path.
func (d *Configuration) BehaviorFor(path string) Behavior {
	for _, b := range d.Behaviors {
		if Matches(b.Pattern, pathOnly(path)) {
			return b
		}
	}
	return d.Default
}

// Origin finds an origin by id; nil if there is none.
func (d *Configuration) Origin(id string) *Origin {
	for i := range d.Origins {
		if d.Origins[i].ID == id {
			return &d.Origins[i]
		}
	}
	return nil
}

// Group finds an origin group by id; nil if there is none.
func (d *Configuration) Group(id string) *OriginGroup {
	for i := range d.Groups {
		if d.Groups[i].ID == id {
			return &d.Groups[i]
		}
	}
	return nil
}

// Check refuses a configuration as CloudFront does: one without origins, a behaviour or an origin group whose origins do
// not exist, and a behaviour that targets an origin group and allows writing methods.
func (d *Configuration) Check() error {
	if len(d.Origins) == 0 {
		return refuse("InvalidArgument", "The parameter Origins is required and must not be empty.")
	}
	for _, g := range d.Groups {
		for _, id := range g.Members {
			if d.Origin(id) == nil {
				return noSuchOrigin(id)
			}
		}
	}
	for _, b := range append([]Behavior{d.Default}, d.Behaviors...) {
		group := d.Group(b.Target) != nil
		if !group && d.Origin(b.Target) == nil {
			return noSuchOrigin(b.Target)
		}
		if group && slices.ContainsFunc(b.Methods, func(m string) bool { return Request{Method: m}.writes() }) {
			return refuse("InvalidArgument", "The parameter AllowedMethods cannot include POST, PUT, PATCH, or DELETE for a cached behavior associated with an origin group")
		}
	}
	return nil
}

func noSuchOrigin(id string) error {
	return absent("NoSuchOrigin", "One or more of your origins or origin groups do not exist: %s", id)
}

// CheckStatus is what a Cloudflare health check sees now: healthy, or unhealthy and why.
func (w *World) CheckStatus(h *HealthCheck) (status, reason string) {
	b := w.Leads(h.Address)
	if b == nil {
		return "unhealthy", "No response: the address does not resolve"
	}
	a := w.Ask(b, Request{Port: 443, Method: "GET", Host: h.Host, Path: h.Path}, false)
	switch {
	case a.Silent:
		return "unhealthy", "TCP connection timed out"
	case a.Status < 200 || a.Status >= 300:
		return "unhealthy", fmt.Sprintf("Response code mismatch error: got %d", a.Status)
	}
	return "healthy", ""
}
