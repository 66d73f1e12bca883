package public

import (
	"strings"
	"sync"
	"time"

	"lifeboat/aws/sim/cloud"
)

// Place is where public traffic arrives: the CDN, or a region's balancer by the region's name.
type Place string

// CDN is the place of every CloudFront distribution.
const CDN Place = "cdn"

// awsTTL is what AWS gives the addresses of its balancers and distributions.
const awsTTL = 60 * time.Second

// automaticTTL is what Cloudflare makes of the TTL 1.
const automaticTTL = 300 * time.Second

// hop is one step of a name's resolution: on to another name, or arrived at a place. The zero hop is a name that does
// not exist.
type hop struct {
	next  string
	place Place
	ttl   time.Duration
}

// Directory is the public DNS as its owners publish it: the Cloudflare zone, and AWS's names for its balancers and
// distributions. It also remembers where each name last led its askers.
type Directory struct {
	cloud *cloud.Cloud

	mu  sync.Mutex
	led map[string]Place
}

// NewDirectory publishes what c holds.
func NewDirectory(c *cloud.Cloud) *Directory {
	return &Directory{cloud: c, led: map[string]Place{}}
}

// hop looks name up once, as it stands now.
func (d *Directory) hop(name string) (h hop) {
	d.cloud.Locked(func(w *cloud.World) { h = hopIn(w, strings.ToLower(name)) })
	return h
}

func hopIn(w *cloud.World, name string) hop {
	for _, dist := range w.Distributions {
		if dist.Live().Enabled && dist.Domain == name {
			return hop{place: CDN, ttl: awsTTL}
		}
	}
	for _, r := range w.Regions {
		for _, b := range r.Balancers {
			if strings.ToLower(b.DNSName) == name {
				return hop{place: Place(r.Name), ttl: awsTTL}
			}
		}
	}
	for _, z := range w.Zones {
		if r := recordIn(z, name); r != nil {
			return published(w, z, r)
		}
	}
	return hop{}
}

// recordIn is the zone's record that leads name on: only names lead to the simulated places, addresses do not.
func recordIn(z *cloud.Zone, name string) *cloud.Record {
	for _, r := range z.Records {
		if r.Type == "CNAME" && strings.ToLower(r.Name) == name {
			return r
		}
	}
	return nil
}

// published is what Cloudflare answers for r. Where the name is proxied, or is the zone's own (where DNS knows no
// CNAME), Cloudflare follows the chain itself and shows its end only.
func published(w *cloud.World, z *cloud.Zone, r *cloud.Record) hop {
	h := hop{next: strings.ToLower(r.Content), ttl: time.Duration(r.TTL) * time.Second}
	if r.TTL <= 1 || r.Proxied {
		h.ttl = automaticTTL
	}
	if !r.Proxied && !strings.EqualFold(r.Name, z.Name) {
		return h
	}
	for range longestChain {
		next := hopIn(w, h.next)
		if next.place != "" {
			return hop{place: next.place, ttl: h.ttl}
		}
		h.next = next.next
	}
	return hop{}
}

// remember notes where names led someone who asked.
func (d *Directory) remember(names []string, to Place) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, name := range names {
		d.led[name] = to
	}
}

// Led is where name led whoever asked for it last; where nobody has asked, where it leads now; "" for an unknown name.
func (d *Directory) Led(name string) Place {
	d.mu.Lock()
	to := d.led[name]
	d.mu.Unlock()
	if to != "" {
		return to
	}
	return d.follow(name)
}

func (d *Directory) follow(name string) Place {
	for range longestChain {
		h := d.hop(name)
		if h.place != "" || h.next == "" {
			return h.place
		}
		name = h.next
	}
	return ""
}
