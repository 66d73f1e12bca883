package edge

import (
	"context"
	"errors"
	"fmt"
	"net"
	"slices"
	"strings"
	"time"

	"github.com/miekg/dns"

	"lifeboat/aws/fault"
)

// tries is how often a datagram is sent within one deadline: one that is lost must not make a resolver look silent.
const tries = 3

// lookup asks resolver (host:port) for name's IPv4 addresses, and for its IPv6 ones where it has none. Errors:
// fault.NotFound (the resolver says that there is no such name, or no address), fault.Unavailable (SERVFAIL),
// fault.Refused, fault.TimedOut, fault.Unreachable, fault.Unreadable.
func (r *Reader) lookup(ctx context.Context, resolver, name string) (Resolved, error) {
	ctx, cancel := context.WithTimeout(ctx, r.spec.Timeout)
	defer cancel()
	for _, kind := range []uint16{dns.TypeA, dns.TypeAAAA} {
		op, target := "dns "+dns.TypeToString[kind]+" "+name, "resolver "+resolver
		answer, err := r.resolve(ctx, resolver, query(name, kind))
		if err != nil {
			return Resolved{}, silentResolver(ctx, op, target, err)
		}
		found := resolved(name, answer)
		if answer.Rcode != dns.RcodeSuccess {
			return Resolved{}, refusedName(op, target, found, answer.Rcode)
		}
		if len(found.Addresses) > 0 {
			return found, nil
		}
	}
	return Resolved{}, fault.New(fault.NotFound, "dns A "+name, "resolver "+resolver, errors.New("the name has no address"))
}

func query(name string, kind uint16) *dns.Msg {
	m := new(dns.Msg).SetQuestion(dns.Fqdn(name), kind)
	m.SetEdns0(1232, false)
	return m
}

// resolve asks by datagram, and over a stream where the answer does not fit into one.
func (r *Reader) resolve(ctx context.Context, resolver string, q *dns.Msg) (*dns.Msg, error) {
	var answer *dns.Msg
	var err error
	for range tries {
		answer, err = r.send(ctx, r.spec.Timeout/tries, "udp", resolver, q)
		if err == nil || ctx.Err() != nil || !late(ctx, err) {
			break
		}
	}
	if err == nil && answer.Truncated {
		return r.send(ctx, r.spec.Timeout, "tcp", resolver, q)
	}
	return answer, err
}

func (r *Reader) send(ctx context.Context, timeout time.Duration, network, resolver string, q *dns.Msg) (*dns.Msg, error) {
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	conn, err := r.spec.Dial(ctx, network, resolver)
	if err != nil {
		return nil, err
	}
	defer context.AfterFunc(ctx, func() { _ = conn.Close() })()
	defer func() { _ = conn.Close() }()
	client := dns.Client{Net: network, Timeout: timeout}
	answer, _, err := client.ExchangeWithConnContext(ctx, q, &dns.Conn{Conn: conn})
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	return answer, err
}

// resolved follows the chain of an answer from name to its addresses.
func resolved(name string, answer *dns.Msg) Resolved {
	var found Resolved
	var ttls []uint32
	at := dns.CanonicalName(name)
	for range answer.Answer { // no chain is longer than the answer
		next := ""
		for _, rr := range answer.Answer {
			if dns.CanonicalName(rr.Header().Name) != at {
				continue
			}
			switch rr := rr.(type) {
			case *dns.CNAME:
				next = dns.CanonicalName(rr.Target)
			case *dns.A:
				found.Addresses = append(found.Addresses, rr.A.String())
			case *dns.AAAA:
				found.Addresses = append(found.Addresses, rr.AAAA.String())
			default:
				continue
			}
			ttls = append(ttls, rr.Header().Ttl)
			found.TTL = time.Duration(slices.Min(ttls)) * time.Second
		}
		if next == "" || len(found.Addresses) > 0 {
			break
		}
		found.Chain = append(found.Chain, strings.TrimSuffix(next, "."))
		at = next
	}
	return found
}

// refusedName is an answer of DNS that names no address, in its own words.
func refusedName(op, target string, found Resolved, code int) error {
	kind, why := fault.Unreadable, dns.RcodeToString[code]
	switch code {
	case dns.RcodeNameError:
		kind, why = fault.NotFound, "NXDOMAIN: there is no such name"
	case dns.RcodeServerFailure:
		kind, why = fault.Unavailable, "SERVFAIL: the resolver could not find out"
	case dns.RcodeRefused, dns.RcodeNotImplemented, dns.RcodeFormatError:
		kind = fault.Refused
	}
	if n := len(found.Chain); n > 0 {
		why += ", after " + found.Chain[n-1]
	}
	return fault.New(kind, op, target, errors.New(why))
}

// silentResolver is a question that a resolver did not answer.
func silentResolver(ctx context.Context, op, target string, err error) error {
	var network net.Error
	switch {
	case errors.Is(ctx.Err(), context.Canceled):
		return fmt.Errorf("%s on %s: %w", op, target, context.Canceled)
	case late(ctx, err):
		return fault.New(fault.TimedOut, op, target, nil)
	case cut(err) || errors.As(err, &network):
		return fault.New(fault.Unreachable, op, target, reason(err))
	}
	return fault.New(fault.Unreadable, op, target, err)
}
