package sim

import (
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"lifeboat/aws/sim/cloud"
)

func TestTheDirectorIsSpokenToOverHTTP(t *testing.T) {
	inWorld(t, Options{}, func(t *testing.T, w *world) {
		d, err := DialThrough(w.Description().Director, w.network.DialContext)
		if err != nil {
			t.Fatal(err)
		}
		if err := d.Do(t.Context(), "darken", "us-east-1"); err != nil {
			t.Fatal(err)
		}
		if !w.inForce(t, d, "darken us-east-1") {
			t.Error("darken is not said to be in force")
		}
		dark := false
		w.Cloud().Locked(func(in *cloud.World) { dark = in.Region("us-east-1").Dark })
		if !dark {
			t.Error("the region is not dark")
		}
		if err := d.Do(t.Context(), "restore"); err != nil {
			t.Fatal(err)
		}
		if w.inForce(t, d, "darken us-east-1") {
			t.Error("darken is said to be in force after restore")
		}
	})
}

func (w *world) inForce(t *testing.T, d *DirectorClient, order string) bool {
	t.Helper()
	list, err := d.Actions(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if len(list) != len(cloud.Actions()) {
		t.Errorf("%d actions of %d are listed", len(list), len(cloud.Actions()))
	}
	found := false
	for _, a := range list {
		if a.Name == "" || a.Usage == "" || a.Description == "" {
			t.Errorf("an action says too little of itself: %+v", a)
		}
		if a.Name == "slow" && fmt.Sprint(a.Args) != "[{REGION false [us-east-1 us-west-2 all]} {DURATION false []}]" {
			t.Errorf("slow takes %v", a.Args)
		}
		for _, active := range a.Active {
			found = found || active == order
			if name, _, _ := strings.Cut(active, " "); name != a.Name {
				t.Errorf("%q is listed under %s", active, a.Name)
			}
		}
	}
	return found
}

func TestTheDirectorSaysWhatIsWrongWithAnOrder(t *testing.T) {
	inWorld(t, Options{}, func(t *testing.T, w *world) {
		d, err := DialThrough("http://"+w.Description().Director+"/", w.network.DialContext)
		if err != nil {
			t.Fatal(err)
		}
		for _, order := range [][]string{{"darkn", `no action "darkn"`}, {"darken", "REGION is missing"}, {"darken", `no region "mars"`, "mars"}} {
			if err := d.Do(t.Context(), order[0], order[2:]...); err == nil || !strings.Contains(err.Error(), order[1]) {
				t.Errorf("%v is answered with %v", order, err)
			}
		}
	})
}

func TestADirectorThatIsNotThereIsNamed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d, err := DialThrough("127.0.0.1:9", NewMemory().DialContext)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := d.Actions(t.Context()); err == nil || !strings.Contains(err.Error(), "director at 127.0.0.1:9") || !strings.Contains(err.Error(), "refused") {
			t.Errorf("answered with %v", err)
		}
	})
	if _, err := Dial("somewhere"); err == nil {
		t.Error("an address without a port is taken")
	}
}

func TestAnIdleSimulatorEndsAndOneThatIsCalledGoesOn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		memory := NewMemory()
		s, err := Start(t.Context(), Options{Network: memory, IdleExit: time.Minute})
		if err != nil {
			t.Fatal(err)
		}
		director, err := DialThrough(s.Description().Director, memory.DialContext)
		if err != nil {
			t.Fatal(err)
		}
		ended := func() bool {
			synctest.Wait()
			select {
			case <-s.Done():
				return true
			default:
				return false
			}
		}
		for range 4 {
			time.Sleep(50 * time.Second)
			if ended() {
				t.Fatal("it has ended though it was called 50 s ago")
			}
			if _, err := director.Actions(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		time.Sleep(61 * time.Second)
		if !ended() {
			t.Error("nothing has called it for 61 s, and it goes on")
		}
		if _, err := memory.DialContext(t.Context(), "tcp", s.Description().Director); err == nil {
			t.Error("its address still takes connections")
		}
	})
}

func TestQuestionsToDNSAndDatabasesCountAsCalls(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		memory := NewMemory()
		w := begin(t, Options{Network: memory, IdleExit: time.Minute}, memory)
		defer w.end(t)
		last := func() time.Time { return *w.activity.last.Load() }
		for name, call := range map[string]func(){
			"a question to DNS":   func() { w.resolve(t, 1, w.Description().Edge.Zone) },
			"a request to a page": func() { w.mustAsk(t, "GET", w.Description().Edge.Pages.URL, "", "") },
			"a database":          func() { _, _ = w.reader(t, 0).Read(t.Context()) },
		} {
			time.Sleep(30 * time.Second)
			before := last()
			call()
			if !last().After(before) {
				t.Errorf("%s does not count", name)
			}
		}
	})
}
