package dr

import (
	"encoding/json"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"
	"time"

	"lifeboat/aws"
	"lifeboat/aws/edge"
	"lifeboat/aws/fault"
)

// TestNothingIsWellThatWasNotSeenToBeWellNow breaks random parts of a well estate in random ways, many times in a row,
// and holds every estate against the first promise: what is unknown or old is never good, and no part of it makes the
// exit code say healthy unless a region is proven to serve and the other is ready.
func TestNothingIsWellThatWasNotSeenToBeWellNow(t *testing.T) {
	for seed := range uint64(300) {
		r := rand.New(rand.NewPCG(seed, 1))
		s := well()
		s.join()
		for range 6 {
			s.pass(time.Duration(1+r.IntN(40)) * time.Second)
			for range r.IntN(5) {
				breakSomething(r, s)
			}
			if r.IntN(4) == 0 {
				s.now = s.now.Add(time.Minute) // nobody reads for a while
			}
			e := s.join()
			checkSeen(t, seed, "estate", reflect.ValueOf(*e))
			checkEstate(t, seed, e)
		}
	}
}

var kinds = []fault.Kind{fault.NotFound, fault.Denied, fault.Expired, fault.NoCredentials, fault.Throttled, fault.TimedOut,
	fault.Unreachable, fault.Unavailable, fault.Refused, fault.Unreadable}

// breakSomething makes one random part fail, or never have been read.
func breakSomething(r *rand.Rand, s *scene) {
	i, kind := r.IntN(2), kinds[r.IntN(len(kinds))]
	snap := s.in.Regions[i].Snapshot
	region := snap.Region
	never := r.IntN(3) == 0
	switch r.IntN(16) {
	case 0:
		spoil(&snap.Services, kind, never, s.now)
	case 1:
		spoil(&snap.Balancers, kind, never, s.now)
	case 2:
		spoil(&snap.Databases, kind, never, s.now)
	case 3:
		spoil(&snap.Metrics, kind, never, s.now)
	case 4:
		spoil(&snap.Identity, kind, never, s.now)
	case 5:
		spoil(&snap.Images, kind, never, s.now)
	case 6:
		spoil(&snap.Backups, kind, never, s.now)
	case 7:
		spoil(&snap.Certificates, kind, never, s.now)
	case 8:
		for name, p := range snap.Targets {
			spoil(&p, kind, never, s.now)
			snap.Targets[name] = p
		}
	case 9:
		snap.API = part(aws.APIHealth{Silent: 5}, s.now)
	case 10:
		s.in.Edge.API = failed(s.in.Edge.API, kind, s.now)
	case 11:
		spoil(&s.in.Edge.Distribution, kind, never, s.now)
	case 12:
		p := s.in.Edge.Balancers[region]
		spoil(&p, kind, never, s.now)
		s.in.Edge.Balancers = with(s.in.Edge.Balancers, region, p)
	case 13:
		s.api(answered([]int{200, 404, 500, 503}[r.IntN(4)], []string{"us-east-1", "us-west-2", ""}[r.IntN(3)], s.now))
	case 14:
		for id, p := range s.in.Regions[i].SQL {
			s.in.Regions[i].SQL = with(s.in.Regions[i].SQL, id, failed(p, kind, s.now))
		}
	case 15:
		s.in.Edge.Write = failed(aws.Part[edge.Answer]{}, kind, s.now)
	}
}

func spoil[T any](p *aws.Part[T], kind fault.Kind, never bool, at time.Time) {
	if never {
		*p = aws.Part[T]{}
		return
	}
	*p = failed(*p, kind, at)
}

// checkSeen walks everything that has a level and says how far it may be trusted.
func checkSeen(t *testing.T, seed uint64, path string, v reflect.Value) {
	switch v.Kind() {
	case reflect.Slice, reflect.Array:
		for i := range v.Len() {
			checkSeen(t, seed, path, v.Index(i))
		}
	case reflect.Struct:
		level, seen := v.FieldByName("Level"), v.FieldByName("Seen")
		if level.IsValid() && seen.IsValid() && v.Type() != reflect.TypeFor[Region]() && v.Type() != reflect.TypeFor[Stage]() {
			if s := seen.Interface().(Seen); level.Interface().(Level) == Good && (s.Old || !s.Known()) {
				t.Errorf("seed %d: %s is good, and seen %+v", seed, path+" "+v.Type().Name(), s)
			}
		}
		for i := range v.NumField() {
			f := v.Type().Field(i)
			if f.IsExported() && f.Name != "Edge" && f.Name != "Raw" && f.Name != "SQL" {
				checkSeen(t, seed, path+"."+f.Name, v.Field(i))
			}
		}
	}
}

func checkEstate(t *testing.T, seed uint64, e *Estate) {
	busy, ready := false, false
	for i := range e.Regions {
		r := &e.Regions[i]
		busy = busy || r.Condition == CondServing && r.Name == e.Verdict.Serving
		ready = ready || r.Condition == CondReady
		if r.Condition == CondReady && !r.Seen.fresh() {
			t.Errorf("seed %d: %s is ready, and was not read: %+v", seed, r.Name, r.Seen)
		}
		if r.Level != Good && r.Why == "" {
			t.Errorf("seed %d: %s is %s, %s, and nothing says why", seed, r.Name, r.Condition, r.Level)
		}
		if r.Condition == CondDark && e.Regions[1-i].Condition == CondDark {
			t.Errorf("seed %d: both regions are called dark from one seat", seed)
		}
	}
	if e.Exit() == ExitHealthy && !(busy && ready && e.Risk.Known) {
		t.Errorf("seed %d: healthy, with serving %t, ready %t, risk known %t", seed, busy, ready, e.Risk.Known)
	}
	if n := len(e.Verdict.Lines); n < 1 || n > 3 {
		t.Errorf("seed %d: a verdict of %d lines", seed, n)
	}
	for _, c := range e.Checks {
		if c.Verdict == CheckPass && !c.Seen.fresh() || c.Text == "" || c.Blocking && c.Verdict == CheckPass {
			t.Errorf("seed %d: check %s has passed, blocking %t, seen %+v: %s", seed, c.ID, c.Blocking, c.Seen, c.Text)
		}
	}
	for _, l := range e.Verdict.Lines {
		if s := l.String(); strings.Contains(s, "..") || strings.Contains(s, "  ") || strings.Contains(s, ": .") || strings.Contains(s, " .") {
			t.Errorf("seed %d: words are missing in %q", seed, s)
		}
	}
	if _, err := json.Marshal(Document(e)); err != nil {
		t.Errorf("seed %d: %v", seed, err)
	}
}
