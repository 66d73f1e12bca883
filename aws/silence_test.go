package aws_test

import (
	"context"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"lifeboat/aws"
	"lifeboat/aws/fault"
)

func TestARegionThatNeverAnswersEndsARefreshWithinOneTimeout(t *testing.T) {
	for _, services := range []int{4, 100} {
		inBubble(t, func(t *testing.T) {
			p := open(t, services)
			r := reader(t, p.spec(east))
			good := r.Fast(t.Context(), aws.Fast{})
			wantNoErrors(t, errorsOf(good))
			p.meddle("*", hang)
			var dark aws.Fast
			lasted := took(func() { dark = r.Fast(t.Context(), good) })
			if lasted > 5*time.Second {
				t.Errorf("%d services: it took %s, want one call's 5s", services, lasted)
			}
			errs := errorsOf(dark)
			if len(errs) != 6+min(len(good.Targets), 40) {
				t.Errorf("%d services: only %v failed", services, slices.Sorted(maps.Keys(errs)))
			}
			for part, err := range errs {
				wantKind(t, part, err, fault.TimedOut)
				if text := err.Error(); !strings.Contains(text, "no answer in 5s") && !strings.Contains(text, "not asked: no call before it was answered") {
					t.Errorf("%s says %q, which does not tell what happened", part, text)
				}
			}
			if h := dark.API.Value; h.Answered != 0 || h.Silent < 2 || dark.API.Err != nil {
				t.Errorf("%d services: the API's health is %+v", services, h)
			}
			if !dark.Services.Seen.Equal(good.Services.Seen) || len(dark.Services.Value) != services {
				t.Errorf("%d services: the last values are not kept beside the error", services)
			}
		})
	}
}

func TestTheFirstRefreshOfADarkRegionEndsWithinOneTimeout(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		p := open(t, 100)
		p.meddle("*", hang)
		r := reader(t, p.spec(east))
		lasted := took(func() {
			done := make(chan struct{})
			go func() { r.Slow(t.Context(), aws.Slow{}); close(done) }()
			f := r.Fast(t.Context(), aws.Fast{})
			if f.Services.Known() || f.Services.Fresh() {
				t.Error("there are services of a region that never answered")
			}
			<-done
		})
		if lasted > 10*time.Second {
			t.Errorf("fast and slow together took %s, want at most two calls' 10s", lasted)
		}
	})
}

func TestOneCallThatHangsDelaysNoOtherPart(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		p := open(t, 4)
		r := reader(t, p.spec(east))
		p.meddle("rds:DescribeDBInstances", hang)
		f := r.Fast(t.Context(), aws.Fast{})
		errs := errorsOf(f)
		wantKind(t, "databases", errs["databases"], fault.TimedOut)
		if want := "rds:DescribeDBInstances on us-east-1: timed out (no answer in 5s)"; errs["databases"].Error() != want {
			t.Errorf("says %q, want %q", errs["databases"], want)
		}
		delete(errs, "databases")
		wantNoErrors(t, errs)
		if late := f.Services.Seen.Sub(f.Identity.Seen); late > time.Second {
			t.Errorf("services were seen %s after the identity", late)
		}
		if h := f.API.Value; h.Silent != 1 || h.Answered != f.Calls-1 {
			t.Errorf("the API's health is %+v of %d calls", h, f.Calls)
		}
	})
}

func TestARefreshEndsWithItsContext(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		p := open(t, 4)
		p.meddle("*", hang)
		r := reader(t, p.spec(east))
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if lasted := took(func() { r.Fast(ctx, aws.Fast{}); r.Slow(ctx, aws.Slow{}) }); lasted > time.Second {
			t.Errorf("it took %s, want 1s", lasted)
		}
	})
}

func TestACancelledRefreshSaysNothingOfTheRegion(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		p := open(t, 4)
		p.meddle("*", hang)
		r := reader(t, p.spec(east))
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(time.Second, cancel)
		if f := r.Fast(ctx, aws.Fast{}); f.API.Value.Silent != 0 {
			t.Errorf("%d calls count as unanswered, which Lifeboat itself broke off", f.API.Value.Silent)
		}
	})
}

func TestAnAnswerThatStopsHalfWayIsSilence(t *testing.T) {
	written := filepath.Join(t.TempDir(), "stderr")
	inBubble(t, func(t *testing.T) {
		stderr := os.Stderr
		defer func() { os.Stderr = stderr }()
		os.Stderr, _ = os.Create(written)
		p := open(t, 4)
		p.meddle("ecs:DescribeServices", func(w http.ResponseWriter, r *http.Request, _ http.Handler) {
			w.Header().Set("Content-Type", "application/x-amz-json-1.1")
			_, _ = w.Write([]byte(`{"services": [`))
			w.(http.Flusher).Flush()
			<-r.Context().Done()
		})
		f := reader(t, p.spec(east)).Fast(t.Context(), aws.Fast{})
		wantKind(t, "services", f.Services.Err, fault.TimedOut)
		if f.API.Value.Silent != 1 {
			t.Errorf("the API's health is %+v", f.API.Value)
		}
	})
	if text, err := os.ReadFile(written); err != nil || len(text) > 0 {
		t.Errorf("the SDK writes to the terminal (%v): %s", err, text)
	}
}

func TestAServerErrorIsAskedOnceMoreAndThenUnavailable(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		p := open(t, 4)
		p.meddle("*", say(503, "<html>no</html>"))
		f := reader(t, p.spec(west)).Fast(t.Context(), aws.Fast{})
		for part, err := range errorsOf(f) {
			wantKind(t, part, err, fault.Unavailable)
		}
		if n := len(slices.DeleteFunc(p.take(), func(op string) bool { return !strings.HasPrefix(op, "sts:") })); n != 2 {
			t.Errorf("sts was asked %d times, want 2", n)
		}
		if h := f.API.Value; h.Answered != 0 || h.Silent != f.Calls {
			t.Errorf("the API's health is %+v of %d calls", h, f.Calls)
		}
	})
}

func TestAServerErrorThatPassesIsNotSeen(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		p := open(t, 4)
		p.meddle("sts:GetCallerIdentity", func(w http.ResponseWriter, r *http.Request, inner http.Handler) {
			p.leaveAlone("sts:GetCallerIdentity")
			say(500, "")(w, r, inner)
		})
		f := reader(t, p.spec(west)).Fast(t.Context(), aws.Fast{})
		wantNoErrors(t, errorsOf(f))
	})
}

func TestAnUnreachableRegionSaysSo(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		s := open(t, 4).spec(east)
		s.Dial = refuse
		f := reader(t, s).Fast(t.Context(), aws.Fast{})
		for part, err := range errorsOf(f) {
			wantKind(t, part, err, fault.Unreachable)
		}
		if want := "sts:GetCallerIdentity on us-east-1: unreachable (dial tcp: connection refused)"; f.Identity.Err.Error() != want {
			t.Errorf("says %q, want %q", f.Identity.Err, want)
		}
		if h := f.API.Value; h.Answered != 0 || h.Silent == 0 {
			t.Errorf("the API's health is %+v", h)
		}
	})
}
