package dr

import (
	"fmt"
	"testing"
	"time"

	"lifeboat/aws"
)

func TestTheFirstRoundIsOverWhenEveryTargetGroupWasRead(t *testing.T) {
	inTurn := func(s *stage) {
		s.west.snap = func(at time.Time) *aws.Snapshot {
			snap := westSnapshot(at)
			fast, _ := s.west.rounds()
			for k := range 10 {
				group := aws.Part[aws.TargetGroup]{}
				if k < 3*fast {
					group = group.Next(aws.TargetGroup{}, nil, at)
				}
				snap.Targets[fmt.Sprint("group-", k)] = group
			}
			return snap
		}
	}
	onStage(t, inTurn, func(t *testing.T, s *stage) {
		began := time.Now()
		if _, err := s.Settled(t.Context()); err != nil {
			t.Fatal(err)
		}
		if fast, _ := s.west.rounds(); fast != 4 || time.Since(began) > 0 {
			t.Errorf("settled after %d rounds and %s; want four, at once", fast, time.Since(began))
		}
		if fast, _ := s.east.rounds(); fast != 1 {
			t.Errorf("%d rounds of the other region, want one", fast)
		}
	})
}
