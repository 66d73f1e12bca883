package aws

import (
	"maps"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// TestREADMEAsksForThePermissionsThatAreUsedAndNoOthers compares README's two lists, for who reads and for who changes,
// with the operations that the source names: a missing one would be met as "denied", and one too many is access that
// nobody needs.
func TestREADMEAsksForThePermissionsThatAreUsedAndNoOthers(t *testing.T) {
	used := operations(t)
	reading, changing := permissions(t, "permissions"), permissions(t, "change-permissions")
	for _, op := range used {
		list, name := reading, "who reads"
		if _, action, _ := strings.Cut(op, ":"); !reads(action) || op == "secretsmanager:GetSecretValue" { // who only looks sees no secret
			list, name = changing, "who changes"
		}
		if !slices.ContainsFunc(list, func(pattern string) bool { return covers(pattern, op) }) {
			t.Errorf("%s is called, and README does not ask for it for %s", op, name)
		}
	}
	for _, pattern := range slices.Concat(reading, changing) {
		if !slices.ContainsFunc(used, func(op string) bool { return covers(pattern, op) }) {
			t.Errorf("README asks for %s, and nothing calls it", pattern)
		}
	}
	for _, pattern := range reading {
		if _, action, _ := strings.Cut(pattern, ":"); !reads(action) {
			t.Errorf("README asks for %s for who reads, which changes something", pattern)
		}
	}
}

func covers(pattern, op string) bool {
	ok, _ := path.Match(pattern, op)
	return ok
}

var (
	operation  = regexp.MustCompile(`"([a-z-]+:[A-Z][A-Za-z]+)"`)
	permission = regexp.MustCompile("`([a-z-]+:[A-Z][A-Za-z*]+)`")
)

// operations are what the source of the readers and of the edge calls, tests aside.
func operations(t *testing.T) []string {
	t.Helper()
	found := map[string]bool{}
	for _, pattern := range []string{"*.go", "edge/*.go"} {
		files, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range files {
			if strings.HasSuffix(file, "_test.go") {
				continue
			}
			source, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			for _, m := range operation.FindAllSubmatch(source, -1) {
				found[string(m[1])] = true
			}
		}
	}
	if len(found) < 20 {
		t.Fatalf("the source names only %d operations: %v", len(found), found)
	}
	return slices.Sorted(maps.Keys(found))
}

// permissions are what README asks for between the marks of a list, wildcards included.
func permissions(t *testing.T, mark string) []string {
	t.Helper()
	readme, err := os.ReadFile("../README.md")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, found := strings.Cut(string(readme), "<!-- "+mark+" -->")
	list, _, closed := strings.Cut(rest, "<!-- /"+mark+" -->")
	if !found || !closed {
		t.Fatalf("README.md has no list between <!-- %s --> and <!-- /%s -->", mark, mark)
	}
	var asked []string
	for _, m := range permission.FindAllStringSubmatch(list, -1) {
		asked = append(asked, m[1])
	}
	return asked
}
