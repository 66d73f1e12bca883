package dr

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"lifeboat/aws"
	"lifeboat/dr/config"
	"lifeboat/dr/runbook"
)

// Rebuild is how a standby is made anew in the region that was left: what becomes of the database that has its name, and the replica that
// takes it. It is decided once. A run that is taken up, and one that is begun after another was given up, goes by the same names, so that
// there is never a second snapshot or replica.
type Rebuild struct {
	Order      aws.ReplicaOrder `json:"order"`          // the replica: its name, the writer that it follows, everything that its region has for it
	Old        string           `json:"old,omitempty"`  // the resource id of the database that is kept, whatever its name; "": there is none
	Kept       string           `json:"kept,omitempty"` // the name that it gets, which is its snapshot's too
	Class      string           `json:"class,omitempty"`
	StorageGiB int              `json:"storage,omitempty"`
	MultiAZ    bool             `json:"multi_az,omitempty"`
	Retention  int              `json:"retention,omitempty"` // of the old one's backups, days
	Backed     bool             `json:"backed,omitempty"`    // RDS keeps backups of a replica of its version

	renaming bool   // an earlier run has begun to rename it
	renamed  bool   // it has its new name, or nothing stands in the way of the standby's
	done     bool   // an earlier run has made it
	unread   string // what an earlier run has let go of in a state: its pinUnread
}

// Name is the identifier of the standby, which the database of old had.
func (r *Rebuild) Name() string { return r.Order.ID }

// month is what the kept database costs a month, by list prices; false where that is not known.
func (r *Rebuild) month() (float64, bool) {
	return databaseMonth(aws.Database{Class: r.Class, StorageGiB: r.StorageGiB, MultiAZ: r.MultiAZ})
}

// databaseMonth is what an instance costs a month, by list prices: its class and its storage, twice with a second zone. False where the
// price of its class is not known.
func databaseMonth(db aws.Database) (float64, bool) {
	hour, ok := classHour[db.Class]
	dollars := hour*month.Hours() + float64(db.StorageGiB)*storageMonth
	if db.MultiAZ {
		dollars *= 2
	}
	return dollars, ok
}

// Promotion is what a run told of the promotion that it made: what was lost is reckoned from it once the old writer can be asked.
type Promotion struct {
	Run      string `json:"run"`
	At       string `json:"at,omitempty"` // RFC 3339, as the next three
	Commit   string `json:"commit,omitempty"`
	Silent   string `json:"silent,omitempty"`
	Stopped  string `json:"stopped,omitempty"` // when the old writer was first proven to have stopped
	Position string `json:"position,omitempty"`
	End      string `json:"end,omitempty"`    // the old writer's position when it was shut off
	Proven   string `json:"proven,omitempty"` // how it was proven that nothing was lost
}

// past is what the journals tell a plan: the newest promotion, and what was begun since to make a standby anew.
type past struct {
	view    runbook.View // of the run that promoted; its Run is "" where there was none
	rebuild *Rebuild
}

// promotion is what the newest promotion told.
func (p past) promotion() *Promotion {
	pins := p.view.Pins
	out := &Promotion{
		Run: p.view.Run, At: pins[PinPromotedAt], Commit: pins[PinCommit], Silent: pins[PinSilent], Position: pins[PinPosition],
		End: pins[pinOldEnd], Proven: pins[PinToken],
	}
	var first Receipt
	if err := json.Unmarshal([]byte(pins[PinReceipt(1)]), &first); err == nil {
		out.Stopped = stampOf(first.At)
	}
	return out
}

// pastOf reads the journals back to the newest promotion.
func pastOf(ctx context.Context, c *config.Config, a runbook.Archive) (past, error) {
	runs, err := a.Runs(ctx)
	if err != nil {
		return past{}, err
	}
	begun, built := map[string]*Rebuild{}, map[string]bool{} // by the region in which it is made
	for _, id := range slices.Backward(runs) {
		s, err := a.Store(id)
		if err != nil {
			return past{}, err
		}
		entries, err := runbook.Entries(ctx, s)
		if err != nil {
			return past{}, fmt.Errorf("run %s: %w", id, err)
		}
		v := runbook.Replay(entries)
		if r := rebuildOf(v); r != nil && begun[v.Plan.From] == nil {
			begun[v.Plan.From] = r
		}
		if s, _ := v.Step(stepStanding); s.State == runbook.StateDone && !v.Plan.DryRun {
			built[v.Plan.From] = true
		}
		if promoted(v) {
			at := otherRegion(c, v.Plan.To)
			if begun[at] != nil {
				begun[at].done = built[at]
			}
			return past{view: v, rebuild: begun[at]}, nil
		}
	}
	return past{}, nil
}

// rebuildOf is how a run makes a standby anew, where it has begun to; nil where it has not.
func rebuildOf(v runbook.View) *Rebuild {
	begun := func(id string) bool { s, _ := v.Step(id); return s.Begun || s.Changed }
	if v.Plan.DryRun || !slices.ContainsFunc([]string{stepSnapshot, stepRename, stepReplica}, begun) {
		return nil
	}
	var r *Rebuild
	if err := json.Unmarshal([]byte(v.Pins[PinRebuild]), &r); err != nil {
		return nil
	}
	r.renaming, r.unread = v.Pins[pinRename] != "", v.Pins[pinUnread]
	return r
}

// alone finds the writer of record, which nothing replicates from.
func (m *planner) alone() error {
	if m.from.Name == m.c.Regions.Standby.Name && m.c.Strategy != config.WarmStandby {
		return &Refusal{"a " + m.c.Strategy.Words() + " has no replica in " + m.from.Name + ": it stands by with recovery points", "lifeboat deactivate has it rest again, once users are home"}
	}
	v := m.last.view
	if v.Run == "" {
		return &Refusal{"no run has promoted " + m.to.Name + ", so nothing was left that could be made a standby", "a first standby is provisioned"}
	}
	m.p.source, m.p.replica, m.p.last = v.Pins[PinSource], v.Pins[PinReplica], m.last.promotion()
	if open := m.open(v.Run); open {
		return &Refusal{"run " + v.Run + " is still open: it fences " + m.from.Name, "lifeboat resume " + v.Run}
	}
	for _, db := range m.to.Raw.Databases.Value {
		if db.ID == m.p.replica {
			m.p.retention, m.p.multiAZ = max(db.RetentionDays, 1), db.MultiAZ
			return replicable(m.to.Name, db)
		}
	}
	return &Refusal{fmt.Sprintf("%s in %s, the writer of record, was not found", m.p.replica, m.to.Name), "see its page in the cockpit"}
}

// open says whether a run has left something to do.
func (m *planner) open(run string) bool {
	return slices.ContainsFunc(m.e.Record.Open, func(v runbook.View) bool { return v.Run == run })
}

// replicable says what keeps a writer from having a replica in another region.
func replicable(region string, db aws.Database) error {
	switch {
	case !db.Writer():
		return &Refusal{db.ID + " in " + region + " is a replica itself", "only a writer is replicated across regions"}
	case db.RetentionDays == 0 && db.PendingRetention == nil:
		return &Refusal{db.ID + " in " + region + " keeps no backups, and RDS replicates none such", "set its backup retention to a day at least"}
	case db.ManagedPassword:
		return &Refusal{"the master password of " + db.ID + " is managed by Secrets Manager, and RDS replicates none such",
			"copy it into a secret of your own, deploy the tasks onto that, and turn the management off with the same password"}
	}
	return nil
}

// standby decides what becomes of the database that has the standby's name, and how the replica is made. What is not known is refused:
// neither a key nor a network is guessed.
func (m *planner) standby() error {
	writer := m.writerARN()
	if writer == "" {
		return &Refusal{m.p.replica + " in " + m.to.Name + " was not found", "see its page in the cockpit"}
	}
	old := m.named(m.p.source)
	was := m.last.rebuild
	switch {
	case old == nil && was == nil:
		return &Refusal{fmt.Sprintf("%s is not in %s any more, so which key, network and groups a standby gets there is not known", m.p.source, m.from.Name),
			"make a replica of " + writer + " there by hand, under that name"}
	case old != nil && !old.Writer() && old.Source == writer && (was == nil || was.done):
		return &Refusal{fmt.Sprintf("%s has a standby already: %s replicates from %s", m.from.Name, old.ID, m.p.replica), "lifeboat failback takes users there"}
	case old != nil && !old.Writer() && old.Source != writer:
		return &Refusal{fmt.Sprintf("%s in %s is a replica of %s, not of the writer of record", old.ID, m.from.Name, old.Source), "find out who made it; a database that exists is never replaced"}
	case old != nil && old.Writer() && was != nil && was.Old != old.ResourceID:
		return &Refusal{fmt.Sprintf("%s in %s is another database than the one that was kept: somebody has made it since", old.ID, m.from.Name), "a database that exists is never replaced"}
	case was != nil:
		m.p.rebuild = was
		m.p.rebuild.Order.Source = writer
		m.forget()
		return nil
	}
	return m.keep(old, writer)
}

// forget leaves out a kept database that was deleted since: whoever did it has done it by name.
func (m *planner) forget() {
	r := m.p.rebuild
	kept := m.from.Raw.Kept
	there := m.named(r.Name()) != nil && m.named(r.Name()).ResourceID == r.Old
	for _, db := range kept.Value {
		there = there || db.ResourceID == r.Old
	}
	r.renamed = m.named(r.Name()) == nil || m.named(r.Name()).ResourceID != r.Old
	if !there && !r.renaming && kept.Fresh() {
		r.Old = ""
	}
}

// named is a database of the region that stands by; nil where there is none of that name.
func (m *planner) named(id string) *aws.Database {
	for i := range m.from.Raw.Databases.Value {
		if db := &m.from.Raw.Databases.Value[i]; db.ID == id {
			return db
		}
	}
	return nil
}

// writerARN is that of the database that is, or by the run becomes, the writer of the other region.
func (m *planner) writerARN() string {
	for _, db := range m.to.Raw.Databases.Value {
		if db.ID == m.p.replica {
			return db.ARN
		}
	}
	return ""
}

// keep makes the order of a replica with what the old database has.
func (m *planner) keep(old *aws.Database, writer string) error {
	groups, err := m.groupsOf(m.from.Name, old.ID, old)
	if err != nil {
		return err
	}
	r := &Rebuild{
		Retention: old.RetentionDays, Backed: backed(old.Version), Old: old.ResourceID, Kept: aws.KeptName(old.ID, m.e.At), Class: old.Class, StorageGiB: old.StorageGiB, MultiAZ: old.MultiAZ,
		Order: aws.ReplicaOrder{
			ID: old.ID, Source: writer, Class: old.Class, SubnetGroup: old.SubnetGroup, ParameterGroup: old.ParameterGroup, Groups: groups,
			MaxStorageGiB: old.MaxStorageGiB, StorageType: old.StorageType, Port: old.Port, Tags: old.Tags, Upkeep: old.Upkeep,
		},
	}
	if old.Encrypted {
		r.Order.KMSKey = old.KMSKey
	}
	m.p.rebuild = r
	return nil
}

// groupsOf are the security groups that the old database of a region had before it was shut off. Its name is that of the estate, whatever it has now.
func (m *planner) groupsOf(region, name string, old *aws.Database) ([]string, error) {
	isolation := ""
	for _, db := range regionNamed(m.c, region).Databases {
		if db.ID == name {
			isolation = db.IsolationGroup
		}
	}
	had := slices.DeleteFunc(slices.Clone(old.Groups), func(g string) bool { return g == isolation })
	if len(had) > 0 {
		return had, nil
	}
	if err := json.Unmarshal([]byte(m.last.view.Pins[pinGroups]), &had); err != nil || len(had) == 0 {
		return nil, &Refusal{old.ID + " is shut off, and which security groups it had before is not known", "put it into those by hand, which nobody's tasks can use while they are fenced, and begin again"}
	}
	return had, nil
}

// mayGoHome: a failback leads to the primary as built, and to a region that is well.
func (m *planner) mayGoHome() error {
	home := m.c.Regions.Primary.Name
	if m.from.Name == home {
		return &Refusal{home + " is the region of the writer of record: there is nothing to fail back", "a planned way to " + m.to.Name + " is a switchover"}
	}
	if why := unfit(m.to); why != "" {
		return &Refusal{home + " is not well: " + why, "wait until it is; " + m.from.Name + " goes on serving"}
	}
	return nil
}

// caughtUp: the replica at home has everything, and so have its registry and its secrets. That is not overridden: a failback has time.
func (m *planner) caughtUp() error {
	r := &m.e.Replication
	switch {
	case r.State != streaming:
		return &Refusal{fmt.Sprintf("%s in %s does not follow: %s", m.p.replica, m.to.Name, firstOf(r.Text, r.State)), "wait until it streams, or see its page in the cockpit"}
	case r.Corrected.Known && r.Corrected.Value > m.c.Objectives.RPO.D():
		return &Refusal{fmt.Sprintf("%s in %s has not caught up: it is %s behind", m.p.replica, m.to.Name, span(r.Corrected.Value)), "wait until it has"}
	}
	for _, c := range Checks(m.e, m.from.Name, Failback) {
		if slices.Contains([]string{"images", "secrets"}, c.ID) && c.Verdict == CheckFail {
			return &Refusal{c.Title + ": " + c.Text, c.Remedy}
		}
	}
	return nil
}

func firstOf(words ...string) string {
	for _, w := range words {
		if w != "" {
			return w
		}
	}
	return ""
}

// unfit is what speaks against building on a region, by the newest reading; "" where nothing does. What its own database and its tasks
// say does not count: they are what is made anew there.
func unfit(r *Region) string {
	if !r.Seen.fresh() {
		return "its AWS API could not be read: " + r.Seen.Why
	}
	for _, s := range r.Signals {
		if (s.Name == signalAPI || s.Name == signalBalancer) && s.Asked && s.Silent {
			return fmt.Sprintf("its %s is silent since %s: %s", s.Name, s.Since.UTC().Format("15:04:05 UTC"), s.Text)
		}
	}
	return ""
}

// errNoOld is a kept database that is nowhere.
var errNoOld = errors.New("the database that is to be kept is in neither of its names: somebody has deleted or renamed it")

// stampTime reads a moment of a pin; zero where it has none.
func stampTime(text string) time.Time {
	at, _ := time.Parse(time.RFC3339Nano, text)
	return at
}

// backed says whether RDS keeps backups of a replica of a PostgreSQL version: since 14.1.
func backed(version string) bool {
	major, minor, _ := strings.Cut(version, ".")
	m, err := strconv.Atoi(major)
	n, _ := strconv.Atoi(minor)
	return err == nil && (m > 14 || m == 14 && n >= 1)
}
