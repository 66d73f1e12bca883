package aws_test

import (
	"testing"
	"time"

	"lifeboat/aws"
	"lifeboat/aws/fault"
	"lifeboat/aws/sim/cloud"
)

func TestUnwellGroupsAreReadAtOnceAndTheOthersInTurn(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		p := open(t, 70) // 63 target groups
		r := reader(t, p.spec(east))
		f := r.Fast(t.Context(), aws.Fast{})
		time.Sleep(15 * time.Second)
		f = r.Fast(t.Context(), f)
		if len(f.Targets) != 63 {
			t.Fatalf("%d groups", len(f.Targets))
		}
		for name, g := range f.Targets {
			if !g.Fresh() {
				t.Errorf("%s is not known after two refreshes", name)
			}
		}
		sick := "davidshaevel-dev-worker-020"
		p.Locked(func(w *cloud.World) {
			for _, g := range w.Region(east).TargetGroups {
				if g.Name == sick {
					g.Targets[0].State, g.Targets[0].Reason = "unhealthy", "Target.Timeout"
				}
			}
		})
		noticed := 0
		for n := range 12 {
			time.Sleep(15 * time.Second)
			f = r.Fast(t.Context(), f)
			now := time.Now()
			if healthy, all := f.Targets[sick].Value.Healthy(); healthy < all {
				noticed++
				if age := f.Targets[sick].Age(now); age > time.Second {
					t.Errorf("refresh %d: the unwell group is %s old", n, age)
				}
			}
			for name, g := range f.Targets {
				if age := g.Age(now); age > 30*time.Second {
					t.Errorf("refresh %d: %s is %s old", n, name, age)
				}
			}
		}
		if noticed < 11 {
			t.Errorf("the unwell group was seen in %d refreshes of 12", noticed)
		}
	})
}

func TestAGroupThatHasJustChangedIsReadAgainAtOnce(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		p := open(t, 70)
		r := reader(t, p.spec(east))
		f := r.Fast(t.Context(), aws.Fast{})
		var last string // in turn it would not come twice running
		p.Locked(func(w *cloud.World) {
			groups := w.Region(east).TargetGroups
			last = groups[len(groups)-1].Name
		})
		for !f.Targets[last].Known() {
			time.Sleep(15 * time.Second)
			f = r.Fast(t.Context(), f)
		}
		p.Locked(func(w *cloud.World) {
			groups := w.Region(east).TargetGroups
			groups[len(groups)-1].Targets[0].IP = "10.9.9.9"
		})
		for f.Targets[last].Value.Targets[0].ID != "10.9.9.9" {
			time.Sleep(15 * time.Second)
			f = r.Fast(t.Context(), f)
		}
		seen := f.Targets[last].Seen
		time.Sleep(15 * time.Second)
		f = r.Fast(t.Context(), f)
		if !f.Targets[last].Seen.After(seen) {
			t.Error("the changed group was not read in the next refresh")
		}
	})
}

func TestASickHalfDoesNotHideWhatBecomesOfTheOther(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		p := open(t, 70)
		p.Locked(func(w *cloud.World) {
			for _, g := range w.Region(east).TargetGroups[3:53] {
				g.Targets[0].State = "unhealthy"
			}
		})
		r := reader(t, p.spec(east))
		f := r.Fast(t.Context(), aws.Fast{})
		for range 8 {
			time.Sleep(15 * time.Second)
			f = r.Fast(t.Context(), f)
		}
		for name, g := range f.Targets {
			if age := g.Age(time.Now()); age > 45*time.Second {
				t.Errorf("%s is %s old", name, age)
			}
		}
	})
}

func TestATargetGroupThatWasMadeAnewIsFoundAgain(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		p := open(t, 4)
		r := reader(t, p.spec(east))
		f := r.Fast(t.Context(), aws.Fast{})
		p.Locked(func(w *cloud.World) { w.Region(east).TargetGroups[1].ARN += "f" })
		f = r.Fast(t.Context(), f)
		wantKind(t, "the group made anew", f.Targets[backend].Err, fault.NotFound)
		f = r.Fast(t.Context(), f)
		wantNoErrors(t, errorsOf(f))
		if len(f.Targets) != 3 {
			t.Errorf("there are %d groups", len(f.Targets))
		}
	})
}

func TestAGroupThatIsNamedAndNotThereIsNotFound(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		p := open(t, 4)
		s := p.spec(east)
		s.TargetGroups = []string{backend, "gone"}
		r := reader(t, s)
		f := r.Fast(t.Context(), aws.Fast{})
		wantKind(t, "gone", f.Targets["gone"].Err, fault.NotFound)
		if len(f.Targets) != 2 || !f.Targets[backend].Fresh() {
			t.Errorf("the groups are %+v", f.Targets)
		}
		r = reader(t, s)
		p.meddle("elasticloadbalancing:DescribeTargetGroups", hang)
		f = r.Fast(t.Context(), aws.Fast{})
		wantKind(t, "gone, where nobody could look", f.Targets["gone"].Err, fault.TimedOut)
	})
}
