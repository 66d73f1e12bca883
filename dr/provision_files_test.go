package dr

import (
	"os"
	"path/filepath"
	"reflect"
	"testing"
	"time"

	"lifeboat/tf"
)

func TestProgressIsReadWhileItIsWrittenAndAnewForTheNextApply(t *testing.T) {
	dir := t.TempDir()
	r := NewProgressReader(dir, "data")
	if p, err := r.Read(); err != nil || p.Op != "" || p.Root != "data" {
		t.Fatalf("before anything was begun: %+v, %v", p, err)
	}
	plan := RootPlan{Root: "data", Changes: []PlanChange{
		{Address: "aws_a.x", Type: "aws_a", Action: PlanAdd}, {Address: "aws_b.x", Type: "aws_b", Action: PlanReplace}, {Address: "aws_c.x", Type: "aws_c", Action: PlanAdd},
	}}
	if err := writeRootPlan(dir, plan); err != nil {
		t.Fatal(err)
	}
	began := time.Now()
	w, err := beginEvents(dir, "data", "apply", began)
	if err != nil {
		t.Fatal(err)
	}
	if p := readNow(t, r); p.Op != "apply" || p.Total != 3 || len(p.Lines) != 3 || p.Lines[0].State != LineWaiting {
		t.Errorf("%+v", p)
	}
	w.put(tf.Event{Kind: tf.Started, Address: "aws_a.x", Action: PlanAdd, At: began})
	w.put(tf.Event{Kind: tf.Done, Address: "aws_a.x", Action: PlanAdd, ID: "a-1", Elapsed: 2 * time.Second})
	w.put(tf.Event{Kind: tf.Started, Address: "aws_b.x", Action: PlanDestroy})
	w.put(tf.Event{Kind: tf.Done, Address: "aws_b.x", Action: PlanDestroy})
	p := readNow(t, r)
	if p.Done != 1 || p.Lines[0].State != LineDone || p.Lines[0].ID != "a-1" || p.Lines[0].Elapsed != 2*time.Second || p.Lines[1].State != LineGoing {
		t.Errorf("half of a replacement counts as done, or none: %+v", p)
	}
	w.put(tf.Event{Kind: tf.Done, Address: "aws_b.x", Action: PlanAdd})
	w.put(tf.Event{Kind: tf.Failed, Address: "aws_c.x", Action: PlanAdd})
	w.put(tf.Event{Kind: tf.Problem, Address: "aws_c.x", Problem: &tf.Diagnostic{Summary: "already exists", Address: "aws_c.x"}})
	if _, err := w.f.WriteString(`{"kind":"done","addr`); err != nil {
		t.Fatal(err)
	}
	whole, _ := ReadProgress(dir, "data")
	if p = readNow(t, r); p.Done != 2 || p.Failed != 1 || p.Lines[2].Problem != "already exists" || p.Over || !reflect.DeepEqual(p, whole) {
		t.Errorf("%+v\nread at once: %+v", p, whole)
	}
	next, err := beginEvents(dir, "data", "plan", began)
	if err != nil {
		t.Fatal(err)
	}
	next.put(tf.Event{Kind: tf.Refreshed, Address: "aws_a.x"})
	next.close("plan", began)
	if p = readNow(t, r); p.Op != "plan" || p.Done != 1 || len(p.Lines) != 0 || !p.Over {
		t.Errorf("a new plan goes on with the old lines: %+v", p)
	}
}

func readNow(t *testing.T, r *ProgressReader) RootProgress {
	t.Helper()
	p, err := r.Read()
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestPlansAreReadInTheOrderOfTheStackAndABrokenOneIsSaid(t *testing.T) {
	dir := t.TempDir()
	for _, root := range []string{"foundation", "bootstrap"} {
		if err := writeRootPlan(dir, RootPlan{Root: root}); err != nil {
			t.Fatal(err)
		}
	}
	if list, err := ReadRootPlans(dir); err != nil || len(list) != 2 || list[0].Root != "bootstrap" {
		t.Errorf("%v, %v", list, err)
	}
	if err := os.WriteFile(filepath.Join(dir, "plans", "data.json"), []byte("{"), 0o600); err != nil {
		t.Fatal(err)
	}
	if list, err := ReadRootPlans(dir); err == nil {
		t.Errorf("%v", list)
	}
}
