package dr

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"lifeboat/aws"
	"lifeboat/dr/pg"
	"lifeboat/dr/runbook"
)

// Split is a database that takes writes, or could, beside the writer of record.
type Split struct {
	Region   string
	Database string
	Level    Level  // Bad: it is not fenced, or nobody can tell which of the two is the estate's; Warn: kept, and fenced
	Text     string // "old writer dev-db in us-east-1 NOT fenced: 3 connections to it"
	Fix      string // what to do: "fence it: lifeboat resume 20261123T031502.123Z-failover"; "" nothing
	Seen     Seen   // of the databases that it was told by
}

// split looks for a writer beside the writer of record: a database of another region that is up and is no replica. Fenced
// with a receipt that holds now it is kept on purpose; without one the estate is split.
func (j *join) split() {
	rec := &j.e.Record
	if rec.Writer == "" {
		j.undecided()
		return
	}
	i := 1 - j.home()
	s := &j.sides[i]
	id := j.livingWriter(s)
	switch {
	case rec.Run == "" && id != "" && j.livingWriter(&j.sides[j.home()]) != "":
		j.strange(s, id)
	case rec.Run == "" || rec.From != s.cfg.Name:
	default:
		j.oldWriter(s, id)
	}
	j.markSplit(i)
}

// undecided: both are up, and the journals that tell which of them is the writer of record cannot be read.
func (j *join) undecided() {
	if !j.twoWriters() {
		return
	}
	s := &j.sides[1-j.home()]
	j.e.Split = &Split{
		Region: s.cfg.Name, Database: plain(j.livingWriter(s)), Level: Bad, Seen: j.e.Record.Seen,
		Text: "both databases call themselves writers, and which is the writer of record cannot be told",
		Fix:  "move no traffic: " + j.e.Record.Why,
	}
}

// strange is a writer beside the writer of record that no run of ours has made.
func (j *join) strange(s *side, id string) {
	j.e.Split = &Split{
		Region: s.cfg.Name, Database: plain(id), Level: Bad, Seen: j.databasesSeen(s),
		Text: fmt.Sprintf("%s in %s takes writes too, beside the writer of record in %s: no run has promoted it", plain(id), s.cfg.Name, j.e.Record.Writer),
		Fix:  "find out who promoted it; stop what writes to the one that is not to be the estate's",
	}
}

// oldWriter judges the database that was the writer before the promotion. One that was seen to be gone splits nothing.
func (j *join) oldWriter(s *side, id string) {
	rec := &j.e.Record
	if id == "" && (rec.Kept != "" || j.absent(s, rec.Source) || j.tamed(s, rec.Source)) {
		return // what has its name now is the standby
	}
	up := id != ""
	if !up {
		id = rec.Source
	}
	rec.Voided = j.void(s, id)
	v := &Split{Region: s.cfg.Name, Database: plain(id), Seen: j.databasesSeen(s)}
	name := strings.TrimSpace(v.Database+" in ") + " " + s.cfg.Name
	switch {
	case rec.Receipt != nil && rec.Voided == "" && !up:
		return // it is fenced, and nobody has seen it since
	case rec.Receipt != nil && rec.Voided == "":
		v.Level = Warn
		v.Text = fmt.Sprintf("old writer %s kept, fenced since %s", name, clock(rec.Receipt.At, j.now))
	default:
		v.Level, v.Text, v.Fix = Bad, "old writer "+name+" NOT fenced: "+j.whyNotFenced(s, up), j.fenceFix()
	}
	j.e.Split = v
}

// tamed says whether a database was seen just now to take no writes: it is a replica, or is not up.
func (j *join) tamed(s *side, id string) bool {
	db := s.dbs[id]
	return db != nil && j.databasesSeen(s).fresh() && (!db.Writer() || gone(db.Status))
}

func (j *join) databasesSeen(s *side) Seen {
	return seenOf(s.raw.Databases, j.fast(s), j.now)
}

func (j *join) whyNotFenced(s *side, up bool) string {
	rec := &j.e.Record
	switch {
	case rec.Voided != "":
		return rec.Voided
	case !up && !j.databasesSeen(s).fresh():
		return "there is no receipt, and " + s.cfg.Name + " cannot be read"
	}
	return "there is no receipt that nothing writes to it"
}

// fenceFix is how the old writer gets fenced: by the run that left it, as long as that is open.
func (j *join) fenceFix() string {
	for _, v := range j.e.Record.Open {
		if v.Run != j.e.Record.Run {
			continue
		}
		if lease := j.e.Record.Lease; v.Ending == runbook.Running && lease.Held && lease.Grant.Run == v.Run {
			return "run " + plain(v.Run) + " goes on trying to fence it"
		}
		return "fence it: lifeboat resume " + plain(v.Run)
	}
	return "stop what writes to it, and scale its writing services to 0"
}

// markSplit says it in the row of the database, too.
func (j *join) markSplit(i int) {
	v := j.e.Split
	if v == nil {
		return
	}
	for k := range j.e.Regions[i].Databases {
		db := &j.e.Regions[i].Databases[k]
		if db.ID != v.Database || db.Level != Good {
			continue // what is wrong with it otherwise says more
		}
		db.Word, db.Level = "kept, fenced", Warn
		if v.Level == Bad {
			db.Word, db.Level = "NOT fenced", Bad
		}
	}
}

// voided is a receipt that was seen to hold no more. It stays so until there is a newer one, whatever is seen later.
type voided struct {
	of  time.Time // the receipt's own time
	why string
}

// void says why the newest receipt holds no more, by the journal or by what is seen now; "" where it does, or where there is
// none.
func (j *join) void(s *side, id string) string {
	rec, was := &j.e.Record, &j.e.past.voided
	switch {
	case rec.Receipt == nil || rec.Voided != "":
		return rec.Voided
	case !was.of.Equal(rec.Receipt.At):
		*was = voided{of: rec.Receipt.At}
	}
	if was.why == "" {
		was.why = j.stirs(s, id, rec.Receipt.At.Add(j.cfg.Waits.Receipt.D()))
	}
	return was.why
}

// stirs says what was seen of an old writer since a moment that it should not have: a connection, a task of a service that
// writes, a running task that names its endpoint.
func (j *join) stirs(s *side, id string, since time.Time) string {
	for _, look := range []func(*side, string, time.Time) string{j.strangers, j.counted, j.writing, j.naming} {
		if why := look(s, id, since); why != "" {
			return why
		}
	}
	return ""
}

// strangers are connections by the database's own word, Lifeboat's and RDS's own apart.
func (j *join) strangers(s *side, id string, since time.Time) string {
	part := s.sql[id]
	if !part.Fresh() || part.Value.ConnectionsErr != nil || !part.Value.At.After(since) {
		return ""
	}
	n, who := Strangers(part.Value)
	if n == 0 {
		return ""
	}
	return fmt.Sprintf("%s to it (%s) at %s", several(n, "connection"), who, clock(part.Value.At, j.now))
}

// Strangers counts the connections to a database that are neither Lifeboat's own nor RDS's, and names the most numerous.
func Strangers(r pg.Reading) (n int, who string) {
	for _, c := range r.Connections {
		if c.Own || c.User == "rdsadmin" {
			continue
		}
		if n == 0 {
			who = short(strings.Join(filled(c.Application, "user "+c.User, c.Client), ", "))
		}
		n += c.Count
	}
	return n, who
}

func filled(words ...string) []string {
	var all []string
	for _, w := range words {
		if w != "" && w != "user " {
			all = append(all, w)
		}
	}
	return all
}

// counted are connections by CloudWatch's count. Where Lifeboat connects it is one of them, and the database's own word is
// better as long as it can be had.
func (j *join) counted(s *side, id string, since time.Time) string {
	own := 0.0
	if hasConnection(s, id) {
		if part := s.sql[id]; part.Fresh() && part.Value.ConnectionsErr == nil {
			return ""
		}
		own = 1
	}
	for _, p := range s.raw.Metrics.Value.Databases[id].Connections {
		if p.At.After(since) && p.Value > own {
			return fmt.Sprintf("%s to it at %s, by CloudWatch", several(int(p.Value-own), "connection"), clock(p.At, j.now))
		}
	}
	return ""
}

// writing is a service that writes and runs again in the old region.
func (j *join) writing(s *side, _ string, since time.Time) string {
	for k := range s.r.Services {
		v := &s.r.Services[k]
		if v.Writes && v.Running > 0 && v.Seen.fresh() && v.Seen.At.After(since) {
			return fmt.Sprintf("%s runs %s in %s at %s", v.Name, several(v.Running, "task"), s.cfg.Name, clock(v.Seen.At, j.now))
		}
	}
	return ""
}

// naming is a service, of either region, that runs and whose task definition names the old writer's endpoint.
func (j *join) naming(s *side, id string, since time.Time) string {
	db := s.dbs[id]
	if db == nil || db.Endpoint == "" {
		return ""
	}
	for i := range j.sides {
		for k := range j.sides[i].r.Services {
			v := &j.sides[i].r.Services[k]
			if v.Running == 0 || !v.Seen.fresh() || !v.Seen.At.After(since) {
				continue
			}
			if names := j.sides[i].definitionNaming(v, db.Endpoint); names != "" {
				return fmt.Sprintf("%s in %s runs with %s, its endpoint", v.Name, j.sides[i].cfg.Name, names)
			}
		}
	}
	return ""
}

// livingWriter is a region's database that is up and is no replica, by RDS's last word or its own; "" where there is none.
func (j *join) livingWriter(s *side) string {
	for _, id := range estateDatabases(s) {
		sql := s.sql[id]
		if sql.Known() && !sql.Value.InRecovery && sql.Err == nil {
			return id
		}
		db := s.dbs[id]
		if db != nil && db.Writer() && !gone(db.Status) && !(sql.Fresh() && sql.Value.InRecovery) {
			return id
		}
	}
	return ""
}

// definitionNaming is the name of an environment value of a service's task definition that holds a host; "" where none
// does, or the definition was not read.
func (s *side) definitionNaming(v *Service, host string) string {
	d, _ := s.definition(v)
	for _, name := range slices.Sorted(maps.Keys(d.Values)) {
		if strings.Contains(strings.ToLower(d.Values[name]), strings.ToLower(host)) {
			return plain(name)
		}
	}
	return ""
}

// definition is what the task definition of a service says; false where it was not read.
func (s *side) definition(v *Service) (aws.Definition, bool) {
	if v.Raw == nil {
		return aws.Definition{}, false
	}
	d, ok := s.defs.Value[v.Raw.TaskDefinition]
	return d, ok
}
