package views

import (
	"fmt"
	"slices"

	"lifeboat/dr"
	"lifeboat/ui"
)

func (b *facts) databasePage(r *dr.Region, id string) {
	for i := range r.Databases {
		if r.Databases[i].ID == id {
			b.database(r, &r.Databases[i])
			return
		}
	}
	b.text(ui.T(ui.Muted, "? "+id+" is not in this estate any more"))
}

func (b *facts) database(r *dr.Region, d *dr.Database) {
	b.seen(d.Seen)
	if !d.Seen.Known() {
		return
	}
	if d.Absent {
		b.word("state", d.Level, "absent: RDS answered, and has no such instance")
		return
	}
	b.say("role", d.Role)
	b.word("state", b.level(d.Seen, d.Level), d.Word)
	b.say("status", d.Status)
	b.say("version", d.Version)
	b.say("source", d.Source)
	b.figure("connections", d.Connections, func(v float64) string { return ui.Number(v) })
	b.figure("free storage", d.FreeStorage, ui.Bytes)
	b.say("zones", pick(d.MultiAZ, "two (Multi-AZ)", "one"))
	b.say("backups kept", ui.Plural(d.Retention, "day"))
	if !d.Restorable.IsZero() {
		b.say("restorable to", ui.Clock(d.Restorable, b.now)+", "+b.ago(d.Restorable))
	}
	b.rawDatabase(d)
	b.sql(r, d.ID)
}

func (b *facts) rawDatabase(d *dr.Database) {
	raw := d.Raw
	if raw == nil {
		return
	}
	b.section("Instance")
	b.say("class", raw.Class)
	b.say("endpoint", fmt.Sprintf("%s:%d", raw.Endpoint, raw.Port))
	b.say("storage", fmt.Sprintf("%d GiB%s", raw.StorageGiB, pick(raw.MaxStorageGiB > 0,
		fmt.Sprintf(", grows to %d", raw.MaxStorageGiB), ", does not grow by itself")))
	b.say("encrypted", pick(raw.Encrypted, joined(" ", "yes", raw.KMSKey), "no"))
	b.say("deletion protection", pick(raw.DeletionProtection, "on", "off"))
	b.say("replication", joined("  ", raw.ReplicationState, raw.ReplicationMessage))
	for _, id := range raw.Replicas {
		b.say("replica", id)
	}
}

// sql is the database's own word.
func (b *facts) sql(r *dr.Region, id string) {
	part, configured := r.SQL[id]
	b.section("Over SQL")
	if !configured {
		b.text(ui.T(ui.Muted, "no connection is configured: lag can be said only as AWS reports it"))
		return
	}
	if part.Err != nil {
		b.fact("read", ui.T(ui.Warn, "? "+part.Err.Error()))
	}
	if !part.Known() {
		return
	}
	v := part.Value
	b.say("read", ui.Clock(part.Seen, b.now)+", "+b.ago(part.Seen))
	b.say("role", pick(v.InRecovery, "replica: it replays another's log", "writer"))
	b.say("connections", fmt.Sprintf("%d besides Lifeboat's own", v.Others()))
	if !v.LastReplay.IsZero() {
		b.say("last replayed", "a commit of "+ui.Clock(v.LastReplay, b.now)+", "+b.ago(v.LastReplay))
	}
	if !v.Heartbeat.IsZero() {
		b.say("heartbeat", ui.Clock(v.Heartbeat, b.now)+", "+b.ago(v.Heartbeat))
	}
}

func (b *facts) lagPage() {
	rep := &b.e.Replication
	b.seen(rep.Seen)
	b.say("from", joined("  ", rep.Source, rep.SourceRegion))
	b.say("to", joined("  ", rep.Replica, rep.ReplicaRegion))
	b.word("state", b.level(rep.Seen, rep.Level), rep.State)
	b.say("", rep.Text)
	if !rep.LastContact.IsZero() {
		b.say("last contact", ui.Clock(rep.LastContact, b.now)+", "+b.ago(rep.LastContact))
	}
	b.section("Three numbers")
	b.lag("reported by AWS", rep.Reported)
	b.lag("true", rep.Corrected)
	b.text(ui.T(ui.Muted, "AWS reports the time since the last replayed commit: on an idle primary it climbs by itself. The true lag "+
		"compares log positions or a heartbeat, and needs a connection to the database."))
	b.section("At risk")
	b.riskFacts()
	b.course(rep)
	b.section("The source's disk")
	b.figure("kept for the replica", rep.SlotLag, ui.Bytes)
	b.figure("free storage", rep.FreeStorage, ui.Bytes)
	if rep.UntilFull > 0 {
		b.say("full in", ui.Long(rep.UntilFull)+" at this pace")
	}
}

func (b *facts) lag(label string, l dr.Lag) {
	if !l.Known {
		b.fact(label, ui.T(ui.Muted, trimRight("? "+l.Why)))
		return
	}
	b.fact(label, ui.Cat(ui.B(ui.Text, pick(l.AtMost, "at most ", "")+ui.Secs(l.Value)),
		ui.T(ui.Muted, "  by "+l.Method+" at "+ui.Clock(l.At, b.now)+", "+b.ago(l.At))))
}

func (b *facts) riskFacts() {
	r := b.e.Risk
	if !r.Known {
		b.fact("data", ui.T(ui.Warn, trimRight("? unknown: "+r.Why)))
		return
	}
	b.fact("data", ui.Cat(ui.B(ui.Text, pick(r.AtMost, "at most ", "")+ui.Secs(r.Value)),
		ui.T(ui.Muted, "  of "+ui.Secs(b.e.Objectives.RPO.D())+" that may be lost (RPO)")))
	b.say("how", r.From)
}

// course is the reported lag over time.
func (b *facts) course(rep *dr.Replication) {
	if len(rep.Series) == 0 {
		return
	}
	b.section("Reported lag against the RPO")
	rpo := b.e.Objectives.RPO.D()
	values := spread(rep.Series, b.now, b.w-12)
	b.lines = append(b.lines, ui.T(ui.Muted, dots(len(values))+"  "+ui.Secs(rpo)))
	for _, l := range ui.Spark(values, rpo.Seconds(), len(values), 4) {
		b.lines = append(b.lines, pick(b.old(rep.Seen), l.In(ui.Muted), l))
	}
	b.lines = append(b.lines, ui.F(ui.Muted, "since %s · highest %s · a column is %s · heights grow with the square root, a full one is the RPO",
		ui.Clock(rep.Series[0].At, b.now), ui.Secs(highest(rep.Series)), ui.Secs(periodOf(rep.Series))).Cut(b.w))
}

func (b *facts) restorePage(r *dr.Region) {
	b.seen(r.Newest.Seen)
	if !r.Newest.At.IsZero() {
		b.say("newest", ui.Clock(r.Newest.At, b.now)+", "+b.ago(r.Newest.At)+"  "+r.Newest.From)
	}
	b.text(ui.T(ui.Muted, "Times are those of the data, not of the copy."))
	if r.Raw == nil {
		return
	}
	b.section("Automated backups")
	for _, k := range r.Raw.Backups.Value {
		b.table([]ui.Line{ui.T(ui.Text, k.Database), ui.T(ui.Muted, joined(" ", k.Status, pick(k.SourceRegion != "", "from "+k.SourceRegion, ""))),
			ui.T(ui.Text, ui.Clock(k.Earliest, b.now)+" to "+ui.Clock(k.Latest, b.now))})
	}
	b.section("Snapshots")
	shots := slices.Clone(r.Raw.Snapshots.Value)
	order := make([]int, len(shots))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(i, j int) int { return shots[j].Original.Compare(shots[i].Original) })
	for _, i := range order {
		s := shots[i]
		b.table([]ui.Line{ui.T(ui.Text, ui.Clock(s.Original, b.now)), ui.T(ui.Text, s.ID), ui.T(ui.Muted, joined("  ", s.Type, s.Status))})
	}
}
