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

// TestREADMEAsksForThePermissionsThatAreUsedAndNoOthers compares README's list with the operations that the readers'
// source names: a missing one would be met as "denied", and one too many is access that nobody needs.
func TestREADMEAsksForThePermissionsThatAreUsedAndNoOthers(t *testing.T) {
	used, asked := operations(t), permissions(t)
	covered := map[string]bool{}
	for _, op := range used {
		found := false
		for _, pattern := range asked {
			if ok, _ := path.Match(pattern, op); ok {
				covered[pattern], found = true, true
			}
		}
		if !found {
			t.Errorf("%s is called, and README does not ask for it", op)
		}
	}
	for _, pattern := range asked {
		if !covered[pattern] {
			t.Errorf("README asks for %s, and nothing calls it", pattern)
		}
	}
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

// permissions are what README asks for, wildcards included.
func permissions(t *testing.T) []string {
	t.Helper()
	readme, err := os.ReadFile("../README.md")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, found := strings.Cut(string(readme), "<!-- permissions -->")
	list, _, closed := strings.Cut(rest, "<!-- /permissions -->")
	if !found || !closed {
		t.Fatal("README.md has no list between <!-- permissions --> and <!-- /permissions -->")
	}
	var asked []string
	for _, m := range permission.FindAllStringSubmatch(list, -1) {
		asked = append(asked, m[1])
	}
	return asked
}
