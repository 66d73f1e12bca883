package cli

import (
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// firstCells are the first cells of README's table between two marks, its heading's too, without their quotes.
func firstCells(t *testing.T, mark string) []string {
	t.Helper()
	data, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, found := strings.Cut(string(data), "<!-- "+mark+" -->")
	table, _, closed := strings.Cut(rest, "<!-- /"+mark+" -->")
	if !found || !closed {
		t.Fatalf("README has no table between the marks %s", mark)
	}
	var out []string
	for _, m := range regexp.MustCompile("(?m)^\\| `?([a-z0-9]+)`? \\|").FindAllStringSubmatch(table, -1) {
		out = append(out, m[1])
	}
	return out
}

func TestREADMETellsOfEveryEventAndNoOther(t *testing.T) {
	want := []eventType{evRun, evResumed, evStep, evLive, evNote, evDecided, evQuestion, evAnswer, evMode, evOpen, evPlanned, evResource, evCommand, evEnd}
	var names []string
	for _, typ := range want {
		names = append(names, string(typ))
	}
	if got := firstCells(t, "events")[1:]; !slices.Equal(got, names) {
		t.Errorf("README tells of %v, and there are %v", got, names)
	}
}

func TestREADMETellsOfEveryExitCode(t *testing.T) {
	if got := firstCells(t, "exits"); !slices.Equal(got, []string{"code", "0", "1", "2", "3", "4", "64"}) {
		t.Errorf("README tells of %v", got)
	}
}
