// Package public is what the simulated estate shows to the world: DNS, TLS, the CDN and one load balancer a region,
// with the applications behind them. All of it follows the model as it stands at the moment of the question.
package public

import (
	"errors"
	"fmt"
	"net"
	"strconv"
)

// Network is where things listen. The operating system's is Loopback; tests bring one that lives in memory.
type Network interface {
	Listen(network, address string) (net.Listener, error)
	// ListenPacket may answer errors.ErrUnsupported: DNS is then served over streams only.
	ListenPacket(network, address string) (net.PacketConn, error)
}

// Loopback is the operating system's network.
type Loopback struct{}

// Listen is net.Listen.
func (Loopback) Listen(network, address string) (net.Listener, error) {
	return net.Listen(network, address)
}

// ListenPacket is net.ListenPacket.
func (Loopback) ListenPacket(network, address string) (net.PacketConn, error) {
	return net.ListenPacket(network, address)
}

// Addresses says where each place is reached.
type Addresses struct {
	Port int              // the public port, one for all places
	IP   map[Place]string // what DNS answers
	// Dial is each place's own address (host:port). Where every place has an IP of its own it is that and Port; where
	// they share one, it is a second port that belongs to the place alone.
	Dial map[Place]string
}

// opened is every listener of the data planes.
type opened struct {
	Addresses
	own    map[Place]net.Listener // whoever connects there means that place
	shared net.Listener           // nil, or the one listener that stands for all
}

// attempts is how many ports are tried before giving up: another program may hold the port on one of the addresses.
const attempts = 10

// open listens for places, in order, on 127.0.0.2, .3, .4 at one port. Where these cannot be had (macOS has 127.0.0.1
// only) every place is at 127.0.0.1: one listener at the public port, which tells them apart by name, and one of its
// own for each.
func open(network Network, places []Place) (opened, error) {
	var last error
	for range attempts {
		o, err := openApart(network, places)
		if err == nil {
			return o, nil
		}
		last = err
	}
	o, err := openShared(network, places)
	if err != nil {
		return opened{}, fmt.Errorf("listening for the CDN and the balancers: %w", errors.Join(last, err))
	}
	return o, nil
}

func openApart(network Network, places []Place) (opened, error) {
	o := opened{own: map[Place]net.Listener{}, Addresses: Addresses{IP: map[Place]string{}, Dial: map[Place]string{}}}
	for i, place := range places {
		ip := "127.0.0." + strconv.Itoa(i+2)
		l, err := network.Listen("tcp", net.JoinHostPort(ip, strconv.Itoa(o.Port)))
		if err != nil {
			o.close()
			return opened{}, err
		}
		o.Port = portOf(l)
		o.own[place], o.IP[place], o.Dial[place] = l, ip, l.Addr().String()
	}
	return o, nil
}

func openShared(network Network, places []Place) (opened, error) {
	const ip = "127.0.0.1"
	o := opened{own: map[Place]net.Listener{}, Addresses: Addresses{IP: map[Place]string{}, Dial: map[Place]string{}}}
	var err error
	if o.shared, err = network.Listen("tcp", ip+":0"); err != nil {
		return opened{}, err
	}
	o.Port = portOf(o.shared)
	for _, place := range places {
		l, err := network.Listen("tcp", ip+":0")
		if err != nil {
			o.close()
			return opened{}, err
		}
		o.own[place], o.IP[place], o.Dial[place] = l, ip, l.Addr().String()
	}
	return o, nil
}

func (o opened) close() {
	for _, l := range o.own {
		_ = l.Close()
	}
	if o.shared != nil {
		_ = o.shared.Close()
	}
}

func portOf(l net.Listener) int {
	if at, ok := l.Addr().(*net.TCPAddr); ok {
		return at.Port
	}
	return 0
}
