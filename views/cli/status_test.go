package cli

import (
	"bytes"
	"context"
	"encoding/json"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"lifeboat/dr"
)

var estates = map[string]func() *dr.Estate{"healthy": wellEstate, "degraded": darkEstate, "unknown": blindEstate, "split": splitEstate}

func TestStatusAsText(t *testing.T) {
	for name, estate := range estates {
		t.Run(name, func(t *testing.T) {
			var out bytes.Buffer
			if err := printStatus(&out, estate(), false); err != nil {
				t.Fatal(err)
			}
			same(t, out.String())
		})
	}
}

func TestStatusAsJSON(t *testing.T) {
	for name, estate := range estates {
		t.Run(name, func(t *testing.T) {
			var out bytes.Buffer
			if err := printStatus(&out, estate(), true); err != nil {
				t.Fatal(err)
			}
			same(t, out.String())
		})
	}
}

func TestTheExitCodeIsInTheDocumentToo(t *testing.T) {
	for name, want := range map[string]int{"healthy": 0, "degraded": 1, "unknown": 2} {
		e := estates[name]()
		var out bytes.Buffer
		if err := printStatus(&out, e, true); err != nil {
			t.Fatal(err)
		}
		var d struct{ Version, Exit int }
		if err := json.Unmarshal(out.Bytes(), &d); err != nil || d.Exit != want || e.Exit() != want || d.Version != dr.DocVersion {
			t.Errorf("%s: document %+v, code %d, want %d (%v)", name, d, e.Exit(), want, err)
		}
	}
}

// What is unknown must not look like a figure: no line of an estate that nothing is known of has a digit after its name.
func TestNothingUnknownIsShownAsAFigure(t *testing.T) {
	for _, line := range strings.Split(statusText(dr.Document(blindEstate())), "\n") {
		if strings.HasPrefix(line, "  good") || strings.HasPrefix(line, "  idle") || strings.Contains(line, " 0 ") {
			t.Errorf("shown of an estate that nothing is known of: %s", line)
		}
	}
}

func TestWatchPrintsEachChangeOnceAndEndsWithItsContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, stop := context.WithCancel(context.Background())
		ch := make(chan *dr.Estate)
		var out bytes.Buffer
		done := make(chan error)
		go func() { done <- follow(ctx, &out, wellEstate(), ch) }()

		again := wellEstate() // the same, a moment later and with other figures
		again.At = noon.Add(time.Second)
		again.Verdict.Lines[1] = dr.Line{{Text: "At most 16 s of data at risk."}}
		ch <- again
		ch <- darkEstate()
		ch <- darkEstate()
		stop()
		if err := <-done; err != nil {
			t.Error(err)
		}
		const want = `2026-11-23T12:00:00Z good verdict: us-east-1 serves. us-west-2 can take over now. At most 15 s of data at risk.
2026-11-23T12:00:00Z good us-east-1: serving
2026-11-23T12:00:00Z good us-west-2: ready
2026-11-23T11:58:22Z bad us-east-1 region: stopped answering
2026-11-23T12:00:00Z bad verdict: us-east-1 does not answer since 11:58:22 (AWS API, balancer). us-west-2 can take over: at most 98 s of data lost.
`
		if out.String() != want {
			t.Errorf("printed\n%s\nwant\n%s", out.String(), want)
		}
	})
}

func TestWatchSaysThatAnEstateIsSimulated(t *testing.T) {
	var out bytes.Buffer
	f := follower{w: &out}
	f.begin(dr.Document(blindEstate()))
	if first, _, _ := strings.Cut(out.String(), "\n"); first != "2026-11-23T12:00:00Z idle davidshaevel: SIMULATED" {
		t.Errorf("begins with %q", first)
	}
}
