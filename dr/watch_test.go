package dr

import (
	"context"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"lifeboat/aws"
	"lifeboat/aws/edge"
	"lifeboat/aws/fault"
	"lifeboat/dr/config"
	"lifeboat/dr/pg"
)

// fakeRegion answers at once with what a well region holds, or hangs until its context ends.
type fakeRegion struct {
	snap  func(time.Time) *aws.Snapshot
	took  time.Duration // how long a fast round takes
	hangs bool

	mu         sync.Mutex
	fast, slow int
	at         []time.Time // when fast rounds began
	overlap    bool
	inside     int
}

func (f *fakeRegion) Fast(ctx context.Context, prev aws.Fast) aws.Fast {
	f.mu.Lock()
	f.fast++
	f.at = append(f.at, time.Now())
	f.inside++
	f.overlap = f.overlap || f.inside > 1
	f.mu.Unlock()
	defer func() { f.mu.Lock(); f.inside--; f.mu.Unlock() }()
	if f.hangs {
		<-ctx.Done()
		s := aws.Snapshot{Fast: prev}
		silentAPI(&s, time.Now())
		return s.Fast
	}
	time.Sleep(f.took)
	return f.snap(time.Now()).Fast
}

func (f *fakeRegion) Slow(ctx context.Context, prev aws.Slow) aws.Slow {
	f.mu.Lock()
	f.slow++
	f.mu.Unlock()
	if f.hangs {
		<-ctx.Done()
		return prev
	}
	return f.snap(time.Now()).Slow
}

// overlapped says whether two rounds were ever under way at once.
func (f *fakeRegion) overlapped() bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.overlap
}

func (f *fakeRegion) rounds() (fast, slow int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.fast, f.slow
}

type fakeEdge struct {
	mu       sync.Mutex
	controls int
	names    func() map[string][]string
	told     []map[string][]string
}

func (f *fakeEdge) Probes(_ context.Context, _ edge.Probes) edge.Probes {
	return wellEdge(time.Now()).Probes
}

func (f *fakeEdge) Control(_ context.Context, _ edge.Control) edge.Control {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.controls++
	f.told = append(f.told, f.names())
	return wellEdge(time.Now()).Control
}

type fakeSQL struct {
	read   func(time.Time) (pg.Reading, error)
	closed chan struct{}
}

func (f *fakeSQL) Read(context.Context) (pg.Reading, error) { return f.read(time.Now()) }
func (f *fakeSQL) Close()                                   { close(f.closed) }

// stage is a Watch on fakes.
type stage struct {
	*Watch
	east, west *fakeRegion
	edge       *fakeEdge
	primary    *fakeSQL
	end        context.CancelFunc
}

// onStage runs a Watch inside a bubble of fake time; set changes the fakes before it starts. It checks that everything
// ends with the context.
func onStage(t *testing.T, set func(s *stage), run func(t *testing.T, s *stage)) {
	synctest.Test(t, func(t *testing.T) {
		s := &stage{east: &fakeRegion{snap: eastSnapshot}, west: &fakeRegion{snap: westSnapshot}, edge: &fakeEdge{}}
		s.primary = &fakeSQL{closed: make(chan struct{}), read: func(at time.Time) (pg.Reading, error) { return primaryReading(at), nil }}
		standby := &fakeSQL{closed: make(chan struct{}), read: func(at time.Time) (pg.Reading, error) { return standbyReading(at), nil }}
		set(s)
		s.Watch = newWatch(wellConfig(), Options{}.withDefaults())
		s.edge.names = s.balancerNames
		s.collect(readers{
			regions: [2]regionReader{s.east, s.west}, edge: s.edge,
			databases: [2]map[string]sqlReader{{"dev-db": s.primary}, {"dr-db": standby}},
		})
		ctx, cancel := context.WithCancel(t.Context())
		s.end = cancel
		s.Start(ctx)
		run(t, s)
		cancel()
		s.Wait()
		for _, db := range []*fakeSQL{s.primary, standby} {
			<-db.closed
		}
	})
}

func asTheyAre(*stage) {}

func TestTheFirstEstateIsThereAtOnceAndKnowsNothing(t *testing.T) {
	w := newWatch(wellConfig(), Options{}.withDefaults())
	e := w.Estate()
	if e == nil || e.Complete || e.Verdict.Level != Unknown || e.Exit() != ExitUnknown {
		t.Errorf("%+v", e)
	}
}

func TestFirstRoundsStartAtOnceAndSettle(t *testing.T) {
	onStage(t, asTheyAre, func(t *testing.T, s *stage) {
		began := time.Now()
		e, err := s.Settled(t.Context())
		if err != nil || !e.Complete || time.Since(began) > 0 {
			t.Fatalf("after %s: complete %t, %v", time.Since(began), e.Complete, err)
		}
		if e.Exit() != ExitHealthy {
			t.Errorf("exit %d: %v", e.Exit(), e.Verdict.Lines)
		}
	})
}

func TestARegionThatNeverAnswersDoesNotDelayTheOther(t *testing.T) {
	onStage(t, func(s *stage) { s.east.hangs = true }, func(t *testing.T, s *stage) {
		synctest.Wait()
		e := s.Estate()
		if e.Regions[1].Services[0].Level != Good || e.Regions[1].Why != "still reading" {
			t.Fatalf("us-west-2 after the first moment: %s (%s)", e.Regions[1].Condition, e.Regions[1].Why)
		}
		time.Sleep(10*fast + time.Second)
		synctest.Wait()
		e = s.Estate()
		if age := e.At.Sub(e.Regions[1].Seen.At); age > fast {
			t.Errorf("us-west-2 was read %s ago: the other region holds it up", age)
		}
		if fast, _ := s.west.rounds(); fast != 11 {
			t.Errorf("%d fast rounds of us-west-2 in ten periods, want 11", fast)
		}
		if e.Regions[0].Seen.Known() || e.Regions[0].Services[0].Level != Unknown {
			t.Errorf("us-east-1 is shown as %+v, and never answered", e.Regions[0].Seen)
		}
	})
}

func TestEachReaderKeepsItsOwnClock(t *testing.T) {
	onStage(t, asTheyAre, func(t *testing.T, s *stage) {
		began := time.Now()
		time.Sleep(10*time.Minute + time.Second)
		fast, slow := s.west.rounds()
		if fast != 41 || slow != 3 {
			t.Errorf("%d fast and %d slow rounds in ten minutes, want 41 and 3", fast, slow)
		}
		synctest.Wait()
		s.west.mu.Lock()
		defer s.west.mu.Unlock()
		for n, at := range s.west.at {
			if want := began.Add(time.Duration(n) * 15 * time.Second); !at.Equal(want) {
				t.Fatalf("round %d began at %s, want %s", n, at.Sub(began), want.Sub(began))
			}
		}
	})
}

func TestARoundThatTakesLongerThanItsPeriodNeverOverlapsItself(t *testing.T) {
	onStage(t, func(s *stage) { s.west.took = 40 * time.Second }, func(t *testing.T, s *stage) {
		time.Sleep(10 * time.Minute)
		synctest.Wait()
		if fast, _ := s.west.rounds(); s.west.overlapped() || fast > 16 {
			t.Errorf("overlap %t, %d rounds of 40 s in ten minutes", s.west.overlapped(), fast)
		}
	})
}

func TestRefreshReadsEverythingNow(t *testing.T) {
	onStage(t, asTheyAre, func(t *testing.T, s *stage) {
		time.Sleep(time.Second)
		fast, slow := s.west.rounds()
		s.Refresh()
		synctest.Wait()
		if f, sl := s.west.rounds(); f != fast+1 || sl != slow+1 {
			t.Errorf("%d fast and %d slow rounds more, want one of each", f-fast, sl-slow)
		}
	})
}

func TestARefreshDuringAHangDoesNotPileUp(t *testing.T) {
	onStage(t, func(s *stage) { s.east.hangs = true }, func(t *testing.T, s *stage) {
		for range 50 {
			time.Sleep(100 * time.Millisecond)
			s.Refresh()
		}
		if fast, slow := s.east.rounds(); fast != 1 || slow != 1 || s.east.overlapped() {
			t.Errorf("%d fast and %d slow rounds, overlap %t; want the one of each that hangs", fast, slow, s.east.overlapped())
		}
		time.Sleep(2 * time.Minute) // the round that hung is broken off by its guard
		synctest.Wait()
		if fast, _ := s.east.rounds(); fast > 3 {
			t.Errorf("%d rounds after fifty refreshes, want the waiting one and the clock's", fast)
		}
	})
}

func TestAReaderThatForgetsItselfIsBrokenOffAndCountsAsSilent(t *testing.T) {
	onStage(t, func(s *stage) { s.east.hangs = true }, func(t *testing.T, s *stage) {
		time.Sleep(105 * time.Second)
		synctest.Wait()
		if g := s.Estate().Regions[0].Signals[0]; !g.Silent {
			t.Errorf("its API when the round's guard has struck: %+v, want silent", g)
		}
	})
}

func TestAnEstateIsPublishedAtLeastOnceAPeriod(t *testing.T) {
	onStage(t, func(s *stage) { s.east.hangs, s.west.hangs = true, true }, func(t *testing.T, s *stage) {
		news, stop := s.Subscribe()
		defer stop()
		synctest.Wait()
		for range 5 {
			at := time.Now()
			for e := range news {
				if e.At.After(at) {
					break
				}
			}
			if waited := time.Since(at); waited > fast {
				t.Errorf("nothing for %s", waited)
			}
		}
	})
}

func TestASlowSubscriberDelaysNobodyAndGetsTheNewest(t *testing.T) {
	onStage(t, asTheyAre, func(t *testing.T, s *stage) {
		lazy, stop := s.Subscribe()
		time.Sleep(10 * time.Minute)
		synctest.Wait()
		newest := s.Estate()
		if got := <-lazy; got != newest {
			t.Errorf("revision %d, want the newest, %d", got.Revision, newest.Revision)
		}
		stop()
		stop()
		if _, open := <-lazy; open {
			t.Error("the channel is open after its end")
		}
	})
}

func TestGoroutinesEnd(t *testing.T) {
	// onStage ends in synctest's own check: a bubble whose goroutines do not end fails.
	onStage(t, func(s *stage) { s.east.hangs = true }, func(t *testing.T, s *stage) {
		news, _ := s.Subscribe()
		time.Sleep(time.Minute)
		s.end()
		s.Wait()
		for range news {
		}
		if late, _ := s.Subscribe(); late != nil {
			if _, open := <-late; open {
				t.Error("a subscription after the end is open")
			}
		}
	})
}

func TestSettledEndsWithItsContext(t *testing.T) {
	onStage(t, func(s *stage) { s.east.hangs = true }, func(t *testing.T, s *stage) {
		ctx, cancel := context.WithTimeout(t.Context(), 3*time.Second)
		defer cancel()
		e, err := s.Settled(ctx)
		if err == nil || e == nil || e.Complete || e.Regions[1].Services[0].Level != Good {
			t.Errorf("%v, complete %t; want what is known by then, and why it is not all", err, e.Complete)
		}
	})
}

func TestTheEdgeIsReadAgainWhenTheBalancersNamesAreKnown(t *testing.T) {
	onStage(t, func(s *stage) { s.east.took, s.west.took = time.Second, 2*time.Second }, func(t *testing.T, s *stage) {
		time.Sleep(time.Minute)
		synctest.Wait()
		s.edge.mu.Lock()
		defer s.edge.mu.Unlock()
		last := s.edge.told[len(s.edge.told)-1]
		if s.edge.controls != 3 || !slices.Equal(last["us-east-1"], []string{"dev-alb.elb"}) || !slices.Equal(last["us-west-2"], []string{"dr-alb.elb"}) {
			t.Errorf("read %d times, last with %v; want at once, and after each region's names", s.edge.controls, last)
		}
	})
}

func TestARegistryIsReadAgainAfterADeploymentThatItDoesNotHold(t *testing.T) {
	var deployed atomic.Pointer[time.Time]
	onStage(t, func(s *stage) {
		s.east.snap = func(at time.Time) *aws.Snapshot {
			snap := eastSnapshot(at)
			if when := deployed.Load(); when != nil {
				snap.Services.Value[1] = service("dev", "backend", 2, "ffffffff", at)
				snap.Services.Value[1].DeployedAt = *when
			}
			return snap
		}
	}, func(t *testing.T, s *stage) {
		time.Sleep(20 * time.Second)
		now := time.Now()
		deployed.Store(&now)
		time.Sleep(time.Minute)
		synctest.Wait()
		if _, slow := s.west.rounds(); slow != 2 {
			t.Errorf("%d slow rounds of us-west-2, want the first and one for the deployment", slow)
		}
		if v := s.Estate().Regions[1].Services[1].Image; v.Parity != ParityMissing {
			t.Errorf("%q (%s), want missing: the registry was read after the deployment", v.Parity, v.Why)
		}
	})
}

func TestASQLReadingThatFailsKeepsTheLastOneBesideItsError(t *testing.T) {
	var fails atomic.Bool
	onStage(t, func(s *stage) {
		s.primary.read = func(at time.Time) (pg.Reading, error) {
			if fails.Load() {
				return pg.Reading{}, fault.New(fault.TimedOut, "connect", "dev-db", nil)
			}
			return primaryReading(at), nil
		}
	}, func(t *testing.T, s *stage) {
		time.Sleep(time.Second)
		fails.Store(true)
		time.Sleep(fast)
		synctest.Wait()
		p := s.Estate().Regions[0].SQL["dev-db"]
		if p.Err == nil || p.Value.Version != "15.12" || !p.Tried.After(p.Seen) {
			t.Errorf("%+v", p)
		}
	})
}

func TestOpenTouchesNoNetworkAndRefusesWhatNoReaderCanBeMadeOf(t *testing.T) {
	c := wellConfig()
	if _, err := Open(c, Options{}); err != nil {
		t.Fatal(err)
	}
	c.Edge.API = config.Probe{URL: "no url at all\x00"}
	if _, err := Open(c, Options{}); err == nil {
		t.Error("an impossible probe was taken")
	}
}
