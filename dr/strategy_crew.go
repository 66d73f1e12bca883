package dr

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"lifeboat/dr/config"
	"lifeboat/dr/runbook"
	"lifeboat/tf"
)

// strategist is what the steps of a change of strategy, or of a deactivation, act through: the builder of provisioning, and how far the change is. What is
// planned of a root hangs from that, so that a run that is taken up goes on where it was and never back.
type strategist struct {
	*builder
	kind     Kind // Strategy or Deactivate
	from, to config.Strategy
	there    []string       // roots that were made
	replica  string         // that is given up, or the database that was restored; "" where none is
	followed string         // whose copies take its place: whom it follows, or who writes at home
	rested   map[string]any // what a deactivation's database was restored from
	home     time.Time      // since when users were served at home, by the failback's word; zero: not known
	lastCopy string         // the name of its snapshot
	began    time.Time
	keep     string // what lifeboat.yaml said of copies beside a replica: "", true, false

	stages   map[string]string // how far each root is; b.mu guards it, and the next two
	dry      bool
	released bool // the gate that gives the replica up was passed
}

// Stages of a root beside its last one, which has no name: then it is as the new strategy wants it.
const (
	stageCopies  = "copies"  // data: copies of backups are made beside the replica
	stageRelease = "release" // data, compute: AWS does not refuse any more to delete what goes
	stageOwn     = "own"     // data: beside the new replica copies are as their owner wants them
)

// newStrategist makes what a run acts through from its pins.
func (r *Runner) newStrategist(ctx context.Context, pins runbook.Pins, run string) (*strategist, error) {
	b, err := r.newBuilder(ctx, pins, run)
	if err != nil {
		return nil, err
	}
	return newStrategist(b, pins)
}

func newStrategist(b *builder, pins runbook.Pins) (*strategist, error) {
	own := *b.c // lifeboat.yaml is written by this run, and read anew: the watch goes on with what it has
	b.c = &own
	s := &strategist{
		builder: b, kind: Kind(pins[PinKind]), from: config.Strategy(pins[PinStrategyFrom]), to: config.Strategy(pins[PinStrategyTo]), there: strings.Fields(pins[pinRoots]),
		replica: pins[PinGoing], followed: pins[pinFollowed], lastCopy: pins[PinLastCopy], keep: pins[pinKeepBackups],
		stages: map[string]string{}, released: pins[pinGivenUp] != "",
	}
	var err error
	if s.began, err = time.Parse(time.RFC3339Nano, pins[pinBegan]); err != nil {
		err = fmt.Errorf("pin %s: %w", pinBegan, err)
	}
	if now := b.c.Strategy; now != s.from && now != s.to {
		err = errors.Join(err, &Refusal{fmt.Sprintf("the run changes the strategy from %s to %s, and lifeboat.yaml says %s now", s.from, s.to, now), "somebody else has changed it: start a new run"})
	}
	if text := pins[pinRested]; text != "" {
		err = errors.Join(err, json.Unmarshal([]byte(text), &s.rested))
	}
	s.home = stampTime(pins[pinHome])
	b.overlay, b.sizes, b.anew = s.lay, s.sized, s.replaced
	return s, err
}

// attend renews nothing: Terraform, and what this run calls itself, act as whoever runs Lifeboat.
func (s *strategist) attend(context.Context, *Runner, *runbook.Run) {}

// cheaper says whether less runs afterwards.
func (s *strategist) cheaper() bool {
	return s.kind == Deactivate || slices.Index(Strategies, s.to) > slices.Index(Strategies, s.from)
}

// has says whether a root was made.
func (s *strategist) has(root string) bool { return slices.Contains(s.there, root) }

// away is the standby's region.
func (s *strategist) away() *config.Region { return &s.c.Regions.Standby }

// order are the roots in the order in which they become what the new strategy wants. What goes is let go of by what leads to it first: the
// distribution before the balancer, that before its network. What comes, comes the other way round.
func (s *strategist) order() []string {
	all := []string{"foundation", "data", "compute", "source", "failover", "identity"}
	if s.cheaper() {
		all = []string{"data", "failover", "compute", "foundation", "source", "identity"}
	}
	return slices.DeleteFunc(all, func(root string) bool { return !s.has(root) })
}

// row are steps one after the other.
type row struct{ steps []runbook.Step }

func (r *row) add(steps ...runbook.Step) {
	for _, s := range steps {
		if n := len(r.steps); n > 0 {
			s.After = []string{r.steps[n-1].ID}
		}
		r.steps = append(r.steps, s)
	}
}

// procedure makes the graph of the run. A replica goes only after copies of backups were made and one newer than the run's beginning was
// seen, after a snapshot of its own, and behind a gate that names it.
func (s *strategist) procedure() runbook.Procedure {
	open := s.openGate()
	var r row
	if s.kind == Deactivate {
		r.add(s.usersStep())
	}
	r.add(s.freezeStep(open))
	if s.copies() {
		r.add(s.copiesNote(open))
	}
	if s.replica != "" || s.kind == Deactivate && s.has("data") {
		r.add(s.root("data", stageCopies)...)
		r.add(s.pointStep())
	}
	if s.replica != "" {
		r.add(s.lastCopyStep(open))
	}
	if s.to == config.PilotLight && s.has("compute") {
		r.add(s.root("compute", stageRelease)...)
	}
	if s.replica != "" {
		r.add(s.giveUp()...)
	}
	if s.kind != Deactivate {
		r.add(s.strategyNote(open))
	}
	r.add(s.sizesStep(open))
	if s.cheaper() && s.has("compute") {
		r.add(s.restStep(open))
	}
	if s.kind == Deactivate { // last of all: until then the database could be taken up again
		r.add(s.restNote(open))
	}
	for _, root := range s.order() {
		r.add(s.root(root, "")...)
		if root == "compute" && s.to == config.WarmStandby {
			r.add(s.standStep(open))
		}
	}
	if s.copies() && s.keep == "false" {
		r.add(s.copiesBack(open))
		if s.to == config.WarmStandby {
			r.add(s.root("data", stageOwn)...)
		}
	}
	r.add(s.letGoStep(open), s.reportStep())
	p := runbook.Procedure{
		Name: string(s.kind), Title: s.phrase(), From: s.c.Regions.Primary.Name, To: s.away().Name, Steps: once(r.steps),
	}
	for i := range p.Steps {
		if step := &p.Steps[i]; step.Do != nil && step.Await == nil && step.Verify == nil && !strings.HasPrefix(step.ID, "apply-") {
			step.Await = step.Check
		}
	}
	return p
}

// phrase is what the opening gate asks for.
func (s *strategist) phrase() string {
	if s.kind == Deactivate {
		return Deactivate.Phrase(s.c.Regions.Primary.Name, s.away().Name)
	}
	return StrategyPhrase(s.from, s.to)
}

// copies says whether copies of backups stand beside a replica for a while: the old one's, or the new one's.
func (s *strategist) copies() bool {
	return s.kind == Strategy && s.has("data") && (s.replica != "" || s.to == config.WarmStandby)
}

// once leaves out a step that came before under the same id: a root's lock and its images are looked at as it is begun.
func once(steps []runbook.Step) []runbook.Step {
	seen, instead := map[string]bool{}, map[string][]string{}
	var out []runbook.Step
	for _, s := range steps {
		var after []string
		for _, id := range s.After {
			if other, left := instead[id]; left {
				after = append(after, other...)
			} else {
				after = append(after, id)
			}
		}
		if seen[s.ID] {
			instead[s.ID] = after
			continue
		}
		seen[s.ID], s.After = true, after
		out = append(out, s)
	}
	return out
}

// root are the steps of a root at a stage: the builder's own.
func (s *strategist) root(name, stage string) []runbook.Step {
	if stage == "" {
		root, _ := tf.RootOf(name)
		steps := s.rootSteps(root, nil)
		for i := range steps {
			steps[i] = s.staged(steps[i], name, "")
			if steps[i].ID == "apply-data" && s.replica != "" {
				steps[i] = s.provenFirst(steps[i])
				steps[i].Commit = true
			}
		}
		return steps
	}
	steps := []runbook.Step{s.unlockStep(name)}
	if name == "compute" {
		steps = append(steps, s.imagesStep("images-compute", s.away()))
	}
	plan := s.staged(s.planStep(name, stage), name, stage)
	if s.kind == Deactivate && stage == stageCopies {
		plan.Paper = func(runbook.Pins) []string {
			return s.paper(name, "terraform plan -replace='"+copiesAddress+"' -out plan.tfplan   # where its copies are not of "+s.followed)
		}
	}
	return append(steps, plan, s.staged(s.applyStep(name, stage), name, stage))
}
