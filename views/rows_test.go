package views

import "testing"

func rowsOf(t *testing.T) rows {
	t.Helper()
	return compose(frameOf(healthy(), testConfig()), 120, 36).rows
}

func TestDownFromARegionLeadsToTheUsersWay(t *testing.T) {
	r := rowsOf(t)
	for _, p := range []panel{inLeft, inRight} {
		last := r[p][len(r[p])-1]
		if got := r.move(last, 1); got != usersRow {
			t.Errorf("below the last row of panel %d is %+v", p, got)
		}
		if got := r.move(r[p][0], -1); got.panel != inVerdict {
			t.Errorf("above the first row of panel %d is %+v", p, got)
		}
	}
	if got := r.move(usersRow, -1); got.panel != inLeft || got.kind != rowSession {
		t.Errorf("above the users' way is %+v", got)
	}
}

func TestAPageStaysInItsPanel(t *testing.T) {
	r := rowsOf(t)
	if got := r.move(r[inLeft][0], 10); got.panel != inLeft {
		t.Errorf("ten rows down is %+v", got)
	}
	if got := r.move(r[inFeed][0], -manyRows); got != r[inFeed][0] {
		t.Errorf("the first row is %+v", got)
	}
}

func TestAcrossIsTheSameThing(t *testing.T) {
	r := rowsOf(t)
	for _, id := range r[inLeft] {
		got := r.across(id, 1)
		if got.panel != inRight || got.kind != id.kind {
			t.Errorf("across from %+v is %+v", id, got)
		}
	}
	lag := rowID{panel: inRight, kind: rowLag}
	if got := r.across(lag, 0); got.panel != inLeft { // the writer has no lag: the row beside it
		t.Errorf("across from the lag is %+v", got)
	}
}

func TestARowThatWentAwayIsLeftForAnother(t *testing.T) {
	r := rowsOf(t)
	if got := r.settle(rowID{inLeft, rowService, "gone"}); got != r[inLeft][0] {
		t.Errorf("got %+v", got)
	}
	if got := r.settle(rowID{panel: panel(9)}); got.kind != rowVerdict {
		t.Errorf("got %+v", got)
	}
}

func TestTabGoesRoundThroughEveryPanel(t *testing.T) {
	r := rowsOf(t)
	id, seen := rowID{panel: inVerdict, kind: rowVerdict}, map[panel]bool{}
	for range 6 {
		id = r.tab(id, 1)
		seen[id.panel] = true
	}
	if len(seen) != 6 || id.panel != inVerdict {
		t.Errorf("%d panels, ending in %d", len(seen), id.panel)
	}
	if got := r.tab(id, -1).panel; got != inFeed {
		t.Errorf("back from the verdict is %d", got)
	}
}
