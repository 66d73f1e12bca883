package config

import (
	"fmt"
	"slices"
	"strings"
)

// Problem is one thing that is wrong, or doubtful, in lifeboat.yaml.
type Problem struct {
	File    string // as it was named to Load or Parse
	Line    int    // from 1; 0 where no place in the file can be named
	Column  int    // from 1
	Field   string // "regions.primary.clusters[0].name"; "" where the whole file is meant
	Message string // what is wrong
	Fix     string // what would be right; "" where the message says it
}

// String is the problem on one line: lifeboat.yaml:12:7: regions.primary.name: "us-east" is ...; write one like ...
func (p Problem) String() string {
	var b strings.Builder
	b.WriteString(p.File)
	if p.Line > 0 {
		fmt.Fprintf(&b, ":%d:%d", p.Line, p.Column)
	}
	b.WriteString(": ")
	if p.Field != "" {
		b.WriteString(p.Field + ": ")
	}
	b.WriteString(p.Message)
	if p.Fix != "" {
		b.WriteString("; " + p.Fix)
	}
	return b.String()
}

// Errors is everything that is wrong in lifeboat.yaml, in the order of the file.
type Errors []Problem

func (e Errors) Error() string {
	lines := make([]string, len(e))
	for i, p := range e {
		lines[i] = p.String()
	}
	return strings.Join(lines, "\n")
}

// sorted orders problems by place, and keeps the order of those at one place.
func sorted(ps []Problem) []Problem {
	slices.SortStableFunc(ps, func(a, b Problem) int {
		if a.Line != b.Line {
			return a.Line - b.Line
		}
		return a.Column - b.Column
	})
	return ps
}

// quote shows a value from the file: short, and harmless on a terminal.
func quote(s string) string {
	if r := []rune(s); len(r) > 60 {
		s = string(r[:60]) + "…"
	}
	return fmt.Sprintf("%q", s)
}
