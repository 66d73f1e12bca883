package dr

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"lifeboat/aws"
	"lifeboat/aws/sim/cloud"
	"lifeboat/dr/runbook"
	"lifeboat/tf"
)

// zoneInTime is the zone of a simulated estate as it was before provisioning, and the desk that sets it up.
type zoneInTime struct {
	*estateInTime
	r    *Runner
	desk *zoneDesk
	now  zoneFacts
	said []string
}

// bareZone leaves www alone, which leads to the primary's balancer.
func bareZone(w *estateInTime) *zoneInTime {
	w.t.Helper()
	r := w.runner()
	by, err := r.edge()
	if err != nil {
		w.t.Fatal(err)
	}
	z := &zoneInTime{estateInTime: w, r: r}
	zone := w.cfg.Edge.Cloudflare.Zone
	z.now = zoneFacts{Origin: "origin." + zone, Names: []string{zone, "www." + zone}, Direct: []string{"grafana." + zone}, Balancers: map[string]string{}}
	w.in(func(c *cloud.World) {
		z.now.CDN = c.Distributions[0].Domain
		for _, region := range []string{east, west} {
			z.now.Balancers[region] = c.Region(region).Balancers[0].DNSName
		}
		own := c.Zones[0]
		own.Records = slices.DeleteFunc(own.Records, func(x *cloud.Record) bool { return x.Name != "www."+zone })
		own.Records[0].Content, own.HealthChecks = z.now.Balancers[east], nil
	})
	z.desk = &zoneDesk{
		c: w.cfg, edge: by, facts: func(context.Context) (zoneFacts, error) { return z.now, nil },
		writer: func(context.Context) (string, error) { return east, nil },
		certificates: func(region string) (*aws.Changer, error) {
			spec := r.spec(east)
			spec.Region = region
			return aws.NewChanger(spec, nil)
		},
	}
	return z
}

// sets runs the desk's steps.
func (z *zoneInTime) sets(by runbook.Operator) *runbook.Run {
	z.t.Helper()
	id := runbook.NewRunID(time.Now(), "provision")
	o, err := z.r.options(Order{Run: id, Operator: by})
	if err != nil {
		z.t.Fatal(err)
	}
	o.Mode, o.Pins = runbook.Planned, runbook.Pins{PinKind: "provision"}
	run, err := runbook.Start(z.t.Context(), z.procedure(), o)
	if err != nil {
		z.t.Fatal(err)
	}
	return run
}

func (z *zoneInTime) procedure() runbook.Procedure {
	p := runbook.Procedure{Name: "provision", Title: "provision phase failover", From: east, To: west, Steps: z.desk.steps()}
	for i := range p.Steps {
		if s := &p.Steps[i]; s.Verify == nil {
			s.Await = s.Check
		}
	}
	return p
}

// names are the zone's records, as "NAME CONTENT" by the first part of their names.
func (z *zoneInTime) names() []string {
	var all []string
	z.in(func(w *cloud.World) {
		for _, r := range w.Zones[0].Records {
			first := strings.TrimSuffix(strings.TrimSuffix(r.Name, w.Zones[0].Name), ".")
			for word, name := range map[string]string{"cdn": z.now.CDN, "east": z.now.Balancers[east], "west": z.now.Balancers[west]} {
				if r.Content == name {
					first += " " + word
				}
			}
			all = append(all, first)
		}
	})
	slices.Sort(all)
	return all
}

func overOf(t *testing.T, run *runbook.Run) runbook.View {
	t.Helper()
	return waitFor(t, run, func(v runbook.View) bool { return v.Ending != runbook.Running })
}

func TestTheZoneIsSetUpBehindGatesThatShowEveryRecord(t *testing.T) {
	inTime(t, func(t *testing.T, w *estateInTime) {
		z := bareZone(w)
		by := typing()
		v := overOf(t, z.sets(by))
		if v.Ending != runbook.Done {
			t.Fatalf("%q: %s, %s, %s", v.Ending, says(v, StepOrigin), says(v, StepChecks), says(v, StepNames))
		}
		if want := []string{" cdn", "grafana east", "origin east", "www cdn"}; !slices.Equal(z.names(), want) {
			t.Errorf("the zone has %q, want %q", z.names(), want)
		}
		zone := w.cfg.Edge.Cloudflare.Zone
		if !slices.Equal(by.asked, []string{"set up 2 records in " + zone, "set up 2 records in " + zone}) {
			t.Errorf("asked for %q", by.asked)
		}
		shown := append(slices.Clone(by.notice["gate records-origin"].What), by.notice["gate records"].What...)
		for _, line := range []string{
			"create origin." + zone + " CNAME " + z.now.Balancers[east] + ", TTL 60 s", "change www." + zone + " from " + z.now.Balancers[east] + " to " + z.now.CDN,
			"health check " + checkName(w.cfg.Estate, west) + " of " + z.now.Balancers[west] + "/api/health: it watches, and moves nobody",
		} {
			if !slices.ContainsFunc(shown, func(s string) bool { return strings.HasPrefix(s, line) }) {
				t.Errorf("the gates do not show %q: %q", line, shown)
			}
		}
		checks, err := z.desk.edge.Checks(t.Context())
		if err != nil || len(checks) != 2 || checks[0].Status != "healthy" || checks[1].Status != "healthy" {
			t.Errorf("%+v, %v", checks, err)
		}
		p := z.procedure()
		for _, s := range p.Steps { // of another run
			if seen, err := s.Check(t.Context(), runbook.NewTask(p, s.ID, runbook.Planned, nil)); err != nil || !seen.So {
				t.Errorf("%s again: %+v, %v", s.ID, seen, err)
			}
		}
	})
}

func TestTheZoneIsTakenBackToWhatItWas(t *testing.T) {
	inTime(t, func(t *testing.T, w *estateInTime) {
		z := bareZone(w)
		before := z.names()
		v := overOf(t, z.sets(typing()))
		p := z.procedure()
		for _, id := range []string{StepNames, StepChecks, StepOrigin} {
			i := slices.IndexFunc(p.Steps, func(s runbook.Step) bool { return s.ID == id })
			if err := p.Steps[i].Undo(t.Context(), runbook.NewTask(p, id, runbook.Planned, v.Pins)); err != nil {
				t.Errorf("%s: %v", id, err)
			}
		}
		if !slices.Equal(z.names(), before) {
			t.Errorf("the zone has %q, and had %q", z.names(), before)
		}
		if checks, err := z.desk.edge.Checks(t.Context()); err != nil || len(checks) > 0 {
			t.Errorf("%+v, %v", checks, err)
		}
	})
}

func TestNamesLeadToTheRegionOfTheWriterOfRecordOnly(t *testing.T) {
	inTime(t, func(t *testing.T, w *estateInTime) {
		z := bareZone(w)
		z.desk.writer = func(context.Context) (string, error) { return west, nil }
		list, err := z.desk.wanted(t.Context(), false)
		if err != nil || len(list) != 2 {
			t.Fatalf("%+v, %v", list, err)
		}
		for _, r := range list {
			if r.Content != z.now.Balancers[west] {
				t.Errorf("%+v", r)
			}
		}
		delete(z.now.Balancers, west)
		if _, err := z.desk.wanted(t.Context(), false); err == nil || !strings.Contains(err.Error(), "the balancer of us-west-2, whose database is the writer of record, is not known") {
			t.Errorf("%v", err)
		}
	})
}

func TestUsersAreNotLedToADistributionThatDoesNotAnswer(t *testing.T) {
	inTime(t, func(t *testing.T, w *estateInTime) {
		z := bareZone(w)
		w.in(func(c *cloud.World) { // it fetches from a name that nobody has
			for i := range c.Distributions[0].Origins {
				c.Distributions[0].Origins[i].Domain = "nowhere.example.com"
			}
		})
		result := z.sets(typing()).Wait()
		if result.Err == nil || !strings.Contains(result.Err.Error(), "nothing was changed: the distribution answers 502 under "+w.cfg.Edge.Cloudflare.Zone) {
			t.Errorf("%q: %v", result.Ending, result.Err)
		}
		if want := []string{"grafana east", "origin east", "www east"}; !slices.Equal(z.names(), want) {
			t.Errorf("the zone has %q, want %q", z.names(), want)
		}
	})
}

func TestAddressesOfAPublicNameAreNotReplacedAndItsGateIsNotAsked(t *testing.T) {
	inTime(t, func(t *testing.T, w *estateInTime) {
		z := bareZone(w)
		w.in(func(c *cloud.World) {
			own := c.Zones[0]
			own.Records = append(own.Records, &cloud.Record{ID: c.NewID(), Type: "A", Name: own.Name, Content: "192.0.2.1", TTL: 60})
		})
		by := typing()
		result := z.sets(by).Wait()
		if result.Err == nil || !strings.Contains(result.Err.Error(), w.cfg.Edge.Cloudflare.Zone+" has A 192.0.2.1") || len(by.asked) != 1 || by.notice["gate records"].What != nil {
			t.Errorf("%q: %v; asked for %q", result.Ending, result.Err, by.asked)
		}
	})
}

func TestAZoneWithoutHealthChecksIsSetUpWithout(t *testing.T) {
	for name, most := range map[string]int{"the plan has none": -1, "the plan has one": 1} {
		t.Run(name, func(t *testing.T) {
			inTime(t, func(t *testing.T, w *estateInTime) {
				z := bareZone(w)
				w.in(func(c *cloud.World) { c.Zones[0].MostChecks = most })
				v := overOf(t, z.sets(typing()))
				if v.Ending != runbook.Done || !strings.Contains(says(v, StepChecks), "none: the zone's plan has no") {
					t.Errorf("%q: %s", v.Ending, says(v, StepChecks))
				}
			})
		})
	}
}

func TestNamesOfAnotherZoneAreLeftToTheirOwner(t *testing.T) {
	inTime(t, func(t *testing.T, w *estateInTime) {
		z := bareZone(w)
		z.now.Names = append(z.now.Names, "shop.example.org")
		by := typing()
		if v := overOf(t, z.sets(by)); v.Ending != runbook.Done {
			t.Fatalf("%q: %s", v.Ending, says(v, StepNames))
		}
		want := "by hand, since it is no name of " + w.cfg.Edge.Cloudflare.Zone + ": shop.example.org CNAME " + z.now.CDN
		if n := by.notice["gate records"]; !slices.Contains(n.What, want) {
			t.Errorf("the gate shows %q", n.What)
		}
	})
}

func TestTheOriginsNameIsThereBeforeADistributionIsPointedAtIt(t *testing.T) {
	inTime(t, func(t *testing.T, w *estateInTime) {
		b := &builder{c: w.cfg, phase: "failover"}
		p := b.procedure()
		i := slices.IndexFunc(p.Steps, func(s runbook.Step) bool { return s.ID == "apply-failover" })
		if i < 0 || !slices.Contains(p.Steps[i].After, StepOrigin) {
			t.Error("the distribution is applied before its origin has a name")
		}
		if err := p.Validate(); err != nil {
			t.Error(err)
		}
	})
}

func TestWithoutAZoneThereIsNothingToSetUp(t *testing.T) {
	inTime(t, func(t *testing.T, w *estateInTime) {
		z := bareZone(w)
		w.cfg.Edge.Cloudflare.Zone = ""
		if steps := z.desk.steps(); steps != nil {
			t.Errorf("%d steps", len(steps))
		}
	})
}

// planned is a change of an apply as its plan shows it.
func certified(t *testing.T, kind string, fields map[string]string) tf.Change {
	t.Helper()
	c := tf.Change{Address: kind + ".this", Type: kind, Action: tf.Add}
	for path, value := range fields {
		text, err := json.Marshal(value)
		if err != nil {
			t.Fatal(err)
		}
		c.Fields = append(c.Fields, tf.Field{Path: path, After: string(text)})
	}
	return c
}

// requested is a certificate that ACM waits with.
func (z *zoneInTime) requested(region string, names ...string) *cloud.Certificate {
	x := &cloud.Certificate{ARN: "arn:aws:acm:" + region + ":123456789012:certificate/" + names[0], Domain: names[0], Names: names, Status: cloud.CertificatePending}
	z.in(func(w *cloud.World) {
		x.NotBefore = w.Now()
		x.Ask(w.Account)
		w.Region(region).Certificates = append(w.Region(region).Certificates, x)
	})
	return x
}

func (z *zoneInTime) status(x *cloud.Certificate) (status string) {
	z.in(func(w *cloud.World) { status = w.CertificateStatus(x) })
	return status
}

func (z *zoneInTime) prover(plan ...tf.Change) *prover {
	return z.desk.prove(z.t.Context(), plan, func(format string, args ...any) {
		z.in(func(*cloud.World) { z.said = append(z.said, strings.TrimSpace(format)) })
	})
}

func TestACertificateThatAnApplyMakesIsProvenWhileItWaits(t *testing.T) {
	inTime(t, func(t *testing.T, w *estateInTime) {
		z := bareZone(w)
		zone := w.cfg.Edge.Cloudflare.Zone
		x := z.requested(west, zone, "grafana."+zone, "origin."+zone)
		p := z.prover()
		defer p.end()
		w.direct("cloudflare-down")
		for _, e := range []tf.Event{
			{Kind: tf.Started, Type: certificateType, Address: "aws_acm_certificate.this"},
			{Kind: tf.Done, Type: certificateType, Address: "aws_acm_certificate.this", Action: tf.Add, ID: x.ARN},
			{Kind: tf.Started, Type: validationType, Address: "aws_acm_certificate_validation.this"},
		} {
			p.take(e)
		}
		time.Sleep(time.Minute)
		if z.status(x) != cloud.CertificatePending {
			t.Error("issued without its records")
		}
		w.direct("restore")
		time.Sleep(time.Minute)
		if status := z.status(x); status != cloud.CertificateIssued {
			t.Errorf("it is %s; the zone has %q", status, z.names())
		}
		for _, name := range z.names() {
			if strings.HasPrefix(name, "_") && len(strings.Fields(name)) != 1 {
				t.Errorf("a validation record leads to %q", name)
			}
		}
		if len(z.names()) != 4 {
			t.Errorf("the zone has %q", z.names())
		}
	})
}

func TestACertificateOfAnApplyThatFailedBeforeIsProvenByTheNext(t *testing.T) {
	inTime(t, func(t *testing.T, w *estateInTime) {
		z := bareZone(w)
		x := z.requested(east, "cdn."+w.cfg.Edge.Cloudflare.Zone)
		p := z.prover(certified(t, validationType, map[string]string{"certificate_arn": x.ARN}))
		defer p.end()
		time.Sleep(time.Minute)
		if status := z.status(x); status != cloud.CertificateIssued {
			t.Errorf("it is %s", status)
		}
	})
}

func TestRecordsOfACertificateThatAreThereAreWrittenOnce(t *testing.T) {
	inTime(t, func(t *testing.T, w *estateInTime) {
		z := bareZone(w)
		x := z.requested(west, w.cfg.Edge.Cloudflare.Zone, "shop.example.org")
		for range 2 {
			words, done, err := z.desk.proveOnce(t.Context(), x.ARN)
			if err != nil || !done || !strings.Contains(words, "1 validation record in Cloudflare; make by hand: _") || !strings.Contains(words, ".shop.example.org. CNAME ") {
				t.Errorf("%q, %t, %v", words, done, err)
			}
		}
		if len(z.names()) != 2 {
			t.Errorf("the zone has %q", z.names())
		}
	})
}

func TestTheGateSaysBeforehandThatACertificatesRecordsAreWritten(t *testing.T) {
	inTime(t, func(t *testing.T, w *estateInTime) {
		z := bareZone(w)
		zone := w.cfg.Edge.Cloudflare.Zone
		plan := []tf.Change{certified(t, certificateType, map[string]string{"domain_name": zone, "subject_alternative_names[0]": "origin." + zone, "validation_method": "DNS"}), {Type: "aws_vpc", Action: tf.Add}}
		words := z.desk.proofWords(plan)
		if len(words) != 1 || !strings.Contains(words[0], zone) || !strings.Contains(words[0], "origin."+zone) || !strings.Contains(words[0], "writes the records that prove its names to Cloudflare") {
			t.Errorf("%q", words)
		}
		w.cfg.Edge.Cloudflare.Zone = ""
		if words := z.desk.proofWords(plan); len(words) != 1 || !strings.Contains(words[0], "until you have made the records") {
			t.Errorf("%q", words)
		}
		if words := z.desk.proofWords(plan[1:]); words != nil {
			t.Errorf("%q", words)
		}
	})
}
