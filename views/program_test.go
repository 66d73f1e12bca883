package views

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"lifeboat/dr"
)

func TestKeysWalkTheRowsAndOpenTheirDetails(t *testing.T) {
	onScreen(t, &still{e: deep(healthy())}, 120, 36, func(term *terminal) {
		term.shows("us-east-1 serves.", "◆ ready", "03:14:07 UTC")
		term.hides("›")
		term.press("enter")
		term.shows("Verdict", "Who serves", "Time to serve again")
		term.press("esc", "down", "down", "right")
		term.shows("›balancer    2/2 healthy")
		term.press("enter")
		term.shows("us-west-2  dr-alb  load balancer", "Asked directly")
		term.press("left")
		term.shows("us-east-1  prod-alb  load balancer", "until 2027-06-21")
		term.press("esc", "j", "j", "j", "j", "enter")
		term.shows("us-east-1  backend  service", "prod-cluster / prod-backend", "exit 137")
		term.press("right")
		term.shows("us-west-2  backend  service", "9 min behind")
		term.press("esc")
		term.shows("›backend")
		term.press("tab", "enter")
		term.shows("The way users take", "↓ 12 more")
		term.press("pgdown")
		term.shows("→ d111111abcdef8.cloudfront.net", "an origin group: either region may answer")
	})
}

func TestArrowsGoFromPanelToPanel(t *testing.T) {
	onScreen(t, &still{e: healthy()}, 120, 36, func(term *terminal) {
		for range 30 {
			term.press("down")
		}
		term.shows("›02:51:19")
		for range 40 {
			term.press("k")
		}
		term.shows("›▌ us-east-1 serves.")
		term.press("tab", "tab", "tab", "tab")
		term.shows("›findings")
		term.press("enter")
		term.shows("Findings", "deploy 91ab07 there too")
	})
}

func TestTheFilterNarrowsWhileItIsTyped(t *testing.T) {
	onScreen(t, &still{e: healthy()}, 120, 36, func(term *terminal) {
		term.press("/", "b", "a", "c", "k")
		term.shows("services  /back  1 of 4", "Enter keeps it")
		term.hides("prometheus", "lag 4.2 s")
		term.press("enter")
		term.shows("/back", "z zoom")
		term.press("esc")
		term.shows("prometheus")
		term.press("/", "q", "esc") // a key that quits elsewhere is a letter here
		term.shows("prometheus", "q quit")
	})
}

func TestThePaletteFindsCommandsAndRowsByName(t *testing.T) {
	source := &still{e: healthy()}
	onScreen(t, source, 120, 36, func(term *terminal) {
		term.press(":", "r", "e", "f", "r", "enter")
		term.shows("reading everything now")
		if source.refreshed != 1 {
			t.Errorf("refreshed %d times", source.refreshed)
		}
		term.press(":")
		term.shows("Go to", "balancer") // the cockpit stays in view above
		term.press("w", "e", "s", "t", "-", "2", " ", "r", "e", "p", "l", "enter")
		term.shows("us-west-2  replication", "Three numbers", "1.1 s  by wal")
		term.press(":", "z", "o", "o", "m", "enter")
		term.shows("last event")
		term.press("esc", ":", "x", "x", "x", "enter")
		term.shows("nothing matches")
		term.press("esc")
		term.shows("q quit")
	})
}

func TestHelpListsEveryKeyAndGivesReasons(t *testing.T) {
	onScreen(t, &still{e: healthy()}, 120, 60, func(term *terminal) {
		term.press("?")
		term.shows("simulated estates only")
		all := term.text()
		for range 30 {
			term.press("pgdown")
			all += term.text()
		}
		for _, k := range Keys() {
			if k.Show != "" && k.off == nil && !strings.Contains(all, k.Help) {
				t.Errorf("%s is not in the help", k.Name)
			}
		}
		term.press("?")
		term.hides("simulated estates only")
		term.press("D")
		term.shows("director: simulated estates only")
	})
}

func TestZoomShowsOneRegionAndKeepsTheOtherInSight(t *testing.T) {
	onScreen(t, &still{e: healthy()}, 80, 24, func(term *terminal) {
		term.hides("says it is")
		term.press("right", "z")
		term.shows("us-west-2  standby", "● serving", "says it is dr")
		term.press("left")
		term.shows("us-east-1  primary", "us-west-2  standby", "one zone · 14 GiB free", "p95 83 ms")
		term.press("esc")
		term.hides("p95 83 ms")
	})
}

func TestEventsScrollFilterAndOpen(t *testing.T) {
	e := healthy()
	for i := range 60 {
		e.Feed = append(e.Feed, dr.Change{At: at("02:00:00").Add(-time.Duration(i) * time.Minute), Region: "us-east-1", Subject: "backend", Text: "task " + strings.Repeat("i", i)})
	}
	onScreen(t, &still{e: e}, 80, 24, func(term *terminal) {
		term.press("e")
		term.shows("Events  65", "↓", "›03:11:52")
		term.press("end")
		term.shows("›01:01:00")
		term.press("enter")
		term.shows("Event", "2026-11-23 01:01:00 UTC")
		term.press("esc", "/", "l", "a", "g", "enter")
		term.shows("Events  2", "/lag")
		term.press("esc", "esc")
		term.shows("us-east-1  primary")
	})
}

func TestTheScreenFollowsTheWindow(t *testing.T) {
	onScreen(t, &still{e: healthy()}, 120, 36, func(term *terminal) {
		term.resize(20, 5)
		term.shows("✓ us-east-1 serves.")
		term.hides("lifeboat", "balancer")
		term.press("down", "enter", "?", ":", "esc", "esc", "esc")
		term.resize(300, 100)
		term.shows("us-east-1 serves.", "signs", "10.0.11.20", "q quit")
		term.resize(60, 15)
		term.shows("● serving", "◆ ready", "users")
		term.resize(1, 1)
		term.resize(80, 24)
		term.shows("us-east-1 serves.", "session")
	})
}

func TestAFrameIsThereBeforeAnyData(t *testing.T) {
	feed := make(chan *dr.Estate)
	withOptions(t, Options{Source: &still{feed: feed}}, 120, 36, func(term *terminal) {
		term.shows("Reading both regions.", "frontend", "· reading")
		term.program.Send(Show(healthy()))
		term.settle()
		term.shows("us-east-1 serves.")
	})
}

func TestOnlyTheNewestEstateWaitsWhileTheProgramIsBusy(t *testing.T) {
	estates := make(chan *dr.Estate, 3)
	for i := range 3 {
		estates <- &dr.Estate{Revision: uint64(i + 1)}
	}
	close(estates)
	if got := newest(estates, <-estates).Revision; got != 3 {
		t.Errorf("got revision %d", got)
	}
}

func TestRunEndsWithQuitWithTheContextAndWithoutError(t *testing.T) {
	for name, end := range map[string]func(cancel func(), term *terminal){
		"q":       func(_ func(), term *terminal) { _, _ = term.keys.Write([]byte("q")) },
		"ctrl+c":  func(_ func(), term *terminal) { _, _ = term.keys.Write([]byte("\x03")) },
		"context": func(cancel func(), _ *terminal) { cancel() },
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				term, o := bare(t)
				ctx, cancel := context.WithCancel(t.Context())
				defer cancel()
				over := make(chan error, 1)
				go func() { over <- Run(ctx, o) }()
				term.settle()
				term.shows("us-east-1 serves.")
				if !term.em.IsAltScreen() {
					t.Error("not on the alternate screen")
				}
				end(cancel, term)
				if err := <-over; err != nil {
					t.Errorf("Run: %v", err)
				}
				if term.em.IsAltScreen() {
					t.Error("the terminal was left on the alternate screen")
				}
				term.close()
			})
		})
	}
}

// director is one of a simulated cloud, in memory.
type director struct {
	active []string
	fail   error
	did    []string
}

func (d *director) Actions(context.Context) ([]Action, error) {
	return []Action{
		{Name: "darken", Usage: "darken REGION", Description: "nothing in the region answers", Ends: "until restore", Active: d.active},
		{Name: "slow", Usage: "slow REGION DURATION", Description: "answers come later"},
		{Name: "stop-tasks", Usage: "stop-tasks REGION SERVICE", Description: "tasks exit"},
		{Name: "restore", Usage: "restore [REGION]", Description: "takes everything back"},
	}, d.fail
}

func (d *director) Do(_ context.Context, name string, args ...string) error {
	order := strings.Join(append([]string{name}, args...), " ")
	d.did = append(d.did, order)
	if name == "darken" {
		d.active = []string{order}
	}
	if name == "restore" {
		d.active = nil
	}
	return d.fail
}

func TestTheDirectorBreaksTheCloudByName(t *testing.T) {
	d, source := &director{}, &still{e: healthy()}
	withOptions(t, Options{Source: source, Simulated: true, Director: d}, 120, 36, func(term *terminal) {
		term.press("D")
		term.shows("Director", "nothing is broken", "darken us-east-1", "stop-tasks us-east-1 prod-grafana", "slow us-east-1 DURATION")
		term.press("enter")
		term.shows("● darken us-east-1", "● in force")
		term.press("s", "l", "o", "w", " ", "w", "enter")
		term.shows("› slow us-west-2")
		term.press("2", "s", "enter")
		term.press("r", "e", "s", "t", "enter")
		term.shows("nothing is broken")
		term.press("esc")
		term.shows("director: restore")
	})
	if source.refreshed != 3 {
		t.Errorf("read again %d times after 3 orders", source.refreshed)
	}
	want := []string{"darken us-east-1", "slow us-west-2 2s", "restore"}
	if strings.Join(d.did, ", ") != strings.Join(want, ", ") {
		t.Errorf("did %q, want %q", d.did, want)
	}
}

func TestADirectorThatCannotBeReachedIsSaid(t *testing.T) {
	d := &director{fail: errors.New("the simulator's director at 127.0.0.1:1: connection refused")}
	withOptions(t, Options{Source: &still{e: healthy()}, Director: d}, 120, 36, func(term *terminal) {
		term.press("D")
		term.shows("! the simulator's director at 127.0.0.1:1: connection refused")
	})
}
