package pg_test

import (
	"testing"

	"lifeboat/dr/pg"
)

func TestAPositionIsReadAndWrittenAsPostgreSQLDoes(t *testing.T) {
	for _, c := range []struct {
		text string
		want pg.LSN
	}{
		{"0/0", 0},
		{"16/B374D848", 0x16B374D848},
		{"0/3000060", 0x3000060},
		{"FFFFFFFF/FFFFFFFF", 0xFFFFFFFFFFFFFFFF},
	} {
		got, err := pg.ParseLSN(c.text)
		if err != nil || got != c.want || got.String() != c.text {
			t.Errorf("%s was read as %d (%v), written as %s", c.text, got, err, got)
		}
	}
}

func TestWhatIsNoPositionIsRefused(t *testing.T) {
	for _, text := range []string{"", "/", "16", "16/", "/B374D848", "1/2/3", "-1/0", "100000000/0", "0/100000000", "x/y", " 1/2"} {
		if got, err := pg.ParseLSN(text); err == nil {
			t.Errorf("%q was read as %s", text, got)
		}
	}
}

func TestTheDistanceOfTwoPositionsHasASign(t *testing.T) {
	low, high := pg.LSN(0xFFFFFFFF), pg.LSN(0x100000010)
	if got := high.Sub(low); got != 17 {
		t.Errorf("from low to high: %d, want 17", got)
	}
	if got := low.Sub(high); got != -17 {
		t.Errorf("from high to low: %d, want -17", got)
	}
}
