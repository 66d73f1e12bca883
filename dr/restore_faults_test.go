package dr

import (
	"context"
	"os"
	"strings"
	"sync"
	"testing"

	"lifeboat/aws"
	"lifeboat/aws/sim/cloud"
	"lifeboat/dr/runbook"
)

// litBadly is a failover that restores whose changing calls are answered badly.
func litBadly(t *testing.T, b bad) (end string, l *lit, s *spoiler) {
	lighting(t, cloud.PilotLight, func(of *lit) {
		l, s = of, &spoiler{w: of.estateInTime, bad: b, refuse: of.refused}
		l.spoils = func(ctx context.Context, a aws.Asked) {
			if !l.dark() || a.Region == west || strings.HasPrefix(a.Operation, "cloudflare:") {
				s.asked(ctx, a)
			}
		}
		if !l.process(crashAt{}) {
			l.t.Fatal("it has crashed")
		}
		end = l.end()
	})
	return end, l, s
}

// Every changing call of a failover that restores gets each of the bad answers that there are: the end is that of one that was not
// disturbed.
func TestEveryChangeOfAFailoverThatRestoresMayBeAnsweredBadlyAndTheEndIsTheSame(t *testing.T) {
	if os.Getenv("LIFEBOAT_E2E") != "full" {
		t.Skip("a failover that restores takes seconds for each bad answer: LIFEBOAT_E2E=full runs them")
	}
	want, whole := restoreCrash(t, cloud.PilotLight, crashAt{})
	for _, b := range badAnswers {
		t.Run(b.name, func(t *testing.T) {
			t.Parallel()
			got, l, s := litBadly(t, b)
			if b.code != "" { // what was refused was sent as well
				got = strings.Replace(got, moved(l.moved), moved(whole.moved), 1)
			}
			if got != want {
				t.Errorf("the end is another:\n%s", other(got, want))
			}
			if made := l.making(""); made != whole.making("") {
				t.Errorf("Terraform made something else:\n%s", other(made, whole.making("")))
			}
			if len(s.met) < 8 || b.asks != (len(l.tries) > 0) {
				t.Errorf("met: %q; these steps asked a person: %q", s.met, l.tries)
			}
		})
	}
}

// At any stage home may return, or the standby's region be lost for a quarter of an hour as well: the run comes to the same end, with the one
// database that it has restored.
func TestRegionsMayComeAndGoAtAnyStageOfAFailoverThatRestores(t *testing.T) {
	if os.Getenv("LIFEBOAT_E2E") != "full" {
		t.Skip("a failover that restores takes seconds for each stage: LIFEBOAT_E2E=full runs them")
	}
	want, _ := restoreCrash(t, cloud.PilotLight, crashAt{})
	for _, what := range []string{"home returns", "the standby goes dark too"} {
		for _, at := range []string{stepLight, "apply-foundation", "apply-data", stepPassword, "apply-compute", stepScale, StepPublic} {
			t.Run(what+" at "+at, func(t *testing.T) {
				t.Parallel()
				lighting(t, cloud.PilotLight, func(l *lit) {
					var once sync.Once
					l.meets = func(v runbook.View) {
						if s, _ := v.Step(at); s.State != runbook.StateDoing && s.State != runbook.StateWatched && !s.State.Over() {
							return
						}
						once.Do(func() {
							if what == "home returns" {
								l.direct("return", east)
							} else {
								l.direct("darken", west, "15m")
							}
						})
					}
					processes := 1
					for ; !l.process(crashAt{}); processes++ {
						if processes > 2 {
							l.t.Fatal("it does not come to its end")
						}
					}
					if got := l.end(); got != want {
						l.t.Errorf("the end is another:\n%s", other(got, want))
					}
					l.oneDatabase()
					l.t.Logf("%d processes; these steps asked a person: %q", processes, l.tries)
				})
			})
		}
	}
}
