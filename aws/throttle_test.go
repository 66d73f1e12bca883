package aws_test

import (
	"context"
	"net"
	"net/http"
	"syscall"
	"testing"
	"time"

	"lifeboat/aws"
	"lifeboat/aws/fault"
)

func refuse(context.Context, string, string) (net.Conn, error) {
	return nil, &net.OpError{Op: "dial", Net: "tcp", Err: syscall.ECONNREFUSED}
}

const tooFast = `{"__type": "ThrottlingException", "message": "Rate exceeded"}`

func TestAThrottledCallIsRepeatedAndThenSaysSo(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		p := open(t, 4)
		p.meddle("ecs:DescribeServices", say(400, tooFast))
		f := reader(t, p.spec(west)).Fast(t.Context(), aws.Fast{})
		wantKind(t, "services", f.Services.Err, fault.Throttled)
		times := 0
		for _, op := range p.take() {
			if op == "ecs:DescribeServices" {
				times++
			}
		}
		if times != 3 {
			t.Errorf("asked %d times, want 3", times)
		}
		if f.API.Value.Silent != 0 {
			t.Error("a throttled region counts as silent: it had answered")
		}
	})
}

func TestAThrottleThatComesLateIsNotATimeout(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		p := open(t, 4)
		p.meddle("ecs:DescribeServices", func(w http.ResponseWriter, r *http.Request, inner http.Handler) {
			time.Sleep(4950 * time.Millisecond)
			say(400, tooFast)(w, r, inner)
		})
		f := reader(t, p.spec(west)).Fast(t.Context(), aws.Fast{})
		wantKind(t, "services", f.Services.Err, fault.Throttled)
	})
}

func TestAServiceThatThrottlesIsAskedMoreSlowly(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		p := open(t, 500)
		r := reader(t, p.spec(west))
		f := r.Fast(t.Context(), aws.Fast{})
		time.Sleep(15 * time.Second)
		before := took(func() { f = r.Fast(t.Context(), f) })
		for range 5 {
			p.meddle("ecs:DescribeServices", say(400, tooFast))
			f = r.Fast(t.Context(), f)
		}
		p.leaveAlone("ecs:DescribeServices")
		time.Sleep(15 * time.Second)
		after := took(func() { f = r.Fast(t.Context(), f) })
		if after < before+time.Second {
			t.Errorf("a refresh of 500 services takes %s, and %s after the service said it was too fast", before, after)
		}
		for range 20 {
			time.Sleep(15 * time.Second)
			f = r.Fast(t.Context(), f)
		}
		if again := took(func() { f = r.Fast(t.Context(), f) }); again >= after {
			t.Errorf("it never gets faster again: %s, then %s", after, again)
		}
		wantNoErrors(t, errorsOf(f))
	})
}

func TestWaitingForATurnIsNotTheCallsTime(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		p := open(t, 200)
		p.meddle("ecs:DescribeServices", func(w http.ResponseWriter, r *http.Request, inner http.Handler) {
			time.Sleep(2 * time.Second) // 20 such calls, 8 at once, take 6 s
			inner.ServeHTTP(w, r)
		})
		f := reader(t, p.spec(east)).Fast(t.Context(), aws.Fast{})
		wantNoErrors(t, errorsOf(f))
	})
}
