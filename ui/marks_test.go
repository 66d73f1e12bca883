package ui

import (
	"slices"
	"testing"
	"time"
)

func plain(lines []Line) []string {
	var out []string
	for _, l := range lines {
		out = append(out, l.String())
	}
	return out
}

func TestAFullBlockHasReachedTheLimit(t *testing.T) {
	got := plain(Spark([]float64{0, 0.8, 20, 75, 150, 299, 300, 900, Gap}, 300, 20, 1))
	if want := []string{"▁▁▂▄▆███┄"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	if l := Spark([]float64{100, 160, 300, Gap}, 300, 9, 1)[0]; l[0].role != Accent || l[1].role != Warn || l[2].role != Bad || l[3].role != Muted {
		t.Errorf("colours: %+v", l)
	}
}

func TestATallSparkStandsOnItsGround(t *testing.T) {
	got := plain(Spark([]float64{0, 75, 300, Gap}, 300, 4, 2))
	if want := []string{"  █ ", "▁██┄"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestTheNewestValuesAreDrawnWhereNotAllFit(t *testing.T) {
	if got := Spark([]float64{300, 300, 0, 0}, 300, 2, 1)[0].String(); got != "▁▁" {
		t.Errorf("got %q", got)
	}
}

func TestAMeterShowsSharesWhereThereAreTooMany(t *testing.T) {
	for want, got := range map[string]string{
		"▰▰▱": Meter(2, 3, 8), "▰▰▰▰▱▱▱▱": Meter(100, 200, 8), "": Meter(0, 0, 8), "▱": Meter(-1, 1, 8), "▰": Meter(5, 1, 8),
	} {
		if got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

func TestTimesAreSaidAsPeopleSayThem(t *testing.T) {
	s := time.Second
	for want, got := range map[string]string{
		"now": Ago(s), "2 s ago": Ago(4 * s), "5 s ago": Ago(9 * s), "25 s ago": Ago(29 * s), "3 min ago": Ago(200 * s), "2 h ago": Ago(3 * time.Hour / 3 * 2), "41 days ago": Ago(41 * 24 * time.Hour),
		"45 s": Long(45 * s), "9 min": Long(9 * time.Minute), "5 h 12 min": Long(5*time.Hour + 12*time.Minute), "3 h": Long(3 * time.Hour), "41 days": Long(41 * 24 * time.Hour), "-9 min": Long(-9 * time.Minute),
		"45s": Short(45 * s), "1m38s": Short(98 * s), "2h05m": Short(2*time.Hour + 5*time.Minute), "3d": Short(73 * time.Hour), "0s": Short(-s),
		"0.8 s": Secs(800 * time.Millisecond), "14 s": Secs(14 * s), "98 s": Secs(98 * s), "5 min": Secs(300 * s), "5 min 20 s": Secs(320 * s),
		"41 ms": Millis(41 * time.Millisecond), "1.2 s": Millis(1200 * time.Millisecond),
	} {
		if got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

func TestATimeOfAnotherDayCarriesItsDate(t *testing.T) {
	now := time.Date(2026, 11, 23, 3, 0, 0, 0, time.UTC)
	if got := Clock(now.Add(-time.Hour), now); got != "02:00:00" {
		t.Errorf("got %q", got)
	}
	if got := Clock(now.Add(-50*time.Hour), now); got != "21 Nov 01:00" {
		t.Errorf("got %q", got)
	}
}

func TestTheLinesInViewMoveNoMoreThanTheyMust(t *testing.T) {
	for _, c := range []struct{ top, at, n, h, want int }{
		{0, 3, 10, 5, 0}, {0, 5, 10, 5, 1}, {4, 2, 10, 5, 2}, {9, 9, 10, 5, 5}, {0, 0, 0, 5, 0}, {3, 1, 2, 5, 0}, {0, 4, 10, 0, 0},
	} {
		if got := Scroll(c.top, c.at, c.n, c.h); got != c.want {
			t.Errorf("%+v: got %d", c, got)
		}
	}
}
