package runbook_test

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"testing"
	"testing/synctest"
	"time"

	"lifeboat/dr/runbook"
)

// filed is a finished run in an archive of objects, whose journals others follow.
func filed(t *testing.T, b *bench, a runbook.Archive, id string) runbook.Result {
	t.Helper()
	s := b.seat()
	o := b.options(s)
	store, err := a.Store(id)
	if err != nil {
		t.Fatal(err)
	}
	o.Store, o.Run = store, id
	run, err := runbook.Start(s.context(), s.failover(), o)
	if err != nil {
		t.Fatal(err)
	}
	return run.Wait()
}

func TestARunIsFollowedByItsJournalAlone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench()
		archive := runbook.ObjectArchive{Objects: b.bucket}
		var res runbook.Result
		over := make(chan struct{})
		go func() { res = filed(t, b, archive, "run-1"); close(over) }()
		time.Sleep(90 * time.Second)
		store, err := archive.Store("run-1")
		if err != nil {
			t.Fatal(err)
		}
		var views []runbook.View
		entries := 0
		enough := errors.New("enough")
		err = runbook.Trace(t.Context(), store, func(v runbook.View, news []runbook.Entry) error {
			entries += len(news)
			views = append(views, v)
			if v.Ending.Closed() {
				return enough
			}
			return nil
		})
		<-over
		last := views[len(views)-1]
		if err != enough || len(views) < 10 || entries != int(last.Seq) || !reflect.DeepEqual(states(last), states(res.View)) {
			t.Errorf("%v after %d views: %v\nthe run's own: %v", err, len(views), states(last), states(res.View))
		}
		if first := views[0]; first.Seq < 2 || first.Ending != runbook.Running {
			t.Errorf("the first view is of entry %d", first.Seq)
		}
	})
}

func TestAFollowedJournalThatIsAlteredEndsTheFollowing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench()
		archive := runbook.ObjectArchive{Objects: b.bucket}
		filed(t, b, archive, "run-1")
		b.bucket.set(func(b *bucket) {
			b.objects["runs/run-1/00000005.json"] = bytes.Replace(b.objects["runs/run-1/00000005.json"], []byte("ops"), []byte("eve"), 1)
		})
		store, _ := archive.Store("run-1")
		var broken *runbook.Break
		err := runbook.Trace(t.Context(), store, func(runbook.View, []runbook.Entry) error { t.Error("shown"); return nil })
		if !errors.As(err, &broken) || broken.Seq != 5 {
			t.Errorf("%v", err)
		}
	})
}

func TestTheNewestJournalsComeFirstAndABrokenOneHidesNoOther(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench()
		archive := runbook.FileArchive{Dir: t.TempDir()}
		for _, id := range []string{"20260101T000000.000Z-failover", "20260102T000000.000Z-failover", "20260103T000000.000Z-failover"} {
			filed(t, b, archive, id)
		}
		path := filepath.Join(archive.Dir, "20260102T000000.000Z-failover.jsonl")
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, bytes.Replace(data, []byte("ops"), []byte("eve"), 1), 0o600); err != nil {
			t.Fatal(err)
		}
		kept, err := runbook.Journals(t.Context(), archive, 0)
		if err != nil || len(kept) != 3 || kept[0].Run != "20260103T000000.000Z-failover" {
			t.Fatalf("%v %+v", err, kept)
		}
		var broken *runbook.Break
		if !kept[0].Report.Closed || kept[0].View.Ending != runbook.Done || !errors.As(kept[1].Err, &broken) || kept[2].Err != nil {
			t.Errorf("%v %v %v", kept[0].Err, kept[1].Err, kept[2].Err)
		}
		if two, _ := runbook.Journals(context.Background(), archive, 2); len(two) != 2 || two[1].Run != kept[1].Run {
			t.Errorf("the newest two are %+v", two)
		}
	})
}
