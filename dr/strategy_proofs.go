package dr

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"lifeboat/aws"
	"lifeboat/dr/runbook"
)

// What must be so before a replica is given up: its data can be brought back from elsewhere, to a moment of this run, and it has a last copy
// of its own.
const (
	stepPoint    = "point"
	stepLastCopy = "last-copy"
	stepGiveUp   = "give-up"
)

// newestPoint is the newest moment to which the primary's data could be brought back in the standby's region, by the time of the data and
// not of the copy. What is still being made cannot be restored. A zero At: there is none.
func (s *strategist) newestPoint(ctx context.Context) (RecoveryPoint, error) {
	var p RecoveryPoint
	c, err := s.changer(s.away())
	if err != nil {
		return p, err
	}
	snapshots, backups, err := c.RecoveryPoints(ctx, s.followed)
	if err != nil {
		return p, err
	}
	home := s.c.Regions.Primary.Name
	for _, b := range backups {
		if b.SourceRegion == home && !begins(b.Status) {
			p.later(b.Latest, "replicated backups of "+plain(b.Database))
		}
	}
	for _, snap := range snapshots {
		if snap.SourceRegion == home && snap.Status == "available" {
			p.later(original(snap), "snapshot "+plain(snap.ID))
		}
	}
	return p, nil
}

// begins says whether backups are only about to be copied: there is nothing yet that could be restored.
func begins(status string) bool {
	status = strings.ToLower(status)
	return status == "pending" || status == "creating"
}

// pointSeen says whether there is a recovery point that is newer than the beginning of the run.
func (s *strategist) pointSeen(ctx context.Context) (runbook.Seen, RecoveryPoint, error) {
	p, err := s.newestPoint(ctx)
	switch {
	case err != nil:
		return runbook.Seen{}, p, err
	case p.At.IsZero():
		return runbook.Seen{Text: "there is no recovery point in " + s.away().Name + " yet"}, p, nil
	}
	text := fmt.Sprintf("%s, with the data of %s", p.From, moment(p.At))
	if !p.At.After(s.began) {
		return runbook.Seen{Text: text + ": older than this run, which began at " + moment(s.began)}, p, nil
	}
	return runbook.Seen{So: true, Text: text}, p, nil
}

func (s *strategist) pointCalls() []runbook.Call {
	at := s.away().Name
	return []runbook.Call{call("rds:DescribeDBInstanceAutomatedBackups", runbook.Control, at), call("rds:DescribeDBSnapshots", runbook.Control, at)}
}

// pointStep waits until the copies have caught up with this run: that they are made says nothing of whether one arrives.
func (s *strategist) pointStep() runbook.Step {
	return runbook.Step{
		ID: stepPoint, Title: "a recovery point newer than this run", Why: "copies that are ordered are no copies: the data of this hour must be there before anything goes",
		Calls: s.pointCalls(), Timeout: s.c.Waits.Replica.D(), Safety: true,
		Await: func(ctx context.Context, t *runbook.Task) (runbook.Seen, error) {
			if s.past(stageRelease) {
				return runbook.Seen{So: true, Text: "seen: " + pointWords(t.Pin(PinProven))}, nil
			}
			seen, p, err := s.pointSeen(ctx)
			if err != nil || !seen.So {
				return seen, err
			}
			_, err = t.Decide(ctx, PinProven, asJSON(p))
			return seen, err
		},
	}
}

func pointWords(pin string) string {
	var p RecoveryPoint
	if json.Unmarshal([]byte(pin), &p) != nil || p.At.IsZero() {
		return "nothing was noted"
	}
	return fmt.Sprintf("%s, with the data of %s", p.From, moment(p.At))
}

// lastCopyStep takes a snapshot of what is given up by hand: RDS refuses one with a replica's deletion.
func (s *strategist) lastCopyStep(gate *runbook.Gate) runbook.Step {
	at, why := s.away().Name, "RDS takes no last snapshot of a replica with its deletion, so it is taken before, and waited for"
	if s.kind == Deactivate {
		why = "what users wrote there lasts in it, whatever becomes of the instance; it is waited for"
	}
	return runbook.Step{
		ID: stepLastCopy, Title: "snapshot the " + s.thing(), Why: why, Gate: gate,
		Calls: []runbook.Call{
			call("rds:DescribeDBSnapshots", runbook.Control, at), call("rds:DescribeDBInstances", runbook.Control, at), call("rds:CreateDBSnapshot", runbook.Control, at),
		},
		Undoing: runbook.UndoNever, Timeout: s.c.Waits.Replica.D(), Safety: true,
		Paper: func(runbook.Pins) []string {
			return []string{
				fmt.Sprintf("aws rds create-db-snapshot --db-instance-identifier %s --db-snapshot-identifier %s --region %s", s.replica, s.lastCopy, at),
				fmt.Sprintf("aws rds wait db-snapshot-available --db-snapshot-identifier %s --region %s", s.lastCopy, at),
			}
		},
		Check: func(ctx context.Context, _ *runbook.Task) (runbook.Seen, error) {
			seen, err := s.lastCopied(ctx)
			if missing(err) {
				return runbook.Seen{Text: "there is none yet"}, nil
			}
			seen.So = err == nil
			return seen, err
		},
		Do: func(ctx context.Context, t *runbook.Task) error {
			c, err := s.changer(s.away())
			if err != nil {
				return err
			}
			if err := s.idle(ctx, t, c); err != nil {
				return err
			}
			return c.TakeSnapshot(ctx, s.replica, s.lastCopy, map[string]string{"lifeboat:run": t.Run})
		},
		Await: func(ctx context.Context, _ *runbook.Task) (runbook.Seen, error) { return s.lastCopied(ctx) },
	}
}

// thing is what is given up.
func (s *strategist) thing() string {
	if s.kind == Deactivate {
		return "database"
	}
	return "replica"
}

// idle waits until what is given up is at no work of its own: RDS refuses a snapshot then.
func (s *strategist) idle(ctx context.Context, t *runbook.Task, c *aws.Changer) error {
	_, err := untilIdle(ctx, t, s.c.Waits.Poll.D(), func(ctx context.Context) (aws.Database, error) { return c.Database(ctx, s.replica) })
	return err
}

// lastCopied says whether its snapshot is whole.
func (s *strategist) lastCopied(ctx context.Context) (runbook.Seen, error) {
	c, err := s.changer(s.away())
	if err != nil {
		return runbook.Seen{}, err
	}
	return wholeSnapshot(ctx, c, s.lastCopy, s.replica)
}

// proven says whether all proofs hold now, and each in words. It reads them anew.
func (s *strategist) proven(ctx context.Context) (so bool, words []string) {
	point, _, err := s.pointSeen(ctx)
	whole, copyErr := s.lastCopied(ctx)
	so = point.So && whole.So
	words = []string{proofWords("recovery point: ", point, err), proofWords("last copy: ", whole, copyErr)}
	if s.kind == Deactivate {
		users := s.usersProof()
		so, words = so && users.So, append(words, proofWords("users: ", users, nil))
	}
	return so, words
}

func proofWords(what string, seen runbook.Seen, err error) string {
	switch {
	case err != nil:
		return what + "NOT PROVEN: it could not be looked: " + whyOf(err)
	case !seen.So:
		return what + "NOT PROVEN: " + seen.Text
	}
	return what + seen.Text
}

// may is what stands before everything that takes what is given up: all proofs, read again.
func (s *strategist) may(ctx context.Context, _ *runbook.Task) (runbook.Seen, error) {
	so, words := s.proven(ctx)
	return runbook.Seen{So: so, Text: strings.Join(words, "; ")}, nil
}

// provenFirst has a step read the proofs again right before it changes anything.
func (s *strategist) provenFirst(step runbook.Step) runbook.Step {
	before := step.Before
	step.Before = func(ctx context.Context, t *runbook.Task) (runbook.Seen, error) {
		if before != nil {
			if seen, err := before(ctx, t); err != nil || !seen.So {
				return seen, err
			}
		}
		seen, err := s.may(ctx, t)
		if err == nil && !seen.So {
			err = runbook.Never(errors.New(seen.Text))
		}
		return seen, err
	}
	step.Calls = append(step.Calls, s.pointCalls()...)
	return step
}

// deletion is what cannot be taken back of it.
func (s *strategist) deletion() string { return "the deletion of " + s.replica }

// givePhrase is what the gate asks for before it: it names what is given up.
func (s *strategist) givePhrase() string {
	if s.kind == Deactivate {
		return RestPhrase(s.replica)
	}
	return GiveUpPhrase(s.replica)
}

// giveUp are the steps in which it is given up: what lets AWS delete it is planned, the gate names it, and only then that is
// applied.
func (s *strategist) giveUp() []runbook.Step {
	gate := s.giveUpGate()
	release := s.provenFirst(s.root("data", stageRelease)[2])
	release.Gate, release.Title = gate, "take the "+s.thing()+"'s protection off"
	decide := s.provenFirst(runbook.Step{
		ID: stepGiveUp, Title: s.givePhrase(), Why: "from then on its data is in copies alone, and a new one takes as long as the first", Gate: gate,
		Calls: []runbook.Call{}, Undoing: runbook.UndoHours, Timeout: shortStep,
		Paper: func(runbook.Pins) []string {
			return []string{"# see that " + s.lastCopy + " is available, and that a recovery point in " + s.away().Name + " is newer than the beginning of this"}
		},
		Check: func(_ context.Context, t *runbook.Task) (runbook.Seen, error) {
			return runbook.Seen{So: t.Pin(pinGivenUp) != "", Text: firstOf(t.Pin(pinGivenUp), "not yet")}, nil
		},
		Do: func(ctx context.Context, t *runbook.Task) error {
			_, words := s.proven(ctx)
			if _, err := t.Decide(ctx, pinGivenUp, strings.Join(words, "; ")); err != nil {
				return err
			}
			s.mu.Lock()
			defer s.mu.Unlock()
			s.released = true
			return nil
		},
	})
	if s.kind == Deactivate {
		decide.Undoing = runbook.UndoNever
	}
	return []runbook.Step{s.root("data", stageRelease)[1], decide, release}
}

// giveUpGate is passed for the plan that takes the protection off: another plan is confirmed anew.
func (s *strategist) giveUpGate() *runbook.Gate {
	return &runbook.Gate{
		ID: stepGiveUp, Phrase: s.givePhrase(), Title: s.givePhrase(),
		Fingerprint: func(*runbook.Task) string {
			if m := s.planOf("data"); m != nil {
				return m.print
			}
			return ""
		},
		Show: func(ctx context.Context, t *runbook.Task) (runbook.Notice, error) {
			_, proofs := s.proven(ctx)
			n := s.notice("data")
			n.What = append(append(proofs, fmt.Sprintf("first the protection of %s is taken off; then a plan without it is shown, and asks for its name again", s.replica)), n.What...)
			n.Data = "from then on what is lost in a takeover is what is newer than the newest recovery point"
			n.Time = s.timeWords(ctx, "apply-data")
			n.Never = []string{s.deletion() + ": a new replica is made by a change of strategy back, and takes as long as the first"}
			if s.kind == Deactivate {
				n.Never = []string{s.deletion() + ": what users wrote in it lasts in " + s.lastCopy + " alone"}
			}
			return n, nil
		},
	}
}
