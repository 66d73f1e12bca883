package runbook_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"

	"lifeboat/dr/runbook"
)

func TestAPlaceInAFileIsTakenOnce(t *testing.T) {
	path := filepath.Join(t.TempDir(), "run.jsonl")
	var won atomic.Int64
	var all sync.WaitGroup
	starts := make([]chan struct{}, 21)
	var arrived [21]atomic.Int64
	for i := range starts {
		starts[i] = make(chan struct{})
	}
	for range 16 {
		all.Go(func() {
			s := runbook.NewFileStore(path) // a process of its own
			for seq := int64(1); seq <= 20; seq++ {
				if arrived[seq].Add(1) == 16 {
					close(starts[seq])
				}
				<-starts[seq]
				switch err := s.Append(t.Context(), seq, []byte(`{}`)); {
				case err == nil:
					won.Add(1)
				case !errors.Is(err, runbook.ErrExists):
					t.Error(err)
				}
			}
		})
	}
	all.Wait()
	records, err := runbook.NewFileStore(path).Read(t.Context(), 5)
	if won.Load() != 20 || err != nil || len(records) != 16 || records[0].Seq != 5 {
		t.Errorf("%d appends were taken, %d read, %v", won.Load(), len(records), err)
	}
}

// The lease of a directory and a journal named "estate" in it have one lock file, so that the test can hold it.
func TestAnEntryIsNotWrittenWhileAnotherProcessWrites(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		dir := t.TempDir()
		other := runbook.NewFileLease(dir)
		g, err := other.Acquire(t.Context(), claim)
		if err != nil {
			t.Fatal(err)
		}
		s := runbook.NewFileStore(filepath.Join(dir, "estate"))
		if err := s.Append(t.Context(), 1, []byte(`{}`)); err == nil {
			t.Error("it was written")
		}
		if err := other.Release(t.Context(), g); err != nil {
			t.Fatal(err)
		}
		if err := s.Append(t.Context(), 1, []byte(`{}`)); err != nil {
			t.Error(err)
		}
	})
}

func TestAFileTakesNoEntryOutOfTurnNorAfterATornOne(t *testing.T) {
	path := filepath.Join(t.TempDir(), "run.jsonl")
	s := runbook.NewFileStore(path)
	if err := s.Append(t.Context(), 2, []byte(`{}`)); err == nil {
		t.Error("entry 2 stands first")
	}
	if err := s.Append(t.Context(), 1, []byte(`{}`)); err != nil {
		t.Fatal(err)
	}
	f, _ := os.OpenFile(path, os.O_APPEND|os.O_WRONLY, 0)
	f.WriteString(`{"se`)
	f.Close()
	if err := s.Append(t.Context(), 2, []byte(`{}`)); err == nil {
		t.Error("an entry was glued to a torn one")
	}
	whole := runbook.NewFileStore(filepath.Join(t.TempDir(), "whole.jsonl"))
	if err := whole.Append(t.Context(), 1, []byte(`{}`)); err != nil {
		t.Fatal(err)
	}
	if err := whole.Trim(t.Context(), 2); err == nil {
		t.Error("an entry that is not there was taken away")
	}
	if err := s.Trim(t.Context(), 1); err == nil {
		t.Error("a whole entry was taken away")
	}
	if err := s.Trim(t.Context(), 2); err != nil {
		t.Fatal(err)
	}
	if err := s.Append(t.Context(), 2, []byte(`{"a":1}`)); err != nil {
		t.Error(err)
	}
	if data, _ := os.ReadFile(path); string(data) != "{}\n{\"a\":1}\n" {
		t.Errorf("%q", data)
	}
}

func TestAFollowerSeesEveryEntryInOrder(t *testing.T) {
	for name, s := range map[string]runbook.Store{
		"file":    runbook.NewFileStore(filepath.Join(t.TempDir(), "run.jsonl")),
		"objects": objectStore(t, newBucket()),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			done := errors.New("enough")
			result := make(chan error, 1)
			go func() {
				next := int64(3)
				result <- s.Follow(context.Background(), 3, func(r runbook.Record) error {
					if r.Seq != next {
						t.Errorf("entry %d after %d", r.Seq, next-1)
					}
					if next++; next > 12 {
						return done
					}
					return nil
				})
			}()
			for seq := int64(1); seq <= 12; seq++ {
				if err := s.Append(t.Context(), seq, []byte(`{}`)); err != nil {
					t.Fatal(err)
				}
			}
			if err := <-result; !errors.Is(err, done) {
				t.Error(err)
			}
		})
	}
}

func TestAnArchiveListsItsRunsByTime(t *testing.T) {
	b := newBucket()
	for name, a := range map[string]runbook.Archive{
		"file":    runbook.FileArchive{Dir: filepath.Join(t.TempDir(), "runs")},
		"objects": runbook.ObjectArchive{Objects: b, Prefix: "lifeboat/"},
	} {
		if runs, err := a.Runs(t.Context()); err != nil || len(runs) != 0 {
			t.Errorf("%s: %v %v", name, runs, err)
		}
		for _, run := range []string{"20260102T000000.000Z-failover", "20260101T000000.000Z-drill"} {
			s, err := a.Store(run)
			if err != nil {
				t.Fatal(err)
			}
			if err := s.Append(t.Context(), 1, []byte(`{}`)); err != nil {
				t.Fatal(err)
			}
		}
		runs, err := a.Runs(t.Context())
		if err != nil || len(runs) != 2 || runs[0] != "20260101T000000.000Z-drill" {
			t.Errorf("%s: %v %v", name, runs, err)
		}
		if _, err := a.Store("../x"); err == nil {
			t.Errorf("%s: a run outside the archive", name)
		}
	}
	if _, there := b.objects["lifeboat/runs/20260101T000000.000Z-drill/00000001.json"]; !there {
		t.Errorf("the key is not the design's: %v", b.objects)
	}
}

func objectStore(t *testing.T, b *bucket) runbook.Store {
	s, err := runbook.ObjectArchive{Objects: b}.Store("run-1")
	if err != nil {
		t.Fatal(err)
	}
	return s
}
