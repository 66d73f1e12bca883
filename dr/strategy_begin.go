package dr

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"lifeboat/aws"
	"lifeboat/dr/config"
	"lifeboat/dr/runbook"
	"lifeboat/tf"
)

// The pins of a run of Strategy.
const (
	PinStrategyFrom = "strategy.from" // the strategy as it was
	PinStrategyTo   = "strategy.to"   // the one to change to
	PinGoing        = "replica.going" // the replica that is given up; "" where none is
	PinLastCopy     = "snapshot"      // the manual snapshot that is taken of it before
	PinProven       = "proven.point"  // JSON: RecoveryPoint, the proof that its data can be brought back from elsewhere
	pinFollowed     = "replica.source"
	pinBegan        = "began" // RFC 3339: what proves anything is newer
	pinRoots        = "roots" // of the stack that are there, in its order
	pinKeepBackups  = "copies"
	pinGivenUp      = "given.up"
)

// Strategies are the ways to stand by, the dearest first.
var Strategies = []config.Strategy{config.WarmStandby, config.ColdStandby, config.PilotLight}

// StrategyPhrase is what the opening gate of a change of strategy asks for.
func StrategyPhrase(from, to config.Strategy) string {
	return fmt.Sprintf("change strategy from %s to %s", from, to)
}

// GiveUpPhrase is what the gate asks for before a replica is given up: it names the replica.
func GiveUpPhrase(replica string) string { return "give up the replica " + replica }

// RestPhrase is what that gate asks for before a deactivation gives up the database that was restored.
func RestPhrase(database string) string { return "give up the database " + database }

// leastSnapshotVersion is the PostgreSQL from which on RDS takes snapshots of a replica.
const leastSnapshotVersion = "14.1"

// planStrategy decides what a change of strategy acts on, or why there can be none.
func (r *Runner) planStrategy(ctx context.Context, o Order) (performer, runbook.Pins, error) {
	e := r.settled(ctx)
	if err := r.mayChange(ctx, e, o.Strategy); err != nil {
		return nil, nil, err
	}
	pins := runbook.Pins{
		PinKind: string(Strategy), pinPrimary: string(r.c.Terraform.Primary), pinFrom: r.c.Regions.Primary.Name, pinTo: r.c.Regions.Standby.Name,
		PinStrategyFrom: string(r.c.Strategy), PinStrategyTo: string(o.Strategy), pinBegan: stampOf(r.opt.Now()), pinKeepBackups: keepBackups(r.c),
	}
	b, roots, err := r.standing(ctx, pins, o.Run)
	if err != nil {
		return nil, nil, err
	}
	if r.c.Strategy == config.WarmStandby && slices.Contains(roots, "data") {
		if err := b.pinReplica(ctx, pins); err != nil {
			return nil, nil, err
		}
	}
	s, err := newStrategist(b, pins)
	return s, pins, err
}

// standing makes the builder of a run that changes what stands by, and pins the roots that there are. Users must be at home by the roles file,
// and no other run may have frozen the estate.
func (r *Runner) standing(ctx context.Context, pins runbook.Pins, run string) (*builder, []string, error) {
	b, err := r.newBuilder(ctx, pins, run)
	if err != nil {
		return nil, nil, err
	}
	if err := b.frozen(ctx); err != nil {
		return nil, nil, err
	}
	roots, err := b.thereAre(ctx)
	if err != nil {
		return nil, nil, err
	}
	pins[pinRoots] = strings.Join(roots, " ")
	return b, roots, b.homely(ctx)
}

// keepBackups is what lifeboat.yaml says of copies of backups beside a replica: true, false, or "" for nothing.
func keepBackups(c *config.Config) string {
	if v, said := c.Terraform.Inputs["keep_backups"]; said {
		return fmt.Sprint(v)
	}
	return ""
}

// mayChange refuses what can be told from lifeboat.yaml and the journals.
func (r *Runner) mayChange(ctx context.Context, e *Estate, to config.Strategy) error {
	now := r.c.Strategy
	switch {
	case !slices.Contains(Strategies, to):
		return &Refusal{fmt.Sprintf("there is no strategy %q", to), "it is warm-standby, cold-standby or pilot-light"}
	case to == now:
		return &Refusal{"the strategy is " + string(to) + " already", ""}
	case r.c.Terraform.Primary == "":
		return &Refusal{"the standby is not Lifeboat's stack: there is nothing that a run could change", "change what stands by where it is made, then strategy: in lifeboat.yaml"}
	case r.c.Terraform.Inputs["restore"] != nil:
		return &Refusal{"the standby's database was restored from a recovery point (terraform.inputs.restore): it may be what users need", "bring the estate home first, and have the standby rest again: lifeboat deactivate"}
	}
	return r.atHome(ctx, e)
}

// atHome refuses while another run is open, or users or the writer of record are not at home.
func (r *Runner) atHome(ctx context.Context, e *Estate) error {
	if err := unknownInputs(r.c); err != nil {
		return err
	}
	if len(e.Record.Open) > 0 {
		return notOver(e.Record.Open[0])
	}
	home := r.c.Regions.Primary.Name
	writer, _, err := writerOfRecord(ctx, r.c, r.state.Archive)
	switch {
	case err != nil:
		return fmt.Errorf("who the writer of record is cannot be told: %w", err)
	case writer != home:
		return &Refusal{writer + " writes: its database is no standby's", "bring the estate home first: lifeboat failback"}
	case e.Verdict.Serving != "" && e.Verdict.Serving != home:
		return &Refusal{"users are served by " + e.Verdict.Serving + ": it stands by for nobody", "bring them home first: lifeboat failback"}
	}
	return nil
}

// homely refuses while the roles file says that the standby's region serves or writes.
func (b *builder) homely(ctx context.Context) error {
	r, _, err := b.roles(ctx)
	home := b.c.Regions.Primary.Name
	switch {
	case err != nil:
		return fmt.Errorf("the roles file, which says who writes and serves: %w", err)
	case r.Writer != home || r.Serving != home:
		return &Refusal{fmt.Sprintf("by the roles file %s writes and %s serves", r.Writer, r.Serving), "bring the estate home first: lifeboat failback"}
	}
	return nil
}

// thereAre are the stack's roots whose strategy matters and that were made, in its order. A change of strategy makes no root that is not
// there: a phase of provisioning does.
func (b *builder) thereAre(ctx context.Context) ([]string, error) {
	var all, roots []string
	for _, root := range tf.Roots {
		if root.Name != "bootstrap" && root.Name != "primary" {
			all = append(all, root.Name)
		}
	}
	if err := b.learn(ctx, append(all, "primary")); err != nil {
		return nil, fmt.Errorf("which parts of the stack are there cannot be told: %w", err)
	}
	for _, name := range all {
		if b.outputsOf(name) != nil {
			roots = append(roots, name)
		}
	}
	if len(roots) == 0 {
		return nil, &Refusal{"nothing of the standby was provisioned yet", "write the strategy into lifeboat.yaml, and provision it: lifeboat provision --phase foundation"}
	}
	return roots, nil
}

// pinReplica decides which replica is given up, what its last copy is called, and refuses where that copy could not be taken.
func (b *builder) pinReplica(ctx context.Context, pins runbook.Pins) error {
	id := b.output("data", "database_identifier")
	if id == "" {
		return &Refusal{"the strategy is warm-standby, and the root data has no replica", "make it so first: lifeboat provision --phase data"}
	}
	c, err := b.changer(&b.c.Regions.Standby)
	if err != nil {
		return err
	}
	db, err := c.Database(ctx, id)
	switch {
	case missing(err):
		return &Refusal{fmt.Sprintf("the replica %s is not there, though Terraform has made it", id), "see what became of it; lifeboat provision --phase data makes it anew"}
	case err != nil:
		return fmt.Errorf("the replica %s: %w", id, err)
	case db.Source == "":
		return &Refusal{id + " in " + b.c.Regions.Standby.Name + " is no replica: it has data of its own", "a writer is never given up by a change of strategy"}
	case olderThan(db.Version, leastSnapshotVersion):
		return &Refusal{fmt.Sprintf("%s is PostgreSQL %s, and RDS takes no snapshot of a replica before %s", id, plain(db.Version), leastSnapshotVersion), "upgrade first, the replica before its source"}
	}
	pins[PinGoing], pins[pinFollowed], pins[PinLastCopy] = id, identifier(db.Source), aws.KeptName(id, stampTime(pins[pinBegan]))
	return nil
}

// olderThan compares versions by their numbers; what is no version is not older.
func olderThan(version, than string) bool {
	a, b := strings.Split(version, "."), strings.Split(than, ".")
	for i := range b {
		var x, y int
		if i < len(a) {
			if _, err := fmt.Sscan(a[i], &x); err != nil {
				return false
			}
		}
		if _, err := fmt.Sscan(b[i], &y); err != nil || x != y {
			return x < y
		}
	}
	return false
}
