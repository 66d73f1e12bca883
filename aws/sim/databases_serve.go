package sim

import (
	"context"
	"crypto/tls"
	"fmt"
	"net"
	"sync"

	"lifeboat/aws/sim/cloud"
	"lifeboat/aws/sim/pgwire"
	"lifeboat/aws/sim/public"
)

// databases are the addresses at which instances answer SQL: one for each identifier that an instance has or ever had.
// An address stays, and answers for whichever instance has the identifier at that moment, as an RDS endpoint does: after a
// failback the new home instance answers where the old one did.
type databases struct {
	server    *Server
	authority *public.Authority
	ctx       context.Context // ends them
	cancel    context.CancelFunc
	work      sync.WaitGroup

	mu    sync.Mutex
	at    map[cloud.DatabaseName]net.Addr
	error error // the first that kept an address from being opened
	ended bool
}

func newDatabases(ctx context.Context, s *Server, authority *public.Authority) *databases {
	d := &databases{server: s, authority: authority, at: map[cloud.DatabaseName]net.Addr{}}
	d.ctx, d.cancel = context.WithCancel(ctx)
	return d
}

// serve opens an address for an identifier that has none yet.
func (d *databases) serve(name cloud.DatabaseName) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.ended || d.at[name] != nil {
		return
	}
	if err := d.open(name); err != nil && d.error == nil {
		d.error = fmt.Errorf("serving the database %s in %s: %w", name.ID, name.Region, err)
		d.server.options.Report(d.error.Error())
	}
}

func (d *databases) open(name cloud.DatabaseName) error {
	leaf, err := d.authority.Leaf([]string{"127.0.0.1", name.Host}, d.server.options.Now().AddDate(1, 0, 0))
	if err != nil {
		return err
	}
	l, err := d.server.options.Network.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	d.at[name] = l.Addr()
	source := instance{cloud: d.server.cloud, region: name.Region, id: name.ID}
	shown := &tls.Config{Certificates: []tls.Certificate{*leaf}}
	d.work.Go(func() { _ = pgwire.Serve(d.ctx, d.server.activity.connections(l), source, pgwire.WithTLS(shown)) })
	return nil
}

// address is where an identifier answers; nil if no instance ever had it.
func (d *databases) address(region, id string) net.Addr {
	d.mu.Lock()
	defer d.mu.Unlock()
	for name, a := range d.at {
		if name.Region == region && name.ID == id {
			return a
		}
	}
	return nil
}

// failed is why an address could not be opened; nil if all could.
func (d *databases) failed() error {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.error
}

// close ends all of them, and opens none any more.
func (d *databases) close() {
	d.mu.Lock()
	d.ended = true
	d.mu.Unlock()
	d.cancel()
	d.work.Wait()
}

// DatabaseAddress is where an instance answers SQL under the identifier that it has, or had: host:port; "" if no instance
// of the region ever had it.
func (s *Server) DatabaseAddress(region, id string) string {
	if a := s.databases.address(region, id); a != nil {
		return a.String()
	}
	return ""
}
