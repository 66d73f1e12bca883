package cloud

import (
	"strings"
	"time"
)

// Request is what a client sends to a balancer.
type Request struct {
	Port   int // of the listener: 80 or 443
	Method string
	Host   string
	Path   string
	Body   string // of a write: the row's text
}

func (q Request) writes() bool {
	switch q.Method {
	case "POST", "PUT", "PATCH", "DELETE":
		return true
	}
	return false
}

// Answer is what comes back.
type Answer struct {
	Silent   bool // nothing comes back: the connection is neither refused nor answered
	Status   int
	Location string // of a redirect

	Region      string
	Service     string // the ECS service that answered; "" when the balancer itself did
	Family      string // its task definition's family
	Task        string // id
	Environment string // what the application says it is
	Database    string // "connected", "disconnected", or "" for an application without one
	Row         *Row   // what a write wrote
	Error       string // the application's or the balancer's word on a 5xx
	Took        time.Duration
}

// Failed says whether the answer is of no use: silence or a 5xx.
func (a Answer) Failed() bool { return a.Silent || a.Status >= 500 }

// Serve asks the balancer of that DNS name as a client does, and counts the request in its metrics. A name that is no
// balancer's is silent.
func (c *Cloud) Serve(dnsName string, q Request) (a Answer) {
	c.Locked(func(w *World) {
		b := w.BalancerNamed(dnsName)
		if b == nil {
			a = Answer{Silent: true}
			return
		}
		a = w.Ask(b, q, true)
	})
	return a
}

// BalancerNamed finds a balancer by its DNS name, in either region; nil if there is none.
func (w *World) BalancerNamed(dnsName string) *Balancer {
	dnsName = strings.ToLower(strings.TrimSuffix(dnsName, "."))
	for _, r := range w.Regions {
		for _, b := range r.Balancers {
			if strings.ToLower(b.DNSName) == dnsName {
				return b
			}
		}
	}
	return nil
}
