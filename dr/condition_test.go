package dr

import (
	"strings"
	"testing"
	"time"

	"lifeboat/aws"
	"lifeboat/aws/edge"
	"lifeboat/aws/fault"
)

const fast = 15 * time.Second

// periods lets so many fast periods pass, joining at each.
func (s *scene) periods(n int) *Estate {
	for range n {
		s.pass(fast)
		s.join()
	}
	return s.prev
}

// mute silences single signals of us-east-1.
func (s *scene) mute(signals ...string) *scene {
	e := &s.in.Edge
	for _, g := range signals {
		switch g {
		case signalAPI:
			silentAPI(s.in.Regions[0].Snapshot, s.now)
		case signalBalancer:
			e.Balancers = with(e.Balancers, "us-east-1", failed(e.Balancers["us-east-1"], fault.Unreachable, s.now))
		case signalPublic:
			s.silencePublic()
		case signalDatabase:
			sql := s.in.Regions[0].SQL
			s.in.Regions[0].SQL = with(sql, "dev-db", failed(sql["dev-db"], fault.TimedOut, s.now))
		}
	}
	return s
}

func TestDarkTakesTwoIndependentSilentSignals(t *testing.T) {
	for name, c := range map[string]struct {
		muted []string
		want  Condition
	}{
		"all four":                                            {[]string{signalAPI, signalBalancer, signalPublic, signalDatabase}, CondDark},
		"API, balancer and public path":                       {[]string{signalAPI, signalBalancer, signalPublic}, CondDark},
		"balancer, public path and database":                  {[]string{signalBalancer, signalPublic, signalDatabase}, CondDark},
		"balancer and public path count as one":               {[]string{signalBalancer, signalPublic}, CondSick},
		"the public path alone":                               {[]string{signalPublic}, CondUnknown},
		"the balancer alone, users are answered":              {[]string{signalBalancer}, CondServing},
		"API and database, users are answered":                {[]string{signalAPI, signalDatabase}, CondServing},
		"API, database and public path, the balancer answers": {[]string{signalAPI, signalDatabase, signalPublic}, CondUnknown},
		"the AWS API alone":                                   {[]string{signalAPI}, CondServing},
	} {
		t.Run(name, func(t *testing.T) {
			s := well()
			s.join()
			s.pass(fast).mute(c.muted...).join()
			e := s.periods(4)
			if got := e.Regions[0].Condition; got != c.want {
				t.Errorf("%s (%s), want %s", got, e.Regions[0].Why, c.want)
			}
			if got := e.Regions[1].Condition; got != CondReady {
				t.Errorf("us-west-2 is %s (%s), want ready", got, e.Regions[1].Why)
			}
		})
	}
}

func TestARegionIsSilentBeforeItIsDark(t *testing.T) {
	s := well()
	s.join()
	s.pass(fast).darken(0)
	began := s.now
	for n, want := range []Condition{CondSilent, CondSilent, CondSilent, CondDark, CondDark} {
		e := s.join()
		r := e.Regions[0]
		if r.Condition != want {
			t.Errorf("after %d periods %s, want %s", n, r.Condition, want)
		}
		if !r.Since.Equal(began) {
			t.Errorf("after %d periods since %s, want %s", n, r.Since, began)
		}
		s.pass(fast)
	}
}

func TestTheVerdictOfASilentRegionSaysWhatIsAwaited(t *testing.T) {
	s := well()
	s.join()
	s.pass(fast).darken(0).join()
	assertText(t, "awaited", s.prev.Verdict.Lines[1].String(), "Not called dark yet: that takes 45 s more of silence.")
	s.periods(1)
	assertText(t, "a period later", s.prev.Verdict.Lines[1].String(), "Not called dark yet: that takes 30 s more of silence.")

	one := well().withoutProbes().withoutSQL()
	one.join()
	one.pass(fast).mute(signalAPI)
	e := one.periods(6)
	if e.Regions[0].Condition != CondSilent {
		t.Fatalf("one signal makes it %s, want silent", e.Regions[0].Condition)
	}
	assertText(t, "one signal", e.Verdict.Lines[1].String(), "Not called dark yet: that takes a second independent silent signal.")
}

func TestDarkTakesThreeReadingsHoweverShortThePeriod(t *testing.T) {
	s := well()
	c := s.in.Config
	c.Refresh.Fast, c.Refresh.Edge, c.Refresh.Database = 1e9, 1e9, 1e9
	s.join()
	s.pass(5 * time.Second).darken(0).join()
	s.now = s.now.Add(4 * time.Second) // four periods in which the next attempt waits for an answer
	if got := s.join().Regions[0].Condition; got != CondSilent {
		t.Errorf("after one reading it is %s, want silent", got)
	}
	s.pass(time.Second).join()
	if got := s.pass(5 * time.Second).join().Regions[0].Condition; got != CondDark {
		t.Errorf("after three readings it is %s, want dark", got)
	}
}

func TestOneAnswerEndsASilence(t *testing.T) {
	s := well()
	s.join()
	s.pass(fast).darken(0).join()
	s.periods(2)
	s.pass(fast)
	s.in.Edge.Balancers = with(s.in.Edge.Balancers, "us-east-1", answered(503, "us-east-1", s.now))
	if e := s.join(); e.Regions[0].Condition != CondSick {
		t.Errorf("a 503 of its balancer leaves it %s, want sick: any answer is an answer", e.Regions[0].Condition)
	}
	s.pass(fast).darken(0)
	if e := s.join(); e.Regions[0].Signals[1].Since != s.now {
		t.Errorf("the silence began %s, want anew at %s", e.Regions[0].Signals[1].Since, s.now)
	}
}

func TestWhereNothingAnswersItIsThisSeatThatIsDoubted(t *testing.T) {
	s := well()
	s.join()
	s.pass(fast).darken(0).darken(1).join()
	e := s.periods(5)
	for _, r := range e.Regions {
		if r.Condition != CondSilent {
			t.Errorf("%s is %s, want silent: nobody answers who could vouch for our own network", r.Name, r.Condition)
		}
	}
	assertText(t, "verdict", e.Verdict.Lines[0].String(), "Nothing answers since 12:00:15: is it your network?")
	if e.Exit() != ExitUnknown {
		t.Errorf("exit %d, want could not tell", e.Exit())
	}
}

func TestThrottledDeniedAndExpiredAreAnswers(t *testing.T) {
	for _, kind := range []fault.Kind{fault.Throttled, fault.Denied, fault.Expired} {
		s := well()
		s.join()
		s.pass(fast)
		silentAPI(s.east, s.now)
		s.east.Identity = failed(s.east.Identity, kind, s.now)
		s.east.API = part(aws.APIHealth{Answered: 7}, s.now)
		if e := s.join(); e.Regions[0].Signals[0].Silent {
			t.Errorf("%s counts as silence", kind)
		}
	}
}

func TestADatabaseThatIsStartingUpIsNotSilent(t *testing.T) {
	s := well()
	s.join()
	s.pass(fast).mute(signalBalancer, signalPublic)
	s.in.Regions[0].SQL = with(s.in.Regions[0].SQL, "dev-db", failed(s.in.Regions[0].SQL["dev-db"], fault.Unavailable, s.now))
	e := s.periods(5)
	if g := e.Regions[0].Signals[3]; g.Silent || !g.Asked {
		t.Errorf("a database that answers that it starts up: %+v, want asked and not silent", g)
	}
	if e.Regions[0].Condition == CondDark {
		t.Error("it is called dark, on one independent signal")
	}
}

func TestTheCDNsOwnErrorProvesNoLife(t *testing.T) {
	s := well()
	s.join()
	s.pass(fast).darken(0)
	own := part(edge.Answer{Status: 504, Via: "Error from cloudfront", Server: "CloudFront"}, s.now)
	s.api(own)
	s.in.Edge.Write = own
	s.join()
	if e := s.periods(4); e.Regions[0].Condition != CondDark {
		t.Errorf("with CloudFront's own 504 it is %s (%s), want dark", e.Regions[0].Condition, e.Regions[0].Why)
	}
	balancers := part(edge.Answer{Status: 503, Via: "Error from cloudfront", Server: "awselb/2.0"}, s.now)
	s.api(balancers)
	if e := s.join(); e.Regions[0].Condition != CondSick {
		t.Errorf("with its balancer's 503 it is %s, want sick", e.Regions[0].Condition)
	}
}

func TestASignalThatNobodyAskedLatelyCountsForNothing(t *testing.T) {
	s := well()
	s.join()
	s.pass(fast).darken(0).join()
	s.now = s.now.Add(5 * fast) // every reader hangs
	e := s.join()
	for _, g := range e.Regions[0].Signals {
		if g.Asked {
			t.Errorf("%s still counts, after five periods without an attempt: %s", g.Name, g.Text)
		}
	}
	if e.Regions[0].Condition == CondDark {
		t.Error("it is called dark, and nobody looked")
	}
}

func TestARegionThatServesSaysWhatIsWrongInIt(t *testing.T) {
	s := well()
	s.join()
	s.pass(fast).mute(signalAPI).join()
	e := s.periods(3)
	r := e.Regions[0]
	if r.Condition != CondServing || r.Level != Warn || !strings.Contains(r.Why, "AWS API does not answer since 12:00:15") {
		t.Errorf("%s, %s: %s; want serving, warn, and since when its API is silent", r.Condition, r.Level, r.Why)
	}
	if e.Exit() != ExitDegraded {
		t.Errorf("exit %d, want degraded", e.Exit())
	}
}

func TestARegionThatServesIsNotWellWhileItsServicesAreUnknown(t *testing.T) {
	s := well()
	s.east.Services = failed(s.east.Services, fault.Denied, noon)
	e := s.join()
	if r := e.Regions[0]; r.Condition != CondServing || r.Level != Unknown || r.Why != "what runs in us-east-1 is not known any more: ask: denied" {
		t.Errorf("%s, %s: %s", r.Condition, r.Level, r.Why)
	}
	if e.Exit() != ExitUnknown {
		t.Errorf("exit %d, want could not tell", e.Exit())
	}
}

// Where there is no database, that none answers says nothing of its region; where nobody could see whether there is one, it does.
func TestADatabaseThatIsNotThereIsNoSilentSignal(t *testing.T) {
	none := part([]aws.Database{}, noon)
	for name, c := range map[string]struct {
		read   aws.Part[[]aws.Database]
		silent bool
		says   string
	}{
		"not there":                       {none, false, "dr-db is not there"},
		"not there when last seen":        {failed(none, fault.TimedOut, noon.Add(time.Minute)), false, "dr-db is not there"},
		"not asked for yet":               {aws.Part[[]aws.Database]{}, false, "not read yet"},
		"asked for, and no answer so far": {failed(aws.Part[[]aws.Database]{}, fault.TimedOut, noon), true, "timed out"},
	} {
		t.Run(name, func(t *testing.T) {
			s := well()
			s.west.Databases = c.read
			sql := s.in.Regions[1].SQL
			s.in.Regions[1].SQL = with(sql, "dr-db", failed(sql["dr-db"], fault.TimedOut, s.now))
			for _, g := range s.join().Regions[1].Signals {
				if g.Name == signalDatabase && (g.Silent != c.silent || g.Asked != c.silent || !strings.Contains(g.Text, c.says)) {
					t.Errorf("silent %t, asked %t: %s", g.Silent, g.Asked, g.Text)
				}
			}
		})
	}
}

func TestABalancerThatRestsMayAnswer503AndNothingWorse(t *testing.T) {
	for name, c := range map[string]struct {
		status  int
		targets Level
		want    Level
	}{
		"no target, none expected":  {503, Idle, Idle},
		"no target where users are": {503, Bad, Bad},
		"another error":             {502, Idle, Bad},
		"an answer":                 {200, Idle, Good},
	} {
		if got := (ProbeResult{Status: c.status, Level: statusLevel(c.status)}).of(Balancer{Level: c.targets}); got.Level != c.want {
			t.Errorf("%s: %v, want %v", name, got.Level, c.want)
		}
	}
}
