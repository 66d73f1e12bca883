package ui

import (
	"strings"
	"testing"

	"github.com/charmbracelet/x/ansi"
)

func TestWhatIsCutEndsInAnEllipsisAndFits(t *testing.T) {
	l := Cat(T(Text, "us-east-1"), Space(2), B(Bad, "日本語日本語"))
	for n := range 30 {
		cut := l.Cut(n)
		if w := cut.Width(); w > n {
			t.Fatalf("Cut(%d) is %d cells wide: %q", n, w, cut)
		}
		if n > 0 && n < l.Width() && !strings.HasSuffix(cut.String(), "…") {
			t.Fatalf("Cut(%d) = %q hides that something was cut", n, cut)
		}
		if w := l.Fit(n).Width(); w != n {
			t.Fatalf("Fit(%d) is %d cells wide", n, w)
		}
		if w := l.Right(n).Width(); w != n {
			t.Fatalf("Right(%d) is %d cells wide", n, w)
		}
	}
}

func TestBlanksAreCutWithoutAnEllipsis(t *testing.T) {
	if got := Cat(T(Text, "backend"), Space(9)).Cut(8).String(); got != "backend" {
		t.Errorf("got %q", got)
	}
}

func TestASpanCannotCarryAnEscapeSequence(t *testing.T) {
	for in := range hostile {
		for _, l := range []Line{T(Text, in), B(Warn, in), F(Good, "%s", in)} {
			if s := l.String(); ansi.Strip(s) != s || strings.ContainsAny(s, "\x1b\r\n") {
				t.Errorf("%q came through as %q", in, s)
			}
		}
	}
}

func TestWrapLosesNoWordAndKeepsTheWidth(t *testing.T) {
	text := "us-east-1 does not answer since 03:15:02 (AWS API, balancer, writes) averyveryverylongwordthatisbroken end"
	for width := 5; width < 60; width++ {
		var words []string
		for i, l := range Cat(B(Bad, text[:20]), T(Muted, text[20:])).Wrap(width, 2) {
			if l.Width() > width {
				t.Fatalf("width %d: line %d is %d wide: %q", width, i, l.Width(), l)
			}
			words = append(words, strings.Fields(l.String())...)
		}
		if got := strings.Join(words, ""); got != strings.ReplaceAll(text, " ", "") {
			t.Fatalf("width %d: %q", width, got)
		}
	}
}

func TestPartsLeaveARowByTheirOrder(t *testing.T) {
	parts := []Part{P(0, T(Text, "4/4 healthy")), P(2, T(Text, "12 req/s")), P(1, T(Text, "probe 200")), P(0, nil)}
	for width, want := range map[int]string{
		40: "4/4 healthy  12 req/s  probe 200",
		30: "4/4 healthy  probe 200",
		15: "4/4 healthy",
		8:  "4/4 hea…",
		0:  "",
	} {
		if got := Row(width, 2, parts...).String(); got != want {
			t.Errorf("%d cells: %q, want %q", width, got, want)
		}
	}
}

func TestPanelsCannotPushEachOtherAside(t *testing.T) {
	c := NewCanvas(12, 2)
	c.Put(Rect{X: 6, Y: 0, W: 4, H: 1}, T(Text, "right side"), T(Text, "below it"))
	c.Put(Rect{X: 1, Y: 0, W: 4, H: 2}, T(Text, "left side"), T(Text, "b"))
	c.Put(Rect{X: 8, Y: 1, W: 20, H: 9}, T(Text, "too wide"), T(Text, "too low"))
	if got, want := c.Render(Theme{}), " lef… rig…\n b      too…"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestEveryStyleIsEndedAndPlainHasNoColour(t *testing.T) {
	l := Cat(B(Text, "bold"), T(Text, " "), T(Good, "good"), T(Bad, "bad"))
	if got := NewTheme(Plain).Render(l); got != "\x1b[1mbold \x1b[mgoodbad" {
		t.Errorf("plain: %q", got)
	}
	got := NewTheme(Dark).Render(l)
	if !strings.HasSuffix(got, "\x1b[m") || ansi.Strip(got) != "bold goodbad" {
		t.Errorf("dark: %q", got)
	}
	if !strings.Contains(got, "38;2;143;193;124") {
		t.Errorf("good is not the theme's green in %q", got)
	}
	for name, p := range map[string]Palette{"dark": Dark256, "light": Light256} {
		if got := NewTheme(p).Render(T(Bad, "b")); got != "\x1b[38;5;"+p[Bad]+"mb\x1b[m" {
			t.Errorf("%s in 256 colours: %q", name, got)
		}
	}
	if got := NewTheme(Sixteen).Render(T(Warn, "w")); got != "\x1b[33mw\x1b[m" {
		t.Errorf("sixteen: %q", got)
	}
}
