package dr

import (
	"context"
	"strings"
	"testing"
	"time"

	"lifeboat/aws/sim/cloud"
	"lifeboat/dr/runbook"
)

// choosing answers one question, the first time, as it was told.
type choosing struct {
	*phrases
	question string
	choose   runbook.Answer
	done     bool
	wrong    string // why that was not accepted
}

func (c *choosing) Ask(ctx context.Context, q runbook.Question) (runbook.Answer, error) {
	switch {
	case q.ID != c.question:
		return c.phrases.Ask(ctx, q)
	case !c.done:
		c.done = true
		return c.choose, nil
	case q.Wrong != "":
		c.wrong, q.Wrong = q.Wrong, ""
	}
	return c.phrases.Ask(ctx, q)
}

func takeBack(kind Kind) runbook.Answer {
	return runbook.Answer{Choice: runbook.Undo, Phrase: runbook.UndoPhrase(kind.Phrase(east, west)), Reason: "a test", By: "arn:aws:sts::1:ops"}
}

// rolesNow are the roles as they are written down, without their version.
func rolesNow(t *testing.T, r *Runner) string {
	t.Helper()
	roles, _, err := r.State().Roles.Read(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	roles.Version = 0
	return asJSON(roles)
}

// Before the promotion a run can be taken back: counts, floors, grace and the roles are what they were, and the application serves again.
func TestARunThatIsTakenBackBeforeThePromotionLeavesEverythingAsItWas(t *testing.T) {
	for kind, question := range map[Kind]string{Failover: "gate promote", Switchover: "trouble fence"} {
		t.Run(string(kind), func(t *testing.T) {
			inTime(t, func(t *testing.T, w *estateInTime) {
				w.lookSeldom()
				was := deployments.ReplaceAllString(w.state(), "")
				by := &choosing{phrases: typing("go on with an unproven lag"), question: question, choose: takeBack(kind)}
				r := w.runner()
				if err := changeRoles(t.Context(), r.State().Roles, w.cfg, func(*Roles) bool { return true }); err != nil {
					t.Fatal(err)
				}
				roles := rolesNow(t, r)
				w.direct("stray-connection", east) // so that there is no receipt, and a question
				if result := w.begun(r, kind, by).Wait(); result.Ending != runbook.Undone {
					t.Fatalf("it ended %q: %v", result.Ending, result.Err)
				}
				w.direct("restore")
				time.Sleep(10 * time.Minute)
				if now := deployments.ReplaceAllString(w.state(), ""); now != was {
					t.Errorf("it left\n%s\nwas\n%s", now, was)
				}
				if now := rolesNow(t, r); now != roles {
					t.Errorf("the roles are %s, were %s", now, roles)
				}
				w.in(func(in *cloud.World) {
					for _, s := range in.Region(east).Clusters[0].Services {
						if s.Count(cloud.Running) != s.Desired {
							t.Errorf("%s runs %d of %d", s.Name, s.Count(cloud.Running), s.Desired)
						}
					}
				})
			})
		})
	}
}

// From the promotion on nothing is taken back, at no gate and by no uninvited word: the way back is failback.
func TestAfterThePromotionNothingIsTakenBack(t *testing.T) {
	inTime(t, func(t *testing.T, w *estateInTime) {
		w.lookSeldom()
		by := &choosing{phrases: typing(), question: "gate edge", choose: takeBack(Failover)}
		run := w.begun(w.runner(), Failover, by)
		waitFor(t, run, is(StepPromote, runbook.StateWatched))
		if err := run.Undo(takeBack(Failover)); err == nil || !strings.Contains(err.Error(), "commit point") {
			t.Errorf("taking it back gives %v", err)
		}
		if result := run.Wait(); result.Ending != runbook.Done {
			t.Errorf("it ended %q: %v", result.Ending, result.Err)
		}
		if !strings.Contains(by.wrong, "past its commit point") {
			t.Errorf("at the gate it was told %q", by.wrong)
		}
	})
}
