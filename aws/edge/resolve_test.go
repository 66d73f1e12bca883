package edge

import (
	"net"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/miekg/dns"

	"lifeboat/aws/fault"
)

// names serves DNS on a connection: records by "name TYPE"; a first record that is a code stands for that code. What is
// not listed does not exist.
func names(zone map[string][]string) func(net.Conn) {
	return func(c net.Conn) {
		conn := &dns.Conn{Conn: c}
		q, err := conn.ReadMsg()
		if err != nil {
			return
		}
		_ = conn.WriteMsg(replyFrom(zone, q))
	}
}

func replyFrom(zone map[string][]string, q *dns.Msg) *dns.Msg {
	m := new(dns.Msg).SetReply(q)
	records, ok := zone[strings.TrimSuffix(q.Question[0].Name, ".")+" "+dns.TypeToString[q.Question[0].Qtype]]
	if !ok {
		m.Rcode = dns.RcodeNameError
	}
	for _, record := range records {
		if code, ok := dns.StringToRcode[record]; ok {
			m.Rcode = code
			continue
		}
		rr, err := dns.NewRR(record)
		if err != nil {
			panic(err)
		}
		m.Answer = append(m.Answer, rr)
	}
	return m
}

func TestAResolversAnswerIsFollowedToItsAddresses(t *testing.T) {
	chain := []string{
		"d1.cloudfront.net. 30 CNAME d2.example.", // out of order, as resolvers may give them
		"shop.example. 300 CNAME D1.cloudfront.net.", "d2.example. 60 A 10.0.0.2", "d2.example. 60 A 10.0.0.3", "other.example. 1 A 10.9.9.9",
	}
	zone := map[string][]string{
		"shop.example A": chain, "six.example A": {}, "six.example AAAA": {"six.example. 60 AAAA fd00::1"}, "none.example A": {}, "none.example AAAA": {},
		"broken.example A": {"SERVFAIL"}, "closed.example A": {"REFUSED"}, "dangling.example A": {"NXDOMAIN", "dangling.example. 60 CNAME gone.example."},
		"loop.example A": {"loop.example. 60 CNAME loop.example."}, "loop.example AAAA": {}, "now.example A": {"now.example. 0 A 10.0.0.4", "now.example. 60 A 10.0.0.5"},
	}
	for name, want := range map[string]struct {
		Resolved
		kind fault.Kind
	}{
		"shop.example":     {Resolved: Resolved{Chain: []string{"d1.cloudfront.net", "d2.example"}, Addresses: []string{"10.0.0.2", "10.0.0.3"}, TTL: 30 * time.Second}},
		"SHOP.example.":    {Resolved: Resolved{Chain: []string{"d1.cloudfront.net", "d2.example"}, Addresses: []string{"10.0.0.2", "10.0.0.3"}, TTL: 30 * time.Second}},
		"six.example":      {Resolved: Resolved{Addresses: []string{"fd00::1"}, TTL: time.Minute}},
		"now.example":      {Resolved: Resolved{Addresses: []string{"10.0.0.4", "10.0.0.5"}}},
		"none.example":     {kind: fault.NotFound},
		"gone.example":     {kind: fault.NotFound},
		"dangling.example": {kind: fault.NotFound},
		"loop.example":     {kind: fault.NotFound},
		"broken.example":   {kind: fault.Unavailable},
		"closed.example":   {kind: fault.Refused},
	} {
		t.Run(name, func(t *testing.T) {
			lower := map[string][]string{}
			for k, v := range zone {
				lower[k] = v
			}
			lower["SHOP.example A"] = chain
			net := &pipes{serve: map[string]func(net.Conn){"10.0.0.1:53": names(lower)}}
			got, err := reader(t, Spec{Dial: net.dial}).lookup(t.Context(), "10.0.0.1:53", name)
			kindIs(t, err, want.kind)
			if err == nil && (!slices.Equal(got.Chain, want.Chain) || !slices.Equal(got.Addresses, want.Addresses) || got.TTL != want.TTL) {
				t.Errorf("got %+v, want %+v", got, want.Resolved)
			}
		})
	}
}

func TestASilentResolverTimesOutWithinOneDeadline(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		net := &pipes{serve: map[string]func(net.Conn){"10.0.0.1:53": hold}}
		began := time.Now()
		_, err := reader(t, Spec{Dial: net.dial, Timeout: 3 * time.Second}).lookup(t.Context(), "10.0.0.1:53", "shop.example")
		kindIs(t, err, fault.TimedOut)
		if took := time.Since(began); took != 3*time.Second {
			t.Errorf("took %s", took)
		}
	})
}

func TestALostDatagramIsSentAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var asked atomic.Int32
		answer := names(map[string][]string{"shop.example A": {"shop.example. 60 A 10.0.0.2"}})
		net := &pipes{serve: map[string]func(net.Conn){"10.0.0.1:53": func(c net.Conn) {
			if asked.Add(1) == 1 {
				hold(c)
				return
			}
			answer(c)
		}}}
		got, err := reader(t, Spec{Dial: net.dial}).lookup(t.Context(), "10.0.0.1:53", "shop.example")
		if err != nil || !slices.Equal(got.Addresses, []string{"10.0.0.2"}) {
			t.Errorf("got %+v, %v", got, err)
		}
	})
}

func TestAnAnswerThatDoesNotFitADatagramIsFetchedOverAStream(t *testing.T) {
	stream, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	packets, err := net.ListenPacket("udp", stream.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	var streamed atomic.Int32
	handler := func(cut bool) dns.HandlerFunc {
		return func(w dns.ResponseWriter, q *dns.Msg) {
			m := replyFrom(map[string][]string{"shop.example A": {"shop.example. 60 A 10.0.0.2"}}, q)
			if m.Truncated = cut; cut {
				m.Answer = nil
			} else {
				streamed.Add(1)
			}
			_ = w.WriteMsg(m)
		}
	}
	for _, s := range []*dns.Server{{PacketConn: packets, Handler: handler(true)}, {Listener: stream, Handler: handler(false)}} {
		go func() { _ = s.ActivateAndServe() }()
		t.Cleanup(func() { _ = s.Shutdown() })
	}
	got, err := reader(t, Spec{}).lookup(t.Context(), stream.Addr().String(), "shop.example")
	if err != nil || !slices.Equal(got.Addresses, []string{"10.0.0.2"}) || streamed.Load() != 1 {
		t.Errorf("got %+v, %v after %d streams", got, err, streamed.Load())
	}
}

func TestAResolverThatNobodyRunsIsUnreachable(t *testing.T) {
	packets, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := packets.LocalAddr().String()
	_ = packets.Close()
	_, err = reader(t, Spec{}).lookup(t.Context(), address, "shop.example")
	kindIs(t, err, fault.Unreachable)
}

func TestAProbeLooksItsNameUpWhereItIsTold(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		net := &pipes{serve: map[string]func(net.Conn){
			"10.0.0.1:53":   names(map[string][]string{"shop.example A": {"shop.example. 60 A 10.0.0.2"}}),
			"10.0.0.2:8080": web(says(200, "{}")),
		}}
		r := reader(t, Spec{Dial: net.dial})
		a, err := r.Probe(t.Context(), Probe{URL: "http://shop.example:8080/", Resolve: "10.0.0.1:53"})
		if err != nil || a.Status != 200 {
			t.Errorf("answer %+v, %v", a, err)
		}
		_, err = r.Probe(t.Context(), Probe{URL: "http://gone.example/", Resolve: "10.0.0.1:53"})
		kindIs(t, err, fault.Unreachable)
		if err == nil || !strings.Contains(err.Error(), "name: dns A gone.example on resolver 10.0.0.1:53: not found") {
			t.Errorf("error %v", err)
		}
		_, err = r.Probe(t.Context(), Probe{URL: "http://shop.example/", Resolve: "10.0.0.7:53"})
		kindIs(t, err, fault.TimedOut)
	})
}
