package api

import (
	"fmt"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/rds"

	"lifeboat/aws/sim/cloud"
)

func (b *bubble) promote(t *testing.T, in rds.PromoteReadReplicaInput) {
	t.Helper()
	in.DBInstanceIdentifier = aws.String(standby)
	must[*rds.PromoteReadReplicaOutput](t)(b.rds(west).PromoteReadReplica(ctx, &in))
}

// until waits for a database to have a status, in steps of a second, and says which others it had on the way.
func (b *bubble) until(t *testing.T, region, id, want string) (took time.Duration, seen []string) {
	t.Helper()
	began, last := time.Now(), ""
	for time.Since(began) < 2*time.Hour {
		status := b.status(t, region, id)
		if status == want {
			return time.Since(began), seen
		}
		if status != last {
			seen, last = append(seen, status), status
		}
		time.Sleep(time.Second)
	}
	t.Fatalf("%s is not %s after two hours, but %v", id, want, seen)
	return 0, nil
}

// asked is the health answer of the standby's balancer.
func (b *bubble) asked(path string) cloud.Answer {
	var name string
	b.Locked(func(w *cloud.World) { name = w.Region(west).Balancers[0].DNSName })
	method := "GET"
	if path == "/api/rows" {
		method = "POST"
	}
	return b.Serve(name, cloud.Request{Port: 443, Method: method, Host: "davidshaevel.com", Path: path, Body: "row"})
}

func TestAPromotionTakesMinutesAndMakesAWriterOfItsOwn(t *testing.T) {
	inBubble(t, func(t *testing.T, b *bubble) {
		before := b.instance(t, west, standby)
		expect(t, "a write before", b.asked("/api/rows").Status, 500)
		sql := must[cloud.Postgres](t)(b.SQL(west, standby))
		b.promote(t, rds.PromoteReadReplicaInput{})
		expect(t, "health while it is modified", b.asked("/api/health").Status, 200)
		took, seen := b.until(t, west, standby, "available")
		expect(t, "on the way", fmt.Sprint(seen), "[modifying rebooting]")
		if took < 3*time.Minute || took > 6*time.Minute {
			t.Errorf("it took %s", took)
		}
		after := b.instance(t, west, standby)
		expect(t, "source", after.ReadReplicaSourceDBInstanceIdentifier, nil)
		expect(t, "infos", len(after.StatusInfos), 0)
		expect(t, "endpoint", *after.Endpoint.Address, *before.Endpoint.Address)
		expect(t, "retention", *after.BackupRetentionPeriod, 1)
		expect(t, "the old writer's replicas", len(b.instance(t, east, home).ReadReplicaDBInstanceIdentifiers), 0)
		own := must[cloud.Postgres](t)(b.SQL(west, standby))
		expect(t, "timeline", own.Timeline, sql.Timeline+1)
		expect(t, "system", own.SystemID, sql.SystemID)
		expect(t, "recovery", own.Recovery, false)
		expect(t, "position", own.LSN, sql.Replayed)
		expect(t, "the old writer's slots", len(must[cloud.Postgres](t)(b.SQL(east, home)).Slots), 0)
		time.Sleep(2 * time.Minute)
		expect(t, "a write after", b.asked("/api/rows").Status, 201)
	})
}

func TestThereIsNoHealthWhileAPromotedDatabaseReboots(t *testing.T) {
	inBubble(t, func(t *testing.T, b *bubble) {
		b.promote(t, rds.PromoteReadReplicaInput{BackupRetentionPeriod: aws.Int32(7)})
		b.until(t, west, standby, "rebooting")
		a := b.asked("/api/health")
		expect(t, "health", a.Status, 503)
		expect(t, "database", a.Database, "disconnected")
		b.Locked(func(w *cloud.World) {
			expect(t, "connections", len(w.Connections(w.Region(west).Database(standby))), 0)
		})
		b.until(t, west, standby, "available")
		expect(t, "retention", *b.instance(t, west, standby).BackupRetentionPeriod, 7)
	})
}

func TestAnUnplannedPromotionLosesExactlyWhatWasNotReplayed(t *testing.T) {
	inBubble(t, func(t *testing.T, b *bubble) {
		write := func(region, id string, n int) {
			must[cloud.Row](t)(b.Insert(region, id, fmt.Sprint(n)))
		}
		rows := func(region, id string) (all []string) {
			for _, r := range must[[]cloud.Row](t)(b.Rows(region, id)) {
				all = append(all, r.Text)
			}
			return all
		}
		for n := range 50 {
			write(east, home, n)
			time.Sleep(200 * time.Millisecond)
		}
		b.direct(t, "stall-replica")
		for n := range 20 {
			write(east, home, 50+n)
			time.Sleep(200 * time.Millisecond)
		}
		kept := rows(west, standby)
		if len(kept) == 0 || len(kept) > 50 {
			t.Fatalf("the replica has replayed %d rows", len(kept))
		}
		b.direct(t, "darken", east)
		b.promote(t, rds.PromoteReadReplicaInput{})
		b.until(t, west, standby, "available")
		expect(t, "rows on the new writer", fmt.Sprint(rows(west, standby)), fmt.Sprint(kept))
		b.direct(t, "return", east)
		write(west, standby, 1000)
		write(east, home, 2000)
		expect(t, "rows on the old writer", len(rows(east, home)), 71)
		expect(t, "the old writer's last", rows(east, home)[70], "2000")
		expect(t, "the new writer's last", rows(west, standby)[len(kept)], "1000")
		for _, at := range []struct{ region, id string }{{east, home}, {west, standby}} {
			expect(t, at.id+" is a writer", must[cloud.Postgres](t)(b.SQL(at.region, at.id)).Recovery, false)
			expect(t, at.id+"'s source", b.instance(t, at.region, at.id).ReadReplicaSourceDBInstanceIdentifier, nil)
		}
	})
}

func TestWhatCannotBePromotedIsRefused(t *testing.T) {
	inBubble(t, func(t *testing.T, b *bubble) {
		promote := func(region, id string, days int32) error {
			_, err := b.rds(region).PromoteReadReplica(ctx, &rds.PromoteReadReplicaInput{DBInstanceIdentifier: &id, BackupRetentionPeriod: &days})
			return err
		}
		refused(t, promote(east, home, 1), "InvalidDBInstanceState")
		refused(t, promote(west, home, 1), "DBInstanceNotFound")
		refused(t, promote(west, standby, 36), "InvalidParameterValue")
		b.direct(t, "back-up", west)
		expect(t, "status", b.status(t, west, standby), "backing-up")
		refused(t, promote(west, standby, 1), "InvalidDBInstanceState")
		b.until(t, west, standby, "available")
		if err := promote(west, standby, 1); err != nil {
			t.Fatal(err)
		}
		refused(t, promote(west, standby, 1), "InvalidDBInstanceState")
		b.until(t, west, standby, "available")
		refused(t, promote(west, standby, 1), "InvalidDBInstanceState")
	})
}

func TestAPromotionInARegionThatGoesDarkWaitsForItsReturn(t *testing.T) {
	inBubble(t, func(t *testing.T, b *bubble) {
		b.promote(t, rds.PromoteReadReplicaInput{})
		b.direct(t, "darken", west)
		time.Sleep(time.Hour)
		b.direct(t, "return", west)
		if s := b.status(t, west, standby); s == "available" {
			t.Error("it was promoted in the dark")
		}
		b.until(t, west, standby, "available")
	})
}
