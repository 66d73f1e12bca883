package views

import (
	"fmt"
	"testing"

	"lifeboat/ui"
)

func (l Layout) all() map[string]ui.Rect {
	return map[string]ui.Rect{
		"header": l.Header, "verdict": l.Verdict, "head 0": l.Head[0], "head 1": l.Head[1], "body 0": l.Body[0], "body 1": l.Body[1],
		"rule": l.Rule, "mid 0": l.Mid[0], "mid 1": l.Mid[1], "users": l.Users, "findings": l.Findings, "feed": l.Feed, "footer": l.Footer,
	}
}

// wants are content from nearly nothing to more than fits anywhere.
var wants = []Want{
	{Verdict: 1, Body: 4, Users: 2, Findings: 1, Zoom: noZoom}, {Verdict: 3, Body: 20, Users: 2, Findings: 2, Zoom: noZoom},
	{Verdict: 9, Body: 520, Users: 3, Findings: 60, Zoom: noZoom}, {Verdict: 2, Body: 20, Users: 3, Findings: 3, Zoom: 0},
	{Verdict: 2, Body: 520, Users: 3, Findings: 3, Zoom: 1},
}

func TestNothingOverlapsAndNothingExceedsAtAnySize(t *testing.T) {
	for w := 0; w <= 310; w++ {
		for h := 0; h <= 110; h++ {
			for _, want := range wants {
				checkLayout(t, w, h, want)
			}
		}
	}
}

func checkLayout(t *testing.T, w, h int, want Want) {
	t.Helper()
	rects := Arrange(w, h, want).all()
	names := make([]string, 0, len(rects))
	for n, r := range rects {
		if !r.Within(ui.Rect{W: w, H: h}) {
			t.Fatalf("%dx%d %+v: %s %+v exceeds the screen", w, h, want, n, r)
		}
		names = append(names, n)
	}
	for i, a := range names {
		for _, b := range names[i+1:] {
			if rects[a].Overlaps(rects[b]) {
				t.Fatalf("%dx%d %+v: %s %+v overlaps %s %+v", w, h, want, a, rects[a], b, rects[b])
			}
		}
	}
}

func TestEverySizeFrom80x24ShowsEveryPart(t *testing.T) {
	for w := 80; w <= 300; w += 7 {
		for h := 24; h <= 100; h++ {
			for _, want := range wants[:3] {
				for n, r := range Arrange(w, h, want).all() {
					if r.Empty() {
						t.Fatalf("%dx%d %+v: no room for %s", w, h, want, n)
					}
				}
			}
		}
	}
}

func TestTheRegionsAreEquals(t *testing.T) {
	for w := 80; w <= 300; w++ {
		l := Arrange(w, 40, wants[1])
		if d := l.Body[1].W - l.Body[0].W; d < 0 || d > 1 || l.Body[0].H != l.Body[1].H || l.Body[0].Y != l.Body[1].Y {
			t.Fatalf("%d columns: %+v", w, l.Body)
		}
	}
}

func TestTheFormFollowsTheSize(t *testing.T) {
	for size, want := range map[[2]int]Form{
		{20, 5}: Tiny, {39, 50}: Tiny, {60, 15}: Small, {80, 24}: Full, {120, 36}: Full, {200, 60}: Wide, {200, 40}: Full, {300, 100}: Wide,
	} {
		if got := Arrange(size[0], size[1], wants[1]).Form; got != want {
			t.Errorf("%v: form %d, want %d", size, got, want)
		}
	}
}

func TestBothPanelsBeginTheirSectionsAtTheSameLine(t *testing.T) {
	for _, h := range []int{6, 9, 12, 18, 30, 60} {
		p := compose(frameOf(darkEast(), testConfig()), 200, 60)
		b := arrange(p.sections(p.Layout), h, rowID{})
		for _, k := range []kind{rowBalancer, rowDatabase, rowSession} {
			if left, right := lineOf(b, 0, k), lineOf(b, 1, k); left != right {
				t.Errorf("%d lines: kind %d stands at %d and %d", h, k, left, right)
			}
		}
		if h >= 9 && len(b.rows) > h {
			t.Errorf("%d lines: %d rows", h, len(b.rows))
		}
	}
}

func lineOf(b body, region int, k kind) int {
	for i, r := range b.rows {
		if r[region].id.kind == k {
			return i
		}
	}
	return -1
}

func TestAListTakesWhatIsLeftAndCountsTheRest(t *testing.T) {
	e, c := many(100)
	for h := 8; h < 60; h++ {
		p := compose(frameOf(e, c), 120, 36)
		b := arrange(p.sections(p.Layout), h, rowID{})
		shown := 0
		for _, r := range b.rows {
			if r[0].id.kind == rowService {
				shown++
			}
		}
		want := fmt.Sprintf("%d more, all well", 100-shown)
		if shown >= 3 && !contains(b.lines(0), want) {
			t.Fatalf("%d lines: %d services shown, and no %q", h, shown, want)
		}
		if len(b.rows) > h {
			t.Fatalf("%d lines: %d rows", h, len(b.rows))
		}
	}
}
