package public

import (
	"math"
	"net"
	"strings"
	"sync"
	"time"

	"github.com/miekg/dns"

	"lifeboat/aws/sim/cloud"
)

// longestChain bounds how many names a resolver follows, as real ones do.
const longestChain = 8

// Resolver answers DNS from a Directory and keeps what it learned for its TTL, so that two resolvers may differ for a
// while after a change. TTLs run faster with the cloud's Speed; the figures in answers do not show it.
type Resolver struct {
	directory *Directory
	address   func(Place) string // IPv4
	touch     func()

	mu    sync.Mutex
	cache map[string]cached
}

type cached struct {
	hop
	until time.Time
}

// NewResolver makes a resolver with nothing in its memory. address gives a place's IPv4 address; touch is called for
// each question.
func NewResolver(d *Directory, address func(Place) string, touch func()) *Resolver {
	return &Resolver{directory: d, address: address, touch: touch, cache: map[string]cached{}}
}

// step is one hop of a resolution with the time it may still be kept.
type step struct {
	name string
	hop
	left time.Duration
}

// lookup follows name to its end. An empty answer, or one whose last step leads nowhere, is a name that does not exist.
func (r *Resolver) lookup(name string) []step {
	var steps []step
	name = strings.ToLower(strings.TrimSuffix(name, "."))
	for range longestChain {
		h, left := r.step(name)
		if h == (hop{}) {
			return steps
		}
		steps = append(steps, step{name: name, hop: h, left: left})
		if h.place != "" {
			return steps
		}
		name = h.next
	}
	return steps
}

// step takes one hop from memory, or from the directory where memory has none that still counts.
func (r *Resolver) step(name string) (hop, time.Duration) {
	now, speed := clock(r.directory.cloud)
	r.mu.Lock()
	defer r.mu.Unlock()
	if c, ok := r.cache[name]; ok && now.Before(c.until) {
		return c.hop, time.Duration(float64(c.until.Sub(now)) * speed)
	}
	h := r.directory.hop(name)
	if h == (hop{}) {
		delete(r.cache, name)
		return h, 0
	}
	r.cache[name] = cached{hop: h, until: now.Add(time.Duration(float64(h.ttl) / speed))}
	return h, h.ttl
}

func clock(c *cloud.Cloud) (now time.Time, speed float64) {
	c.Locked(func(w *cloud.World) { now, speed = w.Now(), w.Speed })
	return now, speed
}

// Place is where name leads, by this resolver's memory; "" where it leads nowhere.
func (r *Resolver) Place(name string) Place {
	steps := r.lookup(name)
	if len(steps) == 0 {
		return ""
	}
	return steps[len(steps)-1].place
}

// ServeDNS answers A and CNAME questions. Other types of a name that exists get an empty answer.
func (r *Resolver) ServeDNS(w dns.ResponseWriter, q *dns.Msg) {
	r.touch()
	m := new(dns.Msg).SetReply(q)
	m.RecursionAvailable = true
	if len(q.Question) != 1 {
		m.Rcode = dns.RcodeFormatError
		_ = w.WriteMsg(m)
		return
	}
	steps := r.lookup(q.Question[0].Name)
	if len(steps) == 0 || steps[len(steps)-1].place == "" {
		m.Rcode = dns.RcodeNameError
	}
	m.Answer = r.records(steps, q.Question[0].Qtype)
	_ = w.WriteMsg(m)
}

func (r *Resolver) records(steps []step, kind uint16) []dns.RR {
	var answer []dns.RR
	var names []string
	for _, s := range steps {
		names = append(names, s.name)
		head := dns.RR_Header{Name: dns.Fqdn(s.name), Class: dns.ClassINET, Ttl: uint32(math.Ceil(s.left.Seconds()))}
		switch {
		case s.next != "":
			head.Rrtype = dns.TypeCNAME
			answer = append(answer, &dns.CNAME{Hdr: head, Target: dns.Fqdn(s.next)})
		case kind == dns.TypeA:
			head.Rrtype = dns.TypeA
			answer = append(answer, &dns.A{Hdr: head, A: net.ParseIP(r.address(s.place)).To4()})
			r.directory.remember(names, s.place)
		}
		if kind == dns.TypeCNAME { // asked for this link only
			return answer
		}
	}
	return answer
}
