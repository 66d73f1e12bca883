package dr

import (
	"strings"
	"testing"
	"time"

	"lifeboat/aws"
	"lifeboat/aws/edge"
	"lifeboat/aws/fault"
)

// finding is the first of an id in a region.
func finding(r Region, id string) Finding {
	for _, f := range r.Findings {
		if f.ID == id {
			return f
		}
	}
	return Finding{}
}

func TestCertificatesSayTheirDays(t *testing.T) {
	day := 24 * time.Hour
	for name, c := range map[string]struct {
		certificate aws.Certificate
		level       Level
		text        string
	}{
		"long":    {aws.Certificate{Status: "ISSUED", NotAfter: noon.Add(171 * day)}, Good, "171 d left"},
		"near":    {aws.Certificate{Status: "ISSUED", NotAfter: noon.Add(20 * day)}, Warn, "20 d left"},
		"close":   {aws.Certificate{Status: "ISSUED", NotAfter: noon.Add(5 * day)}, Bad, "5 d left"},
		"over":    {aws.Certificate{Status: "ISSUED", NotAfter: noon.Add(-5 * day)}, Bad, "has expired 5 d ago"},
		"pending": {aws.Certificate{Status: "PENDING_VALIDATION"}, Bad, "is pending_validation"},
	} {
		s := well()
		c.certificate.Domain = "example.com"
		s.west.Certificates = part([]aws.Certificate{c.certificate}, noon)
		if f := finding(s.join().Regions[1], "certificate"); f.Level != c.level || !strings.Contains(f.Text, c.text) {
			t.Errorf("%s: %s, %q; want %s, %q", name, f.Level, f.Text, c.level, c.text)
		}
	}
	s := well()
	s.west.Certificates = failed(aws.Part[[]aws.Certificate]{}, fault.Denied, noon)
	if f := finding(s.join().Regions[1], "certificate"); f.Level != Unknown || f.Text != "certificates were not read: ask: denied" {
		t.Errorf("denied: %s, %q", f.Level, f.Text)
	}
}

func TestASecretMustBeInTheOtherRegion(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*scene)
		level  Level
		text   string
	}{
		"in sync": {func(*scene) {}, Good, "secret db is in us-west-2: InSync"},
		"failed": {func(s *scene) {
			s.east.Secrets.Value[0].Replicas[0] = aws.SecretReplica{Region: "us-west-2", Status: "Failed", Message: "a secret of this name is there"}
		}, Warn, "secret db is in us-west-2: Failed"},
		"not there": {func(s *scene) {
			s.east.Secrets, s.west.Secrets = part([]aws.Secret{{Name: "db"}}, noon), part([]aws.Secret{}, noon)
		}, Warn, "secret db is not in us-west-2"},
		"one of its own": {func(s *scene) {
			s.east.Secrets, s.west.Secrets = part([]aws.Secret{{Name: "db"}}, noon), part([]aws.Secret{{Name: "db"}}, noon)
		}, Unknown, ""},
		"the other region could not be asked": {func(s *scene) {
			s.east.Secrets, s.west.Secrets = part([]aws.Secret{{Name: "db"}}, noon), failed(aws.Part[[]aws.Secret]{}, fault.Denied, noon)
		}, Unknown, ""},
	} {
		s := well()
		c.change(s)
		if f := finding(s.join().Regions[0], "secret"); f.Level != c.level || f.Text != c.text {
			t.Errorf("%s: %s, %q; want %s, %q", name, f.Level, f.Text, c.level, c.text)
		}
	}
}

func TestAQuotaThatFullSizeCannotFitIsBad(t *testing.T) {
	for vcpu, want := range map[float64]Level{6: Idle, 1.25: Idle, 1: Bad} {
		s := well()
		s.west.Quotas = part([]aws.Quota{{Code: fargateVCPU, Value: vcpu}}, noon)
		if f := finding(s.join().Regions[1], "quota"); f.Level != want {
			t.Errorf("%g vCPU for 5 tasks: %s (%s), want %s", vcpu, f.Level, f.Text, want)
		}
	}
}

func TestATaskThatNeedsTheOtherRegionsRegistryIsFound(t *testing.T) {
	s := well()
	if f := finding(s.join().Regions[1], "registry"); f.Text != "" {
		t.Fatalf("found where there is none: %q", f.Text)
	}
	s.services(1, func(all []aws.Service) {
		all[1].Images = []aws.ContainerImage{{Reference: "1.dkr.ecr.us-east-1.amazonaws.com/backend:1", Digest: "sha256:91ab0788"}}
	})
	if f := finding(s.join().Regions[1], "registry"); f.Level != Warn || f.Text != "dr-backend take images from the registry of us-east-1" {
		t.Errorf("%s, %q", f.Level, f.Text)
	}
}

func TestWhatIsWrongWithTheWayIsFound(t *testing.T) {
	s := well()
	if f := s.join().Path.Findings; len(f) > 0 {
		t.Fatalf("a well path has findings: %+v", f)
	}
	d := wellDistribution()
	d.Groups[0].Statuses = nil
	s.in.Edge.Distribution = part(d, noon)
	s.in.Edge.Zone.Value.Checks = part([]edge.HealthCheck{{Name: "api", Address: "dev-alb.elb", Status: "unhealthy", Reason: "timeout"}}, noon)
	f := s.join().Path.Findings
	if len(f) != 2 || f[0].ID != "group-statuses" || f[0].Level != Bad || f[1].Text != "Cloudflare's health check api is unhealthy: timeout" || f[1].Level != Warn {
		t.Errorf("%+v", f)
	}
}

func TestTheWayIsDrawnFromWhatWasRead(t *testing.T) {
	p := well().join().Path
	if p.To != "us-east-1" || p.Bridge != "us-west-2" || p.Broken || p.Bridging {
		t.Errorf("to %q, bridge %q, broken %t, bridging %t", p.To, p.Bridge, p.Broken, p.Bridging)
	}
	assertText(t, "DNS", p.DNS.Name+" "+strings.Join(p.DNS.Notes, ", "), "Cloudflare TTL 60, not proxied")
	assertText(t, "CDN", p.CDN.ID+" "+strings.Join(p.CDN.Notes, ", "), "E2QX deployed")

	s := well()
	s.in.Edge.Zone = failed(s.in.Edge.Zone, fault.NoCredentials, noon)
	s.in.Edge.Zone.Seen, s.in.Edge.Zone.Value = time.Time{}, edge.Zone{}
	p = s.join().Path
	assertText(t, "DNS without a token", strings.Join(p.DNS.Notes, ", ")+"; "+p.DNS.Level.String()+"; "+p.DNS.Seen.Why, "TTL 50 left; good; ask: no credentials")

}

func TestPagesAreCalledBridgedOnlyWhereTheyAre(t *testing.T) {
	for name, c := range map[string]struct {
		change   func(*scene)
		bridging bool
	}{
		"the region is dark, and the page says nothing":   {func(s *scene) { s.darken(0) }, true},
		"the region is sick, and the page says nothing":   {func(s *scene) { s.ill() }, false},
		"the region is sick, and the page is the other's": {func(s *scene) { s.ill(); s.in.Edge.Pages = answered(200, "us-west-2", s.now) }, true},
		"the page is out of the CDN's memory": {func(s *scene) {
			s.darken(0)
			s.in.Edge.Pages.Value.Via = "Hit from cloudfront"
		}, false},
		"the page fails too": {func(s *scene) { s.darken(0); s.in.Edge.Pages = answered(502, "", s.now) }, false},
		"all is well":        {func(*scene) {}, false},
	} {
		s := well()
		s.join()
		s.pass(fast)
		c.change(s)
		p := s.join().Path
		if p.Bridging != c.bridging || p.Broken != (name != "all is well") || p.To != "us-east-1" {
			t.Errorf("%s: bridging %t, broken %t, to %q", name, p.Bridging, p.Broken, p.To)
		}
	}
}
