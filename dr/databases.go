package dr

import (
	"strings"

	"lifeboat/aws"
	"lifeboat/aws/fault"
	"lifeboat/dr/pg"
)

// estateDatabases are the identifiers of a region's databases: those of lifeboat.yaml, in its order, then those that
// were found.
func estateDatabases(s *side) []string {
	var ids []string
	for _, db := range s.cfg.Databases {
		ids = append(ids, db.ID)
	}
	for i := range s.raw.Databases.Value {
		if id := s.raw.Databases.Value[i].ID; !names(s, id) {
			ids = append(ids, id)
		}
	}
	return ids
}

func (j *join) databases(i int) {
	s := &j.sides[i]
	seen := seenOf(s.raw.Databases, j.fast(s), j.now)
	for _, id := range estateDatabases(s) {
		s.r.Databases = append(s.r.Databases, j.database(s, id, seen))
	}
}

func (j *join) database(s *side, id string, seen Seen) Database {
	db := Database{ID: plain(id), Role: "?", Word: "?", Seen: seen}
	raw := s.dbs[id]
	if raw == nil {
		return j.missing(s, db)
	}
	db.Raw, db.Status, db.Source = raw, plain(raw.Status), plain(identifier(raw.Source))
	db.Retention, db.MultiAZ, db.Restorable = raw.RetentionDays, raw.MultiAZ, raw.LatestRestorable
	db.Version = version(raw.Engine, raw.Version)
	m := s.raw.Metrics.Value.Databases[id]
	db.Connections, db.FreeStorage = lastOf(m.Connections), lastOf(m.FreeStorage)
	db.Role = "replica"
	if raw.Writer() {
		db.Role = "writer"
	}
	db.Word, db.Level = j.databaseWord(s, &db)
	if seen.Old {
		db.Word, db.Level = "? was "+db.Role, Unknown
	}
	return db
}

// missing is a database that was not seen: absent where RDS answered, unknown where it could not be asked.
func (j *join) missing(s *side, db Database) Database {
	if !db.Seen.fresh() {
		return db
	}
	db.Absent, db.Word, db.Level = true, "absent", Bad
	if !s.busy && j.bare() {
		db.Level = Idle
	}
	return db
}

func version(engine, v string) string {
	if strings.Contains(engine, "postgres") {
		engine = "pg"
	}
	return strings.TrimSpace(plain(engine) + " " + plain(v))
}

// databaseWord is a database's state in a word. Its own word over SQL is nearer to the truth than RDS's.
func (j *join) databaseWord(s *side, db *Database) (string, Level) {
	if word, l := statusWord(db.Status); l == Bad || l == Warn {
		return word, l
	}
	sql := s.sql[db.ID]
	switch {
	case startingUp(sql):
		return "starting up", Warn
	case sql.Fresh() && sql.Value.InRecovery == (db.Role == "writer"):
		return "RDS says " + db.Role + ", it says " + ownRole(sql.Value), Warn
	case db.Role == "replica" && j.e.Replication.Replica == db.ID:
		return j.e.Replication.State, j.e.Replication.Level
	}
	return db.Status, Good
}

func ownRole(r pg.Reading) string {
	if r.InRecovery {
		return "replica"
	}
	return "writer"
}

// startingUp: a database that answers that it cannot is starting, stopping, or in trouble of its own.
func startingUp(p aws.Part[pg.Reading]) bool { return fault.KindOf(p.Err) == fault.Unavailable }

// statusWord is RDS's status, and how bad it is. What goes on while the database serves is well.
func statusWord(status string) (string, Level) {
	switch status {
	case "available", "backing-up", "storage-optimization", "configuring-enhanced-monitoring", "storage-config-upgrade",
		"configuring-iam-database-auth", "configuring-log-exports":
		return status, Good
	case "":
		return "?", Unknown
	case "rebooting", "starting", "modifying", "creating", "maintenance", "upgrading", "renaming", "converting-to-vpc",
		"moving-to-vpc", "resetting-master-credentials", "delete-precheck", "storage-initialization":
		return status, Warn
	}
	return status, Bad
}

// twoWriters says whether the databases of both regions call themselves writers at their newest readings: an unplanned
// promotion leaves it so until the old one is fenced and replaced.
func (j *join) twoWriters() bool {
	return j.livingWriter(&j.sides[0]) != "" && j.livingWriter(&j.sides[1]) != ""
}

// down says whether a database in this status answers nobody.
func down(status string) bool {
	switch status {
	case "rebooting", "starting", "stopping", "stopped", "failed", "storage-full", "restore-error":
		return true
	}
	return false
}

// gone says whether a database in this status takes no writes and will not by itself.
func gone(status string) bool {
	switch status {
	case "stopped", "stopping", "deleting", "failed", "creating":
		return true
	}
	return false
}
