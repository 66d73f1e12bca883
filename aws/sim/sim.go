// Package sim serves a simulated two-region estate: AWS's and Cloudflare's APIs, the public side with DNS, TLS, CDN and
// load balancers, and the databases' own protocol. Whoever calls it meets it over the network only.
package sim

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"sync"
	"time"

	"lifeboat/aws/sim/api"
	"lifeboat/aws/sim/cloud"
	"lifeboat/aws/sim/cloudflare"
	"lifeboat/aws/sim/public"
	"lifeboat/aws/sim/terraform"
)

// Server is a running simulator.
type Server struct {
	cloud     *cloud.Cloud
	options   Options
	public    *public.Public
	databases *databases
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
	made, err := estate(o)
	if err != nil {
		return nil, err
	}
	s := &Server{
		cloud: made, options: o, activity: &activity{}, done: make(chan struct{}),
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

// estate makes the cloud that is asked for.
func estate(o Options) (*cloud.Cloud, error) {
	holds := cloud.Holding(o.Scenario.Estate)
	if holds.Built() {
		return build(o)
	}
	return cloud.Reference(cloud.Options{Now: o.Now, Seed: o.Seed, Speed: o.Speed, Services: o.Services, Holds: holds}), nil
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
	s.databases = newDatabases(ctx, s, authority)
	s.cloud.EachDatabase(s.databases.serve)
	s.serveRestored()
	return s.databases.failed()
}

// handler is everything that is spoken over the one HTTP address.
func handler(c *cloud.Cloud) http.Handler {
	mux := http.NewServeMux()
	mux.Handle(directorPrefix, director(c))
	mux.Handle(terraform.Prefix, provider(c))
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
		if s.databases != nil {
			s.databases.close()
		}
		s.work.Wait()
		close(s.done)
	})
	<-s.done
	return s.closed
}

// Terraform is the stand-in for Terraform on this simulator, in this process.
func (s *Server) Terraform() terraform.Within { return terraform.Within{Handler: handler(s.cloud)} }

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
