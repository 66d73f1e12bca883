package dr

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"lifeboat/aws"
	"lifeboat/dr/config"
	"lifeboat/dr/runbook"
)

// A cold standby or a pilot light that has taken over rests again once users are home: copies of the backups of the database that writes now
// are made, the one that was restored is snapshotted by hand and given up, tasks end, and Terraform takes down what an activation has made.
// It is a change of strategy to the same strategy: the same proofs stand before the same gate. Repositories, keys and buckets stay.

// The pins of a deactivation alone.
const (
	pinRested = "restore.was" // JSON: what the database was restored from, as lifeboat.yaml said it
	pinHome   = "users.home"  // RFC 3339: when the failback saw users served at home; "" where no journal tells
)

// planDeactivation decides what a deactivation acts on, or why there can be none.
func (r *Runner) planDeactivation(ctx context.Context, o Order) (performer, runbook.Pins, error) {
	e := r.settled(ctx)
	if err := r.mayDeactivate(ctx, e); err != nil {
		return nil, nil, err
	}
	c := r.c
	pins := runbook.Pins{
		PinKind: string(Deactivate), pinPrimary: string(c.Terraform.Primary), pinFrom: c.Regions.Primary.Name, pinTo: c.Regions.Standby.Name,
		PinStrategyFrom: string(c.Strategy), PinStrategyTo: string(c.Strategy), pinBegan: stampOf(r.opt.Now()), pinRested: asJSON(c.Terraform.Inputs["restore"]),
	}
	last, err := pastOf(ctx, c, r.state.Archive)
	if err != nil {
		return nil, nil, fmt.Errorf("when users came home cannot be told: %w", err)
	}
	pins[pinHome] = last.view.Pins[PinServed]
	b, roots, err := r.standing(ctx, pins, o.Run)
	if err != nil {
		return nil, nil, err
	}
	if err := b.awake(ctx); err != nil {
		return nil, nil, err
	}
	if slices.Contains(roots, "data") {
		if err := b.pinRestored(ctx, e, pins); err != nil {
			return nil, nil, err
		}
	}
	s, err := newStrategist(b, pins)
	return s, pins, err
}

// mayDeactivate refuses what can be told from lifeboat.yaml, the journals and what was read last.
func (r *Runner) mayDeactivate(ctx context.Context, e *Estate) error {
	c, away := r.c, r.c.Regions.Standby.Name
	switch {
	case c.Strategy == config.WarmStandby:
		return &Refusal{"a warm standby stands by running: there is nothing to put to rest", "lifeboat failback makes its replica anew"}
	case c.Terraform.Primary == "":
		return &Refusal{"the standby is not Lifeboat's stack: there is nothing that a run could put to rest", "take down by hand what the activation has made"}
	case e.Split != nil && e.Split.Region == away && e.Split.Level == Bad:
		return &Refusal{e.Split.Text, e.Split.Fix}
	}
	return r.atHome(ctx, e)
}

// awake refuses where nothing of an activation is left: neither a recovery point in lifeboat.yaml, nor a database, nor room for tasks.
func (b *builder) awake(ctx context.Context) error {
	r, _, err := b.roles(ctx)
	if err != nil {
		return fmt.Errorf("the roles file, which says how many tasks may run: %w", err)
	}
	away := b.c.Regions.Standby.Name
	room := slices.ContainsFunc(slices.Collect(maps.Values(r.Capacity[away])), func(c Capacity) bool { return c.Max > 0 })
	if room || b.c.Terraform.Inputs["restore"] != nil || b.output("data", "database_identifier") != "" {
		return nil
	}
	return &Refusal{away + " rests: no database was restored there, and the roles file has no room for tasks", ""}
}

// pinRestored decides which database is given up, whose copies take its place and what its last copy is called.
func (b *builder) pinRestored(ctx context.Context, e *Estate, pins runbook.Pins) error {
	home := e.side(b.c.Regions.Primary.Name)
	if home.Raw != nil {
		for _, db := range home.Raw.Databases.Value {
			if db.Writer() {
				pins[pinFollowed] = db.ID
			}
		}
	}
	if pins[pinFollowed] == "" {
		return &Refusal{"the database that writes in " + home.Name + " was not found", "see its page in the cockpit"}
	}
	id := b.output("data", "database_identifier")
	if id == "" {
		return nil // an earlier run has given it up
	}
	c, err := b.changer(&b.c.Regions.Standby)
	if err != nil {
		return err
	}
	db, err := c.Database(ctx, id)
	switch {
	case missing(err):
		return nil
	case err != nil:
		return fmt.Errorf("the database %s: %w", id, err)
	case db.Source != "":
		return &Refusal{fmt.Sprintf("%s in %s is a replica of %s", id, b.c.Regions.Standby.Name, identifier(db.Source)), "only what was restored is given up here; see lifeboat strategy"}
	}
	pins[PinGoing], pins[PinLastCopy] = id, aws.KeptName(id, stampTime(pins[pinBegan]))
	return nil
}

// copiesAddress is where the root data has the copies of the primary's backups.
const copiesAddress = "aws_db_instance_automated_backups_replication.this[0]"

// replaced are the addresses that a plan makes anew though nothing differs: RDS copies the backups of an instance and not of a name, and the
// one that has the name now is another.
func (s *strategist) replaced(ctx context.Context, root string) ([]string, error) {
	s.mu.Lock()
	stage := s.stages[root]
	s.mu.Unlock()
	if s.kind != Deactivate || root != "data" || stage != stageCopies || s.c.Terraform.Inputs["snapshot_copies"] != nil {
		return nil, nil
	}
	c, err := s.changer(s.away())
	if err != nil {
		return nil, err
	}
	_, backups, err := c.RecoveryPoints(ctx, s.followed)
	home := s.c.Regions.Primary.Name
	if err != nil || slices.ContainsFunc(backups, func(b aws.Backup) bool { return b.SourceRegion == home }) {
		return nil, err
	}
	return []string{copiesAddress}, nil
}

// restNote takes the recovery point out of lifeboat.yaml: from now on nobody's plan wants the database.
func (s *strategist) restNote(gate *runbook.Gate) runbook.Step {
	return s.note(stepRestNote, "lifeboat.yaml: no recovery point", "from now on every plan, of whoever makes it, has "+s.away().Name+" rest", gate,
		config.Setting{Field: restoreField}, config.Setting{Field: restoreField, Value: s.rested})
}

const stepRestNote = "note-rest"

var restoreField = []string{"terraform", "inputs", "restore"}

// restWords are what a deactivation does, in order.
func (s *strategist) restWords() []string {
	at := s.away().Name
	out := []string{"wait until no record and no origin leads to " + at + ", and users were served by " + s.c.Regions.Primary.Name + " for longer than any name is remembered"}
	if s.replica != "" {
		out = append(out,
			"copies in "+at+" of the backups of "+s.followed+", which writes now, and wait until one is newer than this run",
			fmt.Sprintf("a snapshot of %s by hand, %s, and wait until it is whole", s.replica, s.lastCopy),
			fmt.Sprintf("then, behind a gate of its own: give %s up", s.replica))
	}
	return append(out, "lifeboat.yaml names no recovery point any more, and the tasks of "+at+" end",
		"then by Terraform, each root behind its own gate: "+strings.Join(s.order(), ", "),
		"never: a snapshot, a repository, a key or a bucket")
}
