package dr

import (
	"testing"

	"lifeboat/aws"
	"lifeboat/aws/fault"
	"lifeboat/dr/pg"
)

func TestADatabasesStateInAWord(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*scene)
		region int
		role   string
		word   string
		level  Level
	}{
		"a writer":             {func(*scene) {}, 0, "writer", "available", Good},
		"a replica":            {func(*scene) {}, 1, "replica", "streaming", Good},
		"backing up":           {func(s *scene) { s.database(0, func(db *aws.Database) { db.Status = "backing-up" }) }, 0, "writer", "backing-up", Good},
		"rebooting":            {func(s *scene) { s.database(0, func(db *aws.Database) { db.Status = "rebooting" }) }, 0, "writer", "rebooting", Warn},
		"out of space":         {func(s *scene) { s.database(0, func(db *aws.Database) { db.Status = "storage-full" }) }, 0, "writer", "storage-full", Bad},
		"a status of tomorrow": {func(s *scene) { s.database(0, func(db *aws.Database) { db.Status = "levitating" }) }, 0, "writer", "levitating", Bad},
		"starting up by its own word": {func(s *scene) {
			s.in.Regions[0].SQL = with(s.in.Regions[0].SQL, "dev-db", failed(s.in.Regions[0].SQL["dev-db"], fault.Unavailable, noon))
		}, 0, "writer", "starting up", Warn},
		"promoted, and RDS does not know yet": {func(s *scene) {
			r := primaryReading(noon)
			s.in.Regions[1].SQL = map[string]aws.Part[pg.Reading]{"dr-db": part(r, noon)}
		}, 1, "replica", "RDS says replica, it says writer", Warn},
	} {
		t.Run(name, func(t *testing.T) {
			s := well()
			c.change(s)
			db := s.join().Regions[c.region].Databases[0]
			if db.Role != c.role || db.Word != c.word || db.Level != c.level {
				t.Errorf("%s, %q, %s; want %s, %q, %s", db.Role, db.Word, db.Level, c.role, c.word, c.level)
			}
		})
	}
}

func TestTwoWritersAreSaidInRed(t *testing.T) {
	for name, change := range map[string]func(*scene){
		"by RDS": func(s *scene) {
			s.withoutSQL()
			s.database(1, func(db *aws.Database) { db.Source, db.ReplicationState = "", "" })
		},
		"by their own word": func(s *scene) {
			s.in.Regions[1].SQL = map[string]aws.Part[pg.Reading]{"dr-db": part(primaryReading(noon), noon)}
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := well()
			change(s)
			e := s.join()
			assertText(t, "warning", e.Verdict.Lines[1].String(),
				"dr-db in us-west-2 takes writes too, beside the writer of record in us-east-1: no run has promoted it.")
			if e.Verdict.Level != Bad || e.Split == nil || e.Split.Level != Bad || e.Split.Fix == "" {
				t.Errorf("level %s, %+v; want bad, with a fix", e.Verdict.Level, e.Split)
			}
		})
	}
}

func TestAWriterThatStandsStillIsNoSecondWriter(t *testing.T) {
	s := well().withoutSQL()
	s.database(1, func(db *aws.Database) { db.Source, db.Status = "", "stopped" })
	if s.join(); s.prev.Verdict.Level == Bad {
		t.Errorf("a stopped instance makes the verdict %s", s.prev.Verdict.Level)
	}
}
