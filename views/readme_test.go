package views

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"

	"lifeboat/dr/runbook"
)

const (
	keysBegin = "<!-- keys -->\n"
	keysEnd   = "<!-- /keys -->"
)

// TestREADMEHasTheKeysThatThereAre holds README's table to the one list of bindings; -update rewrites it.
func TestREADMEHasTheKeysThatThereAre(t *testing.T) {
	const path = "../README.md"
	readme, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	head, rest, found := strings.Cut(string(readme), keysBegin)
	if !found {
		t.Fatalf("README.md has no %q", keysBegin)
	}
	table, tail, found := strings.Cut(rest, keysEnd)
	if !found {
		t.Fatalf("README.md has no %q", keysEnd)
	}
	want := keyTable()
	if table == want {
		return
	}
	if update := flag.Lookup("update"); update != nil && update.Value.String() == "true" {
		if err := os.WriteFile(path, []byte(head+keysBegin+want+keysEnd+tail), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	t.Errorf("README.md's keys are not those of views.Keys(); go test ./views -update rewrites them.\nwant:\n%s", want)
}

func keyTable() string {
	var b strings.Builder
	b.WriteString("\n| where | key | what it does |\n|---|---|---|\n")
	for _, k := range Keys() {
		if k.Show != "" {
			fmt.Fprintf(&b, "| %s | `%s` | %s |\n", k.Scope, k.Show, strings.ReplaceAll(k.Help, "|", `\|`))
		}
	}
	return b.String() + "\n"
}

func TestREADMENamesTheSignOfEveryStateOfAStep(t *testing.T) {
	readme, err := os.ReadFile("../README.md")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(readme), "- In a **run** ")
	signs, _, _ := strings.Cut(rest, "\n- ")
	for _, s := range []runbook.State{
		runbook.StateWaiting, runbook.StateLooking, runbook.StateGate, runbook.StateDoing, runbook.StateWatched, runbook.StateFailed, runbook.StateDone,
		runbook.StateSkipped, runbook.StateNotDone, runbook.StateLeftOut, runbook.StateWouldDo, runbook.StateUndone,
	} {
		if _, mark := stateMark(s); !strings.Contains(signs, "`"+mark+"`") {
			t.Errorf("README.md does not name %s, a step that is %s", mark, s)
		}
	}
}
