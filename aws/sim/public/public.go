package public

import (
	"net/http"
	"time"

	"lifeboat/aws/sim/cloud"
)

// Options say what is shown, and where.
type Options struct {
	Cloud     *cloud.Cloud
	Network   Network
	Authority *Authority
	Resolvers int               // how many; each has a memory of its own
	Touch     func()            // called for every question and request
	Report    func(line string) // told what is wrong with the simulator itself
}

// Public is the estate as the world sees it, listening.
type Public struct {
	Addresses
	Resolvers []string // host:port

	listeners opened
	door      door
	planes    map[Place]*plane
	names     []*nameServer
}

// Open begins to listen: the CDN and each region's balancer, and the resolvers.
func Open(o Options) (*Public, error) {
	places, speed := placesOf(o.Cloud)
	listeners, err := open(o.Network, places)
	if err != nil {
		return nil, err
	}
	p := &Public{Addresses: listeners.Addresses, listeners: listeners, planes: map[Place]*plane{}}
	directory := NewDirectory(o.Cloud)
	newResolver := func() *Resolver {
		return NewResolver(directory, func(at Place) string { return p.IP[at] }, o.Touch)
	}
	fetcher := &fetcher{resolver: newResolver(), planes: p.planes, trusted: o.Authority.Pool(), speed: speed}
	for _, place := range places {
		p.planes[place] = newPlane(touching(o.Touch, p.handler(o, place, fetcher)), certificates(o, place), darkness(o.Cloud, place), o.Report)
	}
	for place, l := range listeners.own {
		p.door.open(l, func(string) *plane { return p.planes[place] })
	}
	if listeners.shared != nil {
		p.door.open(listeners.shared, func(name string) *plane { return p.planes[directory.Led(name)] })
	}
	for range o.Resolvers {
		n, err := serveNames(o.Network, newResolver())
		if err != nil {
			p.Close()
			return nil, err
		}
		p.names = append(p.names, n)
		p.Resolvers = append(p.Resolvers, n.address)
	}
	return p, nil
}

// Close ends everything, and waits for it.
func (p *Public) Close() {
	p.listeners.close()
	for _, n := range p.names {
		n.stop()
	}
	for _, plane := range p.planes {
		plane.stop()
	}
	p.door.close()
}

func (p *Public) handler(o Options, place Place, f *fetcher) http.Handler {
	if place == CDN {
		return &cdn{cloud: o.Cloud, fetch: f.fetch}
	}
	return &balancer{cloud: o.Cloud, region: string(place), port: p.Port}
}

func touching(touch func(), next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		touch()
		next.ServeHTTP(w, r)
	})
}

// placesOf lists the CDN and every region.
func placesOf(c *cloud.Cloud) (places []Place, speed float64) {
	places = []Place{CDN}
	c.Locked(func(w *cloud.World) {
		for _, r := range w.Regions {
			places = append(places, Place(r.Name))
		}
		speed = w.Speed
	})
	return places, speed
}

// darkness says whether a place's region is gone. The CDN has no region.
func darkness(c *cloud.Cloud, place Place) func() bool {
	return func() (dark bool) {
		c.Locked(func(w *cloud.World) {
			r := w.Region(string(place))
			dark = r != nil && r.Dark
		})
		return dark
	}
}

// undated is how long a certificate lasts where the model holds none.
const undated = 365 * 24 * time.Hour
