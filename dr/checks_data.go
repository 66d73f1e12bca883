package dr

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"lifeboat/dr/pg"
)

// dataCriteria: what would be lost, and could the database be taken over?
var dataCriteria = []criterion{
	{id: "replica", title: "the replica follows", look: (*checker).replica,
		blocks: map[Kind]overriding{
			Failover:   {fail: "go on without a replica that follows"},
			Switchover: {fail: "go on without a replica that follows", unknown: "go on with an unknown replica"},
		}},
	{id: "lag", title: "lag against the RPO", look: (*checker).lag, blocks: always("go on with a lag beyond the RPO", "go on with an unknown lag")},
	{id: "recovery-point", title: "the newest recovery point", look: (*checker).recoveryPoint},
	{id: "slot", title: "the primary's disk and the slot", look: (*checker).slotRoom,
		blocks: map[Kind]overriding{Switchover: {fail: "go on with a disk that is nearly full"}}},
	{id: "database", title: "the database can be promoted", look: (*checker).promotable,
		blocks: map[Kind]overriding{Switchover: {fail: "go on with a database that is not available", unknown: "go on with an unknown database"}}},
	{id: "endpoint", title: "{to}'s writers name its database", look: (*checker).endpoint, only: Failback,
		blocks: map[Kind]overriding{Failback: {"start tasks that name another database", "start tasks whose database is not known"}}},
	{id: "backups", title: "backups of the primary", look: (*checker).backups},
	{id: "kms", title: "the key of {to}'s database", look: (*checker).key},
}

// replicaOf is the replica that would be promoted; nil where there is none.
func (c *checker) replicaOf() *Database {
	if rep := &c.e.Replication; rep.Replica != "" && rep.ReplicaRegion == c.to.cfg.Name {
		return databaseOf(c.to, rep.Replica)
	}
	return nil
}

func (c *checker) replica() answer {
	rep, db := &c.e.Replication, c.replicaOf()
	a := answer{seen: rep.Seen, remedy: "see its status in RDS; a replica that is broken is made anew"}
	switch {
	case db == nil && rep.State == stateUnknown:
		return unreadable("whether "+c.to.cfg.Name+" has a replica", rep.Seen)
	case db == nil && c.leftBehind() != "":
		a.verdict, a.remedy = CheckFail, c.anew()
		a.text = fmt.Sprintf("none in %s; %s, which was left there at %s, lacks everything since", c.to.cfg.Name, plain(c.leftBehind()), clock(c.e.Record.Promoted, c.now))
	case db == nil && c.bare():
		a.verdict, a.text, a.remedy = CheckPass, "none, by design: data comes back from a recovery point", ""
	case db == nil:
		a.verdict, a.text = CheckFail, c.to.cfg.Name+" has no replica of the writer of record"
		a.remedy = "make one there: it takes hours"
	case rep.cut:
		a.verdict, a.text, a.remedy = CheckWarn, fmt.Sprintf("%s: %s", db.ID, rep.Text), ""
	case rep.State == streaming:
		a.verdict, a.remedy = CheckPass, ""
		a.text = fmt.Sprintf("%s streams from %s, in touch %s", db.ID, rep.Source, c.age(rep.LastContact))
	case rep.State == stateUnknown:
		return answer{text: db.ID + ": " + rep.Text, seen: rep.Seen}
	default:
		a.verdict, a.text = CheckFail, db.ID+" is "+rep.State+": "+rep.Text
	}
	return a
}

// lag is told by three numbers: what AWS reports, what is true, and how old each is.
func (c *checker) lag() answer {
	rep, rpo := &c.e.Replication, c.cfg.Objectives.RPO.D()
	if c.replicaOf() == nil {
		return c.noLag()
	}
	lag, known := c.lagNow()
	a := answer{seen: rep.Seen, text: c.lagWords(lag, known), remedy: "wait for it; see what loads the primary or the replica"}
	switch {
	case !known:
		a.remedy = "a database connection in lifeboat.yaml tells it without CloudWatch"
	case rep.Idle && lag > rpo:
		a.verdict = CheckWarn
	case lag > rpo && rpo > 0:
		a.verdict = CheckFail
	case lag > rpo/2 && !rep.Idle:
		a.verdict = CheckWarn
	default:
		a.verdict, a.remedy = CheckPass, ""
	}
	return a
}

// leftBehind is the name of the database that the last promotion left in the region that would take over; "" where it is not there.
func (c *checker) leftBehind() string {
	rec := &c.e.Record
	db := databaseOf(c.to, rec.Source)
	switch {
	case rec.Run == "" || rec.From != c.to.cfg.Name:
	case db != nil && !db.Absent:
		return rec.Source
	case slices.ContainsFunc(c.to.r.Kept, func(db KeptDatabase) bool { return db.ID == rec.Kept }):
		return rec.Kept
	}
	return ""
}

// anew is what has a region stand by again in which a database was left.
func (c *checker) anew() string {
	if c.bare() && c.to.cfg.Name == c.cfg.Regions.Standby.Name {
		return "have it rest again: lifeboat deactivate"
	}
	return "make a standby there: lifeboat reprotect"
}

func (c *checker) noLag() answer {
	if r := c.e.Risk; c.leftBehind() != "" && r.Known {
		return answer{verdict: CheckWarn, text: "nothing replicates: at most " + atMost(r.Value) + " of data at risk, " + r.From, seen: c.e.Replication.Seen,
			remedy: c.anew()}
	}
	if c.bare() && c.e.Replication.State == noReplica {
		return answer{verdict: CheckPass, text: "nothing replicates, by design: see the recovery point", seen: c.e.Replication.Seen}
	}
	return answer{text: "nothing replicates: " + c.e.Replication.Text, seen: c.e.Replication.Seen}
}

// lagWords: "reported 0.8 s (60 s ago), true 1.1 s by wal (4 s ago), at most 5 s at risk; RPO 5 min".
func (c *checker) lagWords(lag time.Duration, known bool) string {
	rep := &c.e.Replication
	say := func(name string, l Lag) string {
		if !l.Known {
			return name + " unknown: " + l.Why
		}
		s := fmt.Sprintf("%s %s (%s)", name, span(l.Value), c.age(l.At))
		if l.AtMost {
			s = fmt.Sprintf("%s at most %s (%s)", name, span(l.Value), c.age(l.At))
		}
		return s
	}
	words := []string{say("reported", rep.Reported), say("true", rep.Corrected)}
	if rep.cut && known {
		words = append(words, fmt.Sprintf("%s at the last contact, %s", span(lag), c.age(rep.LastContact)))
	}
	if r := c.e.Risk; r.Known {
		words = append(words, "at most "+atMost(r.Value)+" of data at risk")
	}
	return strings.Join(words, ", ") + "; RPO " + span(c.cfg.Objectives.RPO.D())
}

// recoveryPoint goes by the ORIGINAL time of the data. Where a replica stands by it is the second way back, so that it may
// be a day old.
func (c *checker) recoveryPoint() answer {
	p, most := c.away(c.to, c.from.cfg.Name), 24*time.Hour
	a := answer{seen: p.Seen, remedy: "replicate automated backups there: copies of snapshots are hours old"}
	if c.bare() {
		most = c.cfg.Objectives.RPO.D()
	}
	age := c.now.Sub(p.At)
	switch {
	case p.At.IsZero() && !p.Seen.fresh():
		return unreadable("the newest recovery point", p.Seen)
	case p.At.IsZero():
		a.verdict, a.text = CheckWarn, "there is none in "+c.to.cfg.Name
	case age > most:
		a.verdict, a.text = CheckWarn, fmt.Sprintf("%s, of %s, %s", p.From, clock(p.At, c.now), ago(age))
	default:
		a.verdict, a.text, a.remedy = CheckPass, fmt.Sprintf("%s, of %s, %s", p.From, clock(p.At, c.now), ago(age)), ""
	}
	if c.bare() && a.verdict == CheckWarn {
		a.verdict = CheckFail
	}
	return a
}

// slotRoom: a replica that stalls has its primary keep WAL until that one's disk is full.
func (c *checker) slotRoom() answer {
	rep := &c.e.Replication
	a := answer{leaving: true, seen: seenOf(c.from.raw.Metrics, c.fast(c.from), c.now),
		remedy: "mend the replica, or delete it; grow the primary's storage; bound max_slot_wal_keep_size"}
	switch {
	case c.replicaOf() == nil && rep.State == noReplica:
		a.verdict, a.text, a.remedy = CheckPass, "no replica, so no slot keeps anything", ""
		a.seen = rep.Seen
		return a
	case !rep.FreeStorage.Known:
		a.text, a.remedy = "CloudWatch does not tell how much of its disk is free"+because(a.seen.Why), a.seen.Remedy
		return a
	case !rep.SlotLag.Known:
		a.text, a.remedy = "CloudWatch tells of no replication slot"+because(a.seen.Why), a.seen.Remedy
		return a
	}
	a.text = fmt.Sprintf("the slot keeps %s, %s of disk are free (%s)", bytes(rep.SlotLag.Value), bytes(rep.FreeStorage.Value), c.age(rep.SlotLag.At))
	switch {
	case rep.UntilFull > 0 && rep.UntilFull < time.Hour:
		a.verdict, a.text = CheckFail, a.text+"; full in "+span(rep.UntilFull)
	case rep.UntilFull > 0 && rep.UntilFull < 24*time.Hour:
		a.verdict, a.text = CheckWarn, a.text+"; full in "+span(rep.UntilFull)
	case c.unbounded():
		a.verdict, a.text = CheckWarn, a.text+"; nothing bounds what it may keep"
		a.remedy = "set max_slot_wal_keep_size, or let the storage grow (MaxAllocatedStorage)"
	default:
		a.verdict, a.remedy = CheckPass, ""
	}
	return a
}

// unbounded says whether the primary was seen to let a slot fill its disk: neither its settings nor its storage bound it.
func (c *checker) unbounded() bool {
	id := c.e.Replication.Source
	db, sql := c.from.dbs[id], c.from.sql[id]
	return db != nil && db.MaxStorageGiB == 0 && sql.Fresh() && sql.Value.Settings.MaxSlotWALKeepSize == pg.NoLimit
}

// promotable: RDS refuses to promote an instance that is backing up, or not available.
func (c *checker) promotable() answer {
	db := c.replicaOf()
	if db == nil {
		return c.nothingToPromote()
	}
	a := answer{verdict: CheckPass, seen: db.Seen, text: fmt.Sprintf("%s is %s, %s", db.ID, db.Status, db.Version)}
	switch db.Status {
	case "available":
	case "backing-up":
		a.verdict, a.remedy = CheckWarn, "wait some minutes: RDS refuses a promotion until the backup is done"
	default:
		a.verdict, a.remedy = CheckFail, "RDS promotes an available instance only: see its events"
	}
	return a
}

func (c *checker) nothingToPromote() answer {
	seen := c.databasesSeen(c.to)
	switch {
	case !seen.fresh():
		return unreadable("what the databases do in "+c.to.cfg.Name, seen)
	case c.leftBehind() != "":
		return answer{verdict: CheckWarn, seen: seen, text: "none is: " + plain(c.leftBehind()) + ", which was left there, takes writes already", remedy: c.anew()}
	case c.bare():
		return answer{verdict: CheckPass, seen: seen, text: "none is promoted: one is restored"}
	}
	return answer{verdict: CheckFail, seen: seen, text: "there is no replica in " + c.to.cfg.Name, remedy: "make one there: it takes hours"}
}

func (c *checker) backups() answer {
	seen := c.databasesSeen(c.from)
	id := c.livingWriter(c.from)
	if id == "" || c.from.dbs[id] == nil {
		a := unreadable("how long "+c.from.cfg.Name+" keeps backups", seen)
		a.leaving = true
		return a
	}
	days := c.from.dbs[id].RetentionDays
	a := answer{leaving: true, seen: seen, verdict: CheckPass, text: fmt.Sprintf("%s keeps %s", plain(id), several(days, "day"))}
	if days == 0 {
		a.verdict, a.text, a.remedy = CheckFail, plain(id)+" keeps none: nothing can replicate from it", "set its backup retention"
	}
	return a
}

// key: a replica in another region needs a key of its own region, for ever.
func (c *checker) key() answer {
	db := c.replicaOf()
	switch {
	case (db == nil || db.Raw == nil) && c.bare():
		return c.nothingToPromote()
	case db == nil || db.Raw == nil:
		return answer{text: "there is no replica to look at", seen: c.e.Replication.Seen}
	}
	a := answer{seen: db.Seen}
	region := regionOfARN(db.Raw.KMSKey)
	switch {
	case !db.Raw.Encrypted:
		a.verdict, a.text, a.remedy = CheckWarn, db.ID+" is not encrypted", "a replica of an encrypted primary is; others must be made anew from an encrypted copy"
	case region == c.to.cfg.Name:
		a.verdict, a.text = CheckPass, db.ID+" is encrypted with a key of "+region
	case region == "":
		a.text = db.ID + " is encrypted, and RDS does not say where its key is"
	default:
		a.verdict, a.text = CheckFail, db.ID+" is encrypted with a key of "+region
		a.remedy = "make it anew with a key of " + c.to.cfg.Name
	}
	return a
}

// endpoint: a task that names another database would write to that one, or to none.
func (c *checker) endpoint() answer {
	db := c.replicaOf()
	seen := seenOf(c.to.defs, c.p.slow, c.now)
	if db == nil || db.Raw == nil || db.Raw.Endpoint == "" {
		return unreadable("the endpoint of "+c.to.cfg.Name+"'s replica", c.e.Replication.Seen)
	}
	var wrong, unread []string
	for k := range c.to.r.Services {
		v := &c.to.r.Services[k]
		if !v.Writes || v.Absent {
			continue
		}
		switch _, ok := c.to.definition(v); {
		case !ok:
			unread = append(unread, v.Name)
		case c.to.definitionNaming(v, db.Raw.Endpoint) == "":
			wrong = append(wrong, v.Name)
		}
	}
	switch {
	case len(wrong) > 0:
		return answer{verdict: CheckFail, text: among(wrong) + " do not name " + short(db.Raw.Endpoint), seen: seen, remedy: "make a revision that does; the endpoint is kept when a replica has the old name"}
	case len(unread) > 0 || !seen.Known():
		return unreadable("which database the tasks of "+c.to.cfg.Name+" name", seen)
	}
	return answer{verdict: CheckPass, text: "they name " + short(db.Raw.Endpoint), seen: seen}
}
