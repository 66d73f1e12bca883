package dr

import (
	"context"
	"testing"
	"testing/synctest"
	"time"
)

// follower is a watch on fakes that takes the place of the stage's, after lifeboat.yaml has named one more thing of us-west-2.
func (s *stage) follower(east, west *fakeRegion) *Watch {
	c := wellConfig()
	c.Regions.Standby.Secrets = append(c.Regions.Standby.Secrets, "one-more")
	w := newWatch(c, Options{}.withDefaults())
	w.collect(readers{regions: [2]regionReader{east, west}, edge: &fakeEdge{names: w.balancerNames}})
	w.takeOver(s.Watch)
	return w
}

// A run that restores writes down names while a region is dark. What was last seen of that region, and since when it is silent, must
// not be forgotten over it, and no cockpit may pass the new watch's estates over as old ones.
func TestAWatchThatTakesOverGoesOnFromWhatTheOtherKnew(t *testing.T) {
	onStage(t, asTheyAre, func(t *testing.T, s *stage) {
		time.Sleep(10*time.Minute + time.Second)
		synctest.Wait()
		old := s.Estate()
		w := s.follower(&fakeRegion{snap: eastSnapshot, hangs: true}, &fakeRegion{snap: westSnapshot})
		e := w.Estate()
		if e.Revision <= old.Revision || e.Complete {
			t.Errorf("revision %d after %d, complete %t", e.Revision, old.Revision, e.Complete)
		}
		if !e.Regions[0].Seen.Known() || e.Regions[0].Since != old.Regions[0].Since || e.Regions[1].Seen.Known() {
			t.Errorf("us-east-1 is %+v, us-west-2, which is named otherwise, %+v", e.Regions[0].Seen, e.Regions[1].Seen)
		}
		ctx, end := context.WithCancel(t.Context())
		w.Start(ctx)
		synctest.Wait()
		if e := w.Estate(); !e.Complete || !e.Regions[1].Seen.Known() {
			t.Errorf("it waits for a region that does not answer: complete %t, us-west-2 %+v", e.Complete, e.Regions[1].Seen)
		}
		time.Sleep(5 * time.Minute)
		synctest.Wait()
		silent := w.Estate().Regions[0]
		if db := silent.Databases[0]; silent.Seen.Why == "" || !db.Seen.Known() || db.Seen.At != old.Regions[0].Databases[0].Seen.At {
			t.Errorf("us-east-1 is %+v, its database %+v", silent.Seen, db.Seen)
		}
		end()
		w.Wait()
	})
}
