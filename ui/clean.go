package ui

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/charmbracelet/x/ansi"
)

// Clean makes text from elsewhere harmless on any terminal: escape sequences, control characters and format characters
// (bidirectional overrides, zero-width ones) are taken out, line breaks and tabs become spaces, and what terminals
// disagree about the width of becomes "�". The result takes exactly Width cells.
func Clean(s string) string {
	if printable(s) {
		return s
	}
	s = ansi.Strip(strings.ToValidUTF8(s, "\uFFFD"))
	s = strings.Map(harmless, s)
	var b strings.Builder
	for s != "" {
		cluster, _ := ansi.FirstGraphemeCluster(s, ansi.GraphemeWidth)
		b.WriteString(certain(cluster))
		s = s[len(cluster):]
	}
	return b.String()
}

// printable says whether s is nothing but printable ASCII, as nearly everything is.
func printable(s string) bool {
	for i := range len(s) {
		if s[i] < ' ' || s[i] > '~' {
			return false
		}
	}
	return true
}

func harmless(r rune) rune {
	switch {
	case r == '\n' || r == '\r' || r == '\t' || unicode.Is(unicode.Zl, r) || unicode.Is(unicode.Zp, r):
		return ' '
	case unicode.Is(unicode.Cc, r) || unicode.Is(unicode.Cf, r):
		return -1
	}
	return r
}

// certain is a grapheme cluster where every terminal gives it the same cells, the one that counts clusters and the one
// that counts runes alike; its first rune where that alone is certain (a letter under a pile of marks); "�" otherwise.
func certain(cluster string) string {
	const most = 4 // bytes: a letter and a mark or two; a longer pile runs into the lines around it
	r, size := utf8.DecodeRuneInString(cluster)
	wide := ansi.StringWidth(cluster)
	switch {
	case wide == ansi.StringWidthWc(cluster) && wide > 0 && (size == len(cluster) || len(cluster) <= most):
		return cluster
	case unicode.IsLetter(r) && ansi.StringWidth(string(r)) == ansi.StringWidthWc(string(r)):
		return string(r)
	}
	return "\uFFFD"
}

// Width is how many cells s takes.
func Width(s string) int {
	if printable(s) {
		return len(s)
	}
	return ansi.StringWidth(s)
}
