package public

import (
	"errors"
	"fmt"
	"net"

	"github.com/miekg/dns"
)

// nameServer is one resolver, listening for datagrams and streams at one address.
type nameServer struct {
	address string
	servers []*dns.Server
}

// serveNames listens on any port of 127.0.0.1. Where the network has no datagrams, streams must do.
func serveNames(network Network, r *Resolver) (*nameServer, error) {
	var last error
	for range attempts {
		stream, err := network.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			return nil, fmt.Errorf("listening for DNS: %w", err)
		}
		packets, err := network.ListenPacket("udp", stream.Addr().String())
		if err == nil || errors.Is(err, errors.ErrUnsupported) {
			return startNames(stream, packets, r), nil
		}
		last = err // another program has the port for datagrams
		_ = stream.Close()
	}
	return nil, fmt.Errorf("listening for DNS: %w", last)
}

func startNames(stream net.Listener, packets net.PacketConn, r *Resolver) *nameServer {
	n := &nameServer{address: stream.Addr().String()}
	n.start(&dns.Server{Listener: stream, Handler: r})
	if packets != nil {
		n.start(&dns.Server{PacketConn: packets, Handler: r})
	}
	return n
}

// start returns when the server can be stopped.
func (n *nameServer) start(s *dns.Server) {
	started := make(chan struct{})
	s.NotifyStartedFunc = func() { close(started) }
	go func() { _ = s.ActivateAndServe() }()
	<-started
	n.servers = append(n.servers, s)
}

func (n *nameServer) stop() {
	for _, s := range n.servers {
		_ = s.Shutdown()
	}
}
