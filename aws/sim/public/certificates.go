package public

import (
	"crypto/tls"
	"slices"
	"time"

	"lifeboat/aws/sim/cloud"
)

// certificates gives what a place shows to TLS clients: the names and the end of the certificate that the model's
// distribution or listener holds, so that an expired one is met as expired; signed by the simulator's authority.
func certificates(o Options, place Place) func(*tls.ClientHelloInfo) (*tls.Certificate, error) {
	return func(hello *tls.ClientHelloInfo) (*tls.Certificate, error) {
		var names []string
		var until time.Time
		o.Cloud.Locked(func(w *cloud.World) {
			if place == CDN {
				names, until = ofDistribution(w, bareName(hello.ServerName))
			} else {
				names, until = ofBalancer(w, w.Region(string(place)))
			}
		})
		return o.Authority.Leaf(names, until)
	}
}

// ofDistribution is the certificate of the distribution that answers for name, or of the first.
func ofDistribution(w *cloud.World, name string) ([]string, time.Time) {
	names, until := []string{name}, w.Now().Add(undated)
	for i, d := range w.Distributions {
		if i > 0 && d.Domain != name && !slices.Contains(d.Aliases, name) {
			continue
		}
		names = append([]string{d.Domain}, d.Aliases...)
		if c := certificate(w, d.Certificate); c != nil {
			until = c.NotAfter
		}
	}
	return names, until
}

// ofBalancer is the certificate of the region's balancer. Beside what ACM holds it covers the balancer's own name, so
// that it can be asked under that too.
func ofBalancer(w *cloud.World, r *cloud.Region) ([]string, time.Time) {
	names, until := []string{}, w.Now().Add(undated)
	for _, b := range r.Balancers {
		names = append(names, b.DNSName)
		for _, l := range b.Listeners {
			if c := certificate(w, l.Certificate); c != nil {
				names, until = append(names, c.Names...), c.NotAfter
			}
		}
	}
	if len(names) == 0 {
		names = []string{"nothing." + r.Name + ".elb.amazonaws.com"}
	}
	return names, until
}

func certificate(w *cloud.World, arn string) *cloud.Certificate {
	for _, r := range w.Regions {
		for _, c := range r.Certificates {
			if c.ARN == arn {
				return c
			}
		}
	}
	return nil
}
