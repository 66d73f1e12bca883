package ui

import (
	"strings"
	"testing"
	"unicode"

	"github.com/charmbracelet/x/ansi"
)

var hostile = map[string]string{ // what a cloud may answer, and what of it may reach a terminal
	"plain-name":                       "plain-name",
	"\x1b[2Jcleared":                   "cleared",
	"\x1b]0;title\x07name":             "name",
	"\x1b]52;c;aGk=\x1b\\clip":         "clip",
	"\x1bPq#0;2;0;0;0\x1b\\sixel":      "sixel",
	"a\x00b\x07c\x08d\x7fe":            "abcde",
	"two\r\nlines\tand tab":            "two  lines and tab",
	"up\u2028down\u2029end":            "up down end",
	"abc\u202edcba\u202c":              "abcdcba",
	"\u2066iso\u2069\u200e\u200f":      "iso",
	"zero\u200bwidth\ufeff\u2060":      "zerowidth",
	"soft\u00adhyphen":                 "softhyphen",
	"\u009b31mred":                     "31mred",
	"half\xff\xfeutf8":                 "half�utf8",
	"日本語":                              "日本語",
	"e\u0301te\u0301":                  "e\u0301te\u0301",
	"z\u0300\u0301\u0302\u0303\u0304a": "za",
	"\U000e0041tag":                    "tag",
	"über größe":                       "über größe",
}

func TestHostileTextArrivesHarmless(t *testing.T) {
	for in, want := range hostile {
		if got := Clean(in); got != want {
			t.Errorf("Clean(%q) = %q, want %q", in, got, want)
		}
	}
}

func FuzzCleanLeavesNothingThatMovesATerminal(f *testing.F) {
	for in := range hostile {
		f.Add(in)
	}
	for _, in := range []string{"👨‍👩‍👧", "🇺🇸", "❤️", "\u1100\u1161", "a\u20e3", "\u0e33", "\xf0\x9f\x91"} {
		f.Add(in)
	}
	f.Fuzz(func(t *testing.T, in string) {
		out := Clean(in)
		if i := strings.IndexFunc(out, func(r rune) bool { return unicode.Is(unicode.Cc, r) || unicode.Is(unicode.Cf, r) }); i >= 0 {
			t.Fatalf("Clean(%q) = %q keeps %q", in, out, out[i:])
		}
		if ansi.Strip(out) != out {
			t.Fatalf("Clean(%q) = %q still has an escape sequence", in, out)
		}
		if a, b := ansi.StringWidth(out), ansi.StringWidthWc(out); a != b {
			t.Fatalf("Clean(%q) = %q is %d cells to one terminal and %d to another", in, out, a, b)
		}
		if again := Clean(out); again != out {
			t.Fatalf("Clean(%q) = %q, and once more %q", in, out, again)
		}
	})
}
