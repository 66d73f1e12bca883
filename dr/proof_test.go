package dr

import (
	"strings"
	"testing"
	"time"

	"lifeboat/aws"
	"lifeboat/aws/edge"
	"lifeboat/aws/fault"
	"lifeboat/dr/config"
)

// api makes every public API answer the same.
func (s *scene) api(p aws.Part[edge.Answer]) {
	s.in.Edge.API = p
	resolvers := append([]edge.Resolution{}, s.in.Edge.Resolvers...)
	for i := range resolvers {
		resolvers[i].API = p
	}
	s.in.Edge.Resolvers = resolvers
}

func TestWhoServesIsOnlyWhatTheAnswersProve(t *testing.T) {
	for name, c := range map[string]struct {
		change  func(*scene)
		serving string
		why     string
	}{
		"a success on a single origin that names its region": {func(*scene) {}, "us-east-1", ""},
		"the standby answers on the single origin":           {func(s *scene) { s.api(answered(200, "us-west-2", noon)) }, "us-west-2", ""},
		"the distribution was never read": {func(s *scene) { s.in.Edge.Distribution = aws.Part[edge.Distribution]{} },
			"", "CloudFront's behaviours were not read"},
		"the distribution may not be read": {func(s *scene) {
			s.in.Edge.Distribution = failed(aws.Part[edge.Distribution]{}, fault.Denied, noon)
			s.in.Config.Edge.Write = config.Probe{}
		}, "", "CloudFront's behaviours were not read (ask: denied)"},
		"the distribution may not be read, and writes are answered": {func(s *scene) {
			s.in.Edge.Distribution = failed(aws.Part[edge.Distribution]{}, fault.Denied, noon)
		}, "us-east-1", ""},
		"the distribution may not be read, and writes are answered by the other": {func(s *scene) {
			s.in.Edge.Distribution = failed(aws.Part[edge.Distribution]{}, fault.Denied, noon)
			s.in.Edge.Write = answered(201, "us-west-2", noon)
		}, "", "CloudFront's behaviours were not read (ask: denied)"},
		"the distribution may not be read, and writes fail": {func(s *scene) {
			s.in.Edge.Distribution = failed(aws.Part[edge.Distribution]{}, fault.Denied, noon)
			s.in.Edge.Write = answered(503, "us-east-1", noon)
		}, "", "CloudFront's behaviours were not read (ask: denied)"},
		"the distribution was read, and its control plane is down now": {func(s *scene) {
			s.in.Edge.Distribution = failed(s.in.Edge.Distribution, fault.TimedOut, noon)
		}, "us-east-1", ""},
		"the API passes an origin group": {func(s *scene) {
			d := wellDistribution()
			d.Behaviors = d.Behaviors[1:]
			s.in.Edge.Distribution = part(d, noon)
		}, "", "/api/health passes an origin group, so either region may answer it"},
		"a page answered by the other region through the group": {func(s *scene) {
			s.api(failed(aws.Part[edge.Answer]{}, fault.TimedOut, noon))
			s.in.Edge.Pages = answered(200, "us-west-2", noon)
		}, "", "The public API does not answer: timed out. us-east-1's balancer answers 200."},
		"the answer is out of the CDN's memory": {func(s *scene) {
			a := answered(200, "us-east-1", noon)
			a.Value.Via = "Hit from cloudfront"
			s.api(a)
		}, "", "the answer is the CDN's memory of an earlier one"},
		"a 404 proves no serving":     {func(s *scene) { s.api(answered(404, "us-east-1", noon)) }, "", "the public API answers 404"},
		"an answer that names nobody": {func(s *scene) { s.api(answered(200, "", noon)) }, "", "the public API's answer names no region"},
		"a stranger's name": {func(s *scene) {
			a := answered(200, "", noon)
			a.Value.Environment = "staging"
			s.api(a)
		}, "", "the public API says it is staging, which is no region of lifeboat.yaml"},
		"an old answer": {func(s *scene) {
			s.api(answered(200, "us-east-1", noon.Add(-time.Minute)))
		}, "", "the public API's answer is old: read 60 s ago, and nothing newer came"},
		"no API probe":  {func(s *scene) { s.withoutProbes() }, "", "no public API probe is configured"},
		"not asked yet": {func(s *scene) { s.api(aws.Part[edge.Answer]{}) }, "", "the public API was not asked yet"},
		"no CDN, straight to a balancer": {func(s *scene) {
			s.in.Config.Edge.Distribution = ""
			a := answered(200, "us-east-1", noon)
			a.Value.Via = ""
			s.api(a)
		}, "us-east-1", ""},
		"a CDN that lifeboat.yaml does not name": {func(s *scene) { s.in.Config.Edge.Distribution = "" },
			"", "the answer came through a CDN that lifeboat.yaml does not name"},
		"a name that goes past the CDN": {func(s *scene) {
			s.in.Config.Edge.API.URL = "https://api.other.com/health"
			d := wellDistribution()
			d.Behaviors = d.Behaviors[1:]
			s.in.Edge.Distribution = part(d, noon)
		}, "us-east-1", ""},
		"half of the answers each": {func(s *scene) {
			s.in.Edge.Resolvers[0].API, s.in.Edge.Resolvers[1].API = answered(200, "us-west-2", noon), answered(200, "us-west-2", noon)
		}, "", "the public API answers differ: 2 from us-east-1 and 2 from us-west-2"},
		"most of the answers":     {func(s *scene) { s.in.Edge.Resolvers[0].API = answered(200, "us-west-2", noon) }, "us-east-1", ""},
		"one lost answer of four": {func(s *scene) { s.in.Edge.API = failed(s.in.Edge.API, fault.TimedOut, noon) }, "us-east-1", ""},
	} {
		t.Run(name, func(t *testing.T) {
			s := well()
			c.change(s)
			e := s.join()
			assertText(t, "serving", e.Verdict.Serving, c.serving)
			if c.why != "" {
				if !strings.HasSuffix(c.why, ".") {
					c.why = "Who serves is not proven: " + c.why + "."
				}
				assertText(t, "verdict", e.Verdict.Lines[0].String(), c.why)
				assertText(t, "condition", string(e.Regions[0].Condition+e.Regions[1].Condition), string(CondUnknown+CondReady))
			}
		})
	}
}

func TestResolversThatDifferAreSaid(t *testing.T) {
	s := well()
	s.in.Edge.Resolvers[2].API = answered(200, "us-west-2", noon)
	e := s.join()
	assertText(t, "warning", e.Verdict.Lines[1].String(), "The public API answers differ: 3 from us-east-1 and 1 from us-west-2.")
	if e.Path.Resolvers != 2 || e.Path.Asked != 3 || e.Verdict.Level != Warn {
		t.Errorf("%d of %d resolvers, %s; want 2 of 3, warn", e.Path.Resolvers, e.Path.Asked, e.Verdict.Level)
	}
}

func TestWritesAreClaimedOnlyWhereTheyWereProbed(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*scene)
		line   string
		level  Level
	}{
		"probed":     {func(*scene) {}, "us-east-1 serves. us-west-2 can take over now.", Good},
		"not probed": {func(s *scene) { s.in.Config.Edge.Write = config.Probe{} }, "us-east-1's API answers; writes are not probed. us-west-2 can take over now.", Good},
		"an answer that names nobody": {func(s *scene) { s.in.Edge.Write = answered(201, "", noon) },
			"us-east-1's API answers; who takes writes is not proven.", Unknown},
		"refused": {func(s *scene) { s.in.Edge.Write = answered(503, "us-east-1", noon) },
			"us-east-1 answers, but is sick: its API answers, and writes fail: 503.", Bad},
	} {
		t.Run(name, func(t *testing.T) {
			s := well()
			c.change(s)
			e := s.join()
			assertText(t, "first line", e.Verdict.Lines[0].String(), c.line)
			if e.Verdict.Level != c.level {
				t.Errorf("level %s, want %s", e.Verdict.Level, c.level)
			}
		})
	}
}

func TestWritesElsewhereThanTheAPIAreBad(t *testing.T) {
	s := well()
	s.in.Edge.Write = answered(201, "us-west-2", noon)
	e := s.join()
	assertText(t, "warning", e.Verdict.Lines[1].String(), "Writes are answered by us-west-2, the API by us-east-1.")
	if e.Verdict.Level != Bad {
		t.Errorf("level %s, want bad", e.Verdict.Level)
	}
}
