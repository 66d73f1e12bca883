// Package sim serves a simulated two-region estate: AWS's and Cloudflare's APIs, the public side with DNS, TLS, CDN and
// load balancers, and the databases' own protocol. Whoever calls it meets it over the network only.
package sim

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"sync"
	"time"

	"lifeboat/aws/sim/api"
	"lifeboat/aws/sim/cloud"
	"lifeboat/aws/sim/cloudflare"
	"lifeboat/aws/sim/public"
)

// Network is where a simulator listens; nil in Options means the operating system's loopback. See NewMemory.
type Network = public.Network

// Options say what is simulated and where. The zero value is the reference estate in real time on a free port.
type Options struct {
	Listen   string           // address of the APIs and the director; "" means 127.0.0.1:0
	Network  Network          // nil: the operating system's
	Speed    float64          // divides every duration; 0: the scenario's, else 1
	Seed     uint64           // 0: the scenario's
	Services int              // services a region; 0: the scenario's, else the reference's
	Scenario *Scenario        // nil: nothing happens by itself
	Now      func() time.Time // the model's clock; nil: time.Now
	CAFile   string           // where the certificate authority is written for clients; "": nowhere
	// IdleExit ends the simulator when nothing has called it for so long; 0: never. What already runs is not waited for.
	IdleExit time.Duration
	Report   func(line string) // what goes wrong in the simulator itself, for a person; nil: nowhere
}

// resolvers is how many resolvers there are, so that a majority of them means something.
const resolvers = 3

// withScenario fills in from the scenario what was not asked for.
func (o Options) withScenario() Options {
	if o.Scenario == nil {
		o.Scenario = &Scenario{}
	}
	if o.Speed <= 0 {
		o.Speed = o.Scenario.Speed
	}
	if o.Speed <= 0 {
		o.Speed = 1
	}
	if o.Seed == 0 {
		o.Seed = o.Scenario.Seed
	}
	if o.Services == 0 {
		o.Services = o.Scenario.Services
	}
	if o.Listen == "" {
		o.Listen = "127.0.0.1:0"
	}
	if o.Network == nil {
		o.Network = public.Loopback{}
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Report == nil {
		o.Report = func(string) {}
	}
	return o
}

// Server is a running simulator.
type Server struct {
	cloud     *cloud.Cloud
	options   Options
	public    *public.Public
	databases []databaseAddress
	address   string // of the APIs and the director
	activity  *activity
	described Description

	http   *http.Server
	cancel context.CancelFunc
	work   sync.WaitGroup
	done   chan struct{}
	once   sync.Once
	closed error
}

// Start begins to serve, and returns when every address answers. The simulator ends with ctx, with Close, or when it has
// been idle for long enough.
func Start(ctx context.Context, o Options) (*Server, error) {
	o = o.withScenario()
	authority, err := public.NewAuthority(o.Now())
	if err != nil {
		return nil, err
	}
	if o.CAFile != "" {
		if o.CAFile, err = filepath.Abs(o.CAFile); err != nil {
			return nil, fmt.Errorf("finding the simulator's CA file: %w", err)
		}
		if err := os.WriteFile(o.CAFile, authority.PEM(), 0o644); err != nil {
			return nil, fmt.Errorf("writing the simulator's CA file: %w", err)
		}
	}
	s := &Server{
		cloud:   cloud.Reference(cloud.Options{Now: o.Now, Seed: o.Seed, Speed: o.Speed, Services: o.Services}),
		options: o, activity: &activity{}, done: make(chan struct{}),
	}
	s.activity.touch()
	ctx, s.cancel = context.WithCancel(ctx)
	if err := s.listen(ctx, authority); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	s.described = s.describe()
	s.work.Go(func() { o.Scenario.play(ctx, s.cloud, o.Speed, o.Report) })
	context.AfterFunc(ctx, func() { _ = s.Close() })
	if o.IdleExit > 0 {
		s.work.Go(func() {
			if s.activity.quiet(ctx, o.IdleExit) {
				s.cancel()
			}
		})
	}
	return s, nil
}

// listen opens everything.
func (s *Server) listen(ctx context.Context, authority *public.Authority) error {
	l, err := s.options.Network.Listen("tcp", s.options.Listen)
	if err != nil {
		return fmt.Errorf("listening for the simulated APIs on %s: %w", s.options.Listen, err)
	}
	s.address = l.Addr().String()
	s.http = &http.Server{
		Handler: s.activity.requests(handler(s.cloud)), ReadHeaderTimeout: time.Minute,
		ErrorLog: public.ErrorLog(s.options.Report),
	}
	s.work.Go(func() { _ = s.http.Serve(l) })
	s.public, err = public.Open(public.Options{
		Cloud: s.cloud, Network: s.options.Network, Authority: authority, Resolvers: resolvers,
		Touch: s.activity.touch, Report: s.options.Report,
	})
	if err != nil {
		return err
	}
	return s.serveDatabases(ctx, authority)
}

// handler is everything that is spoken over the one HTTP address.
func handler(c *cloud.Cloud) http.Handler {
	mux := http.NewServeMux()
	mux.Handle(directorPrefix, director(c))
	mux.Handle(cloudflare.Prefix+"/", cloudflare.Handler(c))
	mux.Handle("/", api.Handler(c))
	return mux
}

// Done is closed when the simulator has ended.
func (s *Server) Done() <-chan struct{} { return s.done }

// Close ends the simulator and waits until nothing of it runs. It may be called more than once.
func (s *Server) Close() error {
	s.once.Do(func() {
		s.cancel()
		if s.http != nil {
			s.closed = s.http.Close()
		}
		if s.public != nil {
			s.public.Close()
		}
		s.work.Wait()
		close(s.done)
	})
	<-s.done
	return s.closed
}

// Cloud is the model, for tests in this process.
func (s *Server) Cloud() *cloud.Cloud { return s.cloud }

// Env are environment variables (NAME=value) that point any AWS client, and Lifeboat's Cloudflare client, at the simulator.
// The keys are dummies.
func (s *Server) Env() []string {
	d := s.Description()
	return []string{
		"AWS_ENDPOINT_URL=" + d.Endpoint,
		"AWS_ACCESS_KEY_ID=AKIALIFEBOATSIMULATE",
		"AWS_SECRET_ACCESS_KEY=simulated",
		"AWS_REGION=" + d.Regions[0].Name,
		"AWS_DEFAULT_REGION=" + d.Regions[0].Name,
		"AWS_EC2_METADATA_DISABLED=true",
		"CLOUDFLARE_BASE_URL=" + d.Cloudflare,
		"CLOUDFLARE_API_TOKEN=simulated",
		"PGPASSWORD=simulated",
	}
}

// databaseAddress is where one database answers PostgreSQL's protocol.
type databaseAddress struct {
	region, id string
	addr       net.Addr
}

// serveDatabases opens a listener for each database of the model.
func (s *Server) serveDatabases(ctx context.Context, authority *public.Authority) error {
	var all []databaseAddress
	hosts := []string{"127.0.0.1"}
	s.cloud.Locked(func(w *cloud.World) {
		for _, r := range w.Regions {
			for _, db := range r.Databases {
				all = append(all, databaseAddress{region: r.Name, id: db.ID})
				hosts = append(hosts, db.Host)
			}
		}
	})
	shown, err := authority.Leaf(hosts, s.options.Now().AddDate(1, 0, 0))
	if err != nil {
		return err
	}
	for _, at := range all {
		l, err := s.options.Network.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			return fmt.Errorf("listening for the database %s: %w", at.id, err)
		}
		at.addr = l.Addr()
		s.databases = append(s.databases, at)
		s.work.Go(func() {
			serveDatabase(ctx, s.activity.connections(l), instance{cloud: s.cloud, region: at.region, id: at.id}, shown)
		})
	}
	return nil
}
