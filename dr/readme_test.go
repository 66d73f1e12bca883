package dr

import (
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// TestREADMEListsEveryCheckAndNoOther compares README's table with the checks there are.
func TestREADMEListsEveryCheckAndNoOther(t *testing.T) {
	readme, err := os.ReadFile("../README.md")
	if err != nil {
		t.Fatal(err)
	}
	_, table, _ := strings.Cut(string(readme), "<!-- checks -->")
	table, _, _ = strings.Cut(table, "\n\n")
	var told []string
	for _, line := range strings.Split(table, "\n") {
		first, _, _ := strings.Cut(strings.TrimPrefix(line, "| "), "|")
		for _, m := range regexp.MustCompile("`([a-z-]+)`").FindAllStringSubmatch(first, -1) {
			told = append(told, m[1])
		}
	}
	for _, c := range Checks(fit().join(), "us-east-1", Switchover) {
		if !slices.Contains(told, c.ID) {
			t.Errorf("README does not tell of the check %q", c.ID)
		}
		told = slices.DeleteFunc(told, func(id string) bool { return id == c.ID })
	}
	if len(told) > 0 {
		t.Errorf("README tells of %q, and there are none", told)
	}
}
