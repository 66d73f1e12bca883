package views

import (
	"testing"
	"testing/synctest"
	"time"

	"lifeboat/dr/runbook"
)

func TestARunIsFollowedWhileTheProgramRuns(t *testing.T) {
	runs := newFakeRuns(midway)
	withOptions(t, Options{Source: &still{e: darkEast()}, Runs: runs}, 120, 36, func(term *terminal) {
		term.shows("R  failover to us-west-2: under way, promote replica")
		term.press("R")
		term.shows("▸ promote replica", "rebooting")
		runs.set(plainEdge(noon.Add(-5 * time.Minute)).update())
		term.settle()
		term.shows("keys are passed over")
		time.Sleep(time.Second)
		synctest.Wait()
		term.hides("keys are passed over")
		term.press("send users to us-west-2", "enter")
		if len(runs.taken) != 1 {
			t.Errorf("taken %+v", runs.taken)
		}
		runs.set(finished(noon.Add(-20 * time.Minute)).update())
		term.settle()
		term.shows("Report", "done: us-west-2 has taken over")
		term.press("d")
		term.hides("R  failover")
	})
}

func TestFollowingBeginsAnewWhereItBreaksOff(t *testing.T) {
	runs := newFakeRuns(midway)
	other := runs.now
	other.View.Run = "another"
	withOptions(t, Options{Source: &still{e: darkEast()}, Runs: runs}, 120, 36, func(term *terminal) {
		term.press("R")
		was := runs.now
		runs.set(other) // the door has no such run any more
		term.settle()
		term.shows("cannot be followed now")
		runs.set(was)
		time.Sleep(3 * time.Second)
		synctest.Wait()
		term.hides("cannot be followed now")
	})
}

func TestAStoppedRunThatIsResumedIsFollowedAgain(t *testing.T) {
	runs := newFakeRuns(func(start time.Time) *story {
		return midway(start).write(runbook.Entry{Kind: runbook.EntryStopped, Text: "stopped by ana: lunch"})
	})
	stopped := runs.now
	withOptions(t, Options{Source: &still{e: darkEast()}, Runs: runs}, 120, 36, func(term *terminal) {
		term.shows("stopped, can be resumed")
		term.press("R")
		term.shows("! R takes it up again: stopped by ana: lunch")
		term.press("R")
		term.shows("take the run up where its journal ends")
		s := midway(noon.Add(-5 * time.Minute))
		s.write(runbook.Entry{Kind: runbook.EntryResumed})
		runs.set(s.update())
		term.press("enter")
		term.shows("elapsed", "raise scaling floors")
		term.hides("takes it up again")
		runs.set(stopped)
		term.settle()
		term.shows("! R takes it up again")
	})
}

func TestAtRestARunWritesLittle(t *testing.T) {
	for name, s := range map[string]tale{"under way": midway, "at a gate": plainEdge, "over": finished} {
		runs := newFakeRuns(s)
		withOptions(t, Options{Source: &still{e: darkEast()}, Runs: runs}, 120, 40, func(term *terminal) {
			term.press("H", "enter")
			time.Sleep(3 * time.Second)
			before := term.total()
			for i := range 60 {
				if i%15 == 0 {
					e := darkEast()
					e.Revision, e.At = uint64(i+2), noon.Add(time.Duration(i)*time.Second)
					term.program.Send(Show(e))
				}
				time.Sleep(time.Second)
				synctest.Wait()
			}
			got := (term.total() - before) / 60
			t.Logf("%s: %d B/s at rest", name, got)
			if most := map[bool]int{true: 2, false: 60}[name == "over"]; got >= most {
				t.Errorf("%s: %d bytes a second at rest, the budget is %d", name, got, most)
			}
		})
	}
}
