package cloud

import (
	"errors"
	"testing"
	"time"
)

const (
	writer  = "davidshaevel-dev-db"
	replica = "davidshaevel-dr-db"
)

// lag is the newest ReplicaLag that the second region's CloudWatch holds.
func lag(c *Cloud) Datapoint {
	return within(c, func(w *World) Datapoint {
		m := Metric{"AWS/RDS", "ReplicaLag", "DBInstanceIdentifier=" + replica}
		d, _ := w.Region(west).Datapoints(m, w.now.Add(-time.Hour), w.now, time.Minute, "Maximum")
		return d[len(d)-1]
	})
}

func slotLag(c *Cloud) float64 {
	return within(c, func(w *World) float64 {
		m := Metric{"AWS/RDS", "OldestReplicationSlotLag", "DBInstanceIdentifier=" + writer}
		d, _ := w.Region(east).Datapoints(m, w.now.Add(-time.Hour), w.now, time.Minute, "Average")
		return d[len(d)-1].Value
	})
}

func TestTheLagMovesAndStaysSmallWhileAllIsWell(t *testing.T) {
	k := newClock()
	c := Reference(k.options(1))
	seen := map[float64]bool{}
	for range 30 {
		k.pass(time.Minute)
		l := lag(c)
		if l.Value <= 0 || l.Value > 8 {
			t.Errorf("lag %v at %s", l.Value, l.At)
		}
		seen[l.Value] = true
	}
	if len(seen) < 20 {
		t.Errorf("only %d different values in 30 minutes", len(seen))
	}
}

func TestAReplicaNeverGoesBackwards(t *testing.T) {
	k := newClock()
	c := Reference(k.options(3))
	var last LSN
	for i := range 4000 {
		k.pass(350 * time.Millisecond)
		if i == 1000 {
			must(t, c.Do("stall-replica", "2m"))
		}
		pg, err := c.SQL(west, replica)
		must(t, err)
		if pg.Replayed < last || pg.Replayed > pg.Received {
			t.Fatalf("after %d: replayed %s, was %s, received %s", i, pg.Replayed, last, pg.Received)
		}
		last = pg.Replayed
	}
}

func TestAStalledReplicaFallsBehindKeepsLogOnItsSourceAndCatchesUp(t *testing.T) {
	k := newClock()
	c := Reference(k.options(1))
	k.pass(time.Minute)
	before := slotLag(c)
	must(t, c.Do("stall-replica"))
	k.pass(12 * time.Minute)
	if l := lag(c).Value; l < 650 || l > 725 {
		t.Errorf("lag after 12 minutes of stall: %v s", l)
	}
	if kept := slotLag(c); kept < before+2*walSegment {
		t.Errorf("the source keeps %v bytes, %v before", kept, before)
	}
	must(t, c.Do("restore"))
	k.pass(time.Minute)
	if l := lag(c).Value; l < 100 {
		t.Errorf("lag fell to %v s in a minute: it must take time to catch up", l)
	}
	k.pass(3 * time.Minute)
	if l := lag(c).Value; l > 8 {
		t.Errorf("lag after catching up: %v s", l)
	}
}

func TestAWSLagClimbsToFiveMinutesOnAnIdlePrimaryAndFallsAtTheHeartbeat(t *testing.T) {
	k := newClock()
	c := Reference(k.options(1))
	c.Locked(func(w *World) { w.Users = Users{}; w.touch() })
	highest, falls, last := 0.0, 0, 0.0
	for range 30 {
		k.pass(time.Minute)
		l := lag(c).Value
		highest = max(highest, l)
		if l < last {
			falls++
		}
		last = l
	}
	if highest < 200 || highest > 310 {
		t.Errorf("the climb ended at %v s", highest)
	}
	if falls < 5 || falls > 7 {
		t.Errorf("it fell %d times in 30 minutes", falls)
	}
	k.pass(20 * time.Second)
	pg, err := c.SQL(west, replica)
	must(t, err)
	src, err := c.SQL(east, writer)
	must(t, err)
	expect(t, "the positions tell that nothing is missing", pg.Replayed, src.LSN)
}

func TestADarkSourceMakesTheLagUnknownAfterAMinute(t *testing.T) {
	k := newClock()
	c := Reference(k.options(1))
	must(t, c.Do("darken", east))
	k.pass(3 * time.Minute)
	expect(t, "ReplicaLag", lag(c).Value, -1)
	c.Locked(func(w *World) {
		status, normal, _ := w.Region(west).Database(replica).Replication(w)
		expect(t, "status", status, "error")
		expect(t, "normal", normal, false)
	})
	pg, err := c.SQL(west, replica)
	must(t, err)
	if age := k.t.Sub(pg.ReplayedAt); age < 3*time.Minute {
		t.Errorf("last replayed commit is %s old", age)
	}
	must(t, c.Do("restore"))
	k.pass(3 * time.Minute)
	if l := lag(c).Value; l < 0 || l > 8 {
		t.Errorf("lag after the return: %v", l)
	}
}

func TestARebootTakesTheApplicationDownForAWhileAndNoLonger(t *testing.T) {
	k := newClock()
	c := Reference(k.options(1))
	dns := within(c, func(w *World) string { return w.Region(east).Balancers[0].DNSName })
	q := Request{Port: 443, Method: "GET", Host: "davidshaevel.com", Path: "/api/health"}
	must(t, c.Do("reboot-database", east))
	a := c.Serve(dns, q)
	expect(t, "status", a.Status, 503)
	expect(t, "database", a.Database, "disconnected")
	pg, err := c.SQL(east, writer)
	must(t, err)
	expect(t, "starting", pg.Starting, true)
	k.pass(80 * time.Second)
	expect(t, "after the reboot", c.Serve(dns, q).Status, 200)
	c.Locked(func(w *World) {
		for _, target := range service(w, east, backend).TargetGroup.Targets {
			expect(t, "target", target.State, TargetHealthy)
		}
	})
}

func TestRowsWrittenOnTheWriterAppearOnTheReplicaAfterTheLag(t *testing.T) {
	k := newClock()
	c := Reference(k.options(1))
	first, err := c.Insert(east, writer, "one")
	must(t, err)
	k.pass(time.Second)
	_, err = c.Insert(east, writer, "two")
	must(t, err)
	rows, err := c.Rows(west, replica)
	must(t, err)
	if len(rows) > 1 {
		t.Errorf("the replica shows %d rows before any lag", len(rows))
	}
	k.pass(10 * time.Second)
	rows, err = c.Rows(west, replica)
	must(t, err)
	expect(t, "rows", len(rows), 2)
	expect(t, "first", rows[0], first)
	expect(t, "numbered", rows[1].Number, 2)
	if _, err = c.Insert(west, replica, "three"); !errors.Is(err, errReadOnly) {
		t.Errorf("a write on the replica: %v", err)
	}
}

func TestAStalledReplicaFillsItsSourcesStorageInTheEnd(t *testing.T) {
	k := newClock()
	c := Reference(k.options(1))
	must(t, c.Do("stall-replica"))
	k.pass(26 * time.Hour)
	c.Locked(func(w *World) { expect(t, "status", w.Region(east).Database(writer).Status, "storage-full") })
}

func TestADayBringsASnapshotAndItsCopyWithTheOriginalTime(t *testing.T) {
	k := newClock()
	c := Reference(k.options(1))
	k.pass(25 * time.Hour)
	c.Locked(func(w *World) {
		here, there := w.Region(east).Snapshots, w.Region(west).Snapshots
		expect(t, "kept", len(here), 7)
		expect(t, "copies kept", len(there), 7)
		s, copied := here[6], there[6]
		expect(t, "original", copied.Original, s.Created)
		expect(t, "status", copied.Status, "available")
		if !copied.Created.After(copied.Original) || k.t.Sub(s.Created) > 25*time.Hour {
			t.Errorf("copy %s of %s", copied.Created, copied.Original)
		}
	})
}
