package cloudflare

import (
	"net/http"
	"regexp"
	"slices"
	"strings"

	"lifeboat/aws/sim/cloud"
)

// checkSaid is what a client says of a health check. What it leaves out is nil.
type checkSaid struct {
	Name        *string `json:"name"`
	Address     *string `json:"address"`
	Type        *string `json:"type"`
	Description *string `json:"description"`
	Interval    *int    `json:"interval"`
	HTTP        *struct {
		Path   *string             `json:"path"`
		Header map[string][]string `json:"header"`
	} `json:"http_config"`
}

// onto sets a check to what was said of it.
func (c checkSaid) onto(h *cloud.HealthCheck) {
	for _, set := range []struct{ to, from *string }{{&h.Name, c.Name}, {&h.Address, c.Address}, {&h.Type, c.Type}, {&h.Description, c.Description}} {
		if set.from != nil {
			*set.to = *set.from
		}
	}
	if c.Interval != nil {
		h.Interval = *c.Interval
	}
	if c.HTTP == nil {
		return
	}
	if c.HTTP.Path != nil {
		h.Path = *c.HTTP.Path
	}
	if host := c.HTTP.Header["Host"]; len(host) > 0 {
		h.Host = host[0]
	}
}

// shortName is what Cloudflare takes for the name of a check.
var shortName = regexp.MustCompile(`^[A-Za-z0-9_-]+$`)

// wrongCheck is why Cloudflare does not take a check; nil where it does.
func wrongCheck(h *cloud.HealthCheck, others []*cloud.HealthCheck) *problem {
	invalid := func(message string) *problem { return &problem{status: 400, Code: 1002, Message: message} }
	switch {
	case !shortName.MatchString(h.Name):
		return invalid("name: only alphanumeric characters, hyphens and underscores are allowed: validation failed")
	case !strings.Contains(h.Address, "."):
		return invalid("address: must be a hostname or an IP address: validation failed")
	case !slices.Contains([]string{"HTTP", "HTTPS", "TCP"}, h.Type):
		return invalid("type: must be HTTP, HTTPS or TCP: validation failed")
	}
	for _, o := range others {
		if o.ID != h.ID && o.Name == h.Name {
			return invalid("name: a health check of this name exists: validation failed")
		}
	}
	return nil
}

func createHealthcheck(w *cloud.World, r *http.Request) (any, *problem) {
	z, p := checked(w, r)
	if p == nil && z.MostChecks > 0 && len(z.HealthChecks) >= z.MostChecks {
		p = &allChecks
	}
	if p != nil {
		return nil, p
	}
	h := &cloud.HealthCheck{ID: w.NewID(), Type: "HTTP", Path: "/", Interval: 60, Created: w.Now()}
	return putCheck(w, z, len(z.HealthChecks), h, r)
}

// editHealthcheck is PATCH, which changes what is said, and PUT, which sets the whole.
func editHealthcheck(w *cloud.World, r *http.Request) (any, *problem) {
	z, i, p := findCheck(w, r)
	if p != nil {
		return nil, p
	}
	h := *z.HealthChecks[i]
	if r.Method == http.MethodPut {
		h = cloud.HealthCheck{ID: h.ID, Type: "HTTP", Path: "/", Interval: 60, Created: h.Created}
	}
	return putCheck(w, z, i, &h, r)
}

// putCheck sets a check to what the request says, at its place.
func putCheck(w *cloud.World, z *cloud.Zone, i int, h *cloud.HealthCheck, r *http.Request) (any, *problem) {
	var said checkSaid
	if p := read(r, &said); p != nil {
		return nil, p
	}
	said.onto(h)
	if h.Host == "" {
		h.Host = h.Address
	}
	if p := wrongCheck(h, z.HealthChecks); p != nil {
		return nil, p
	}
	checks := slices.Clone(z.HealthChecks)
	if i == len(checks) {
		checks = append(checks, h)
	} else {
		checks[i] = h
	}
	w.Watch(z, checks)
	return checkOf(w, h), nil
}

func deleteHealthcheck(w *cloud.World, r *http.Request) (any, *problem) {
	z, i, p := findCheck(w, r)
	if p != nil {
		return nil, p
	}
	id := z.HealthChecks[i].ID
	w.Watch(z, slices.Delete(slices.Clone(z.HealthChecks), i, i+1))
	return map[string]any{"id": id}, nil
}

// findCheck is the zone and the place in it of the check that the path names.
func findCheck(w *cloud.World, r *http.Request) (*cloud.Zone, int, *problem) {
	z, p := checked(w, r)
	if p != nil {
		return nil, 0, p
	}
	i := slices.IndexFunc(z.HealthChecks, func(h *cloud.HealthCheck) bool { return h.ID == r.PathValue("check") })
	if i < 0 {
		return nil, 0, &noCheck
	}
	return z, i, nil
}
