package dr

import "testing"

func TestWhatAFirstRoundFindsWellIsNoChange(t *testing.T) {
	s := well()
	first := Join(Inputs{Config: s.in.Config}, nil, s.now)
	e := Join(s.in, first, s.now)
	for _, c := range e.Feed {
		if c.Subject == "region" || c.Subject == "users" {
			t.Errorf("the first reading is told as a change: %s %s", c.Subject, c.Text)
		}
	}
}
