package edge_test

import (
	"slices"
	"testing"
	"time"

	"lifeboat/aws/edge"
	"lifeboat/aws/fault"
	"lifeboat/aws/sim/cloud"
)

// bare leaves of the zone only what the names were before provisioning: www leads to the primary's balancer.
func (m mover) bare(t *testing.T) {
	t.Helper()
	m.Cloud().Locked(func(w *cloud.World) {
		z := w.Zones[0]
		z.Records = slices.DeleteFunc(z.Records, func(r *cloud.Record) bool { return r.Name != "www."+z.Name })
		z.Records[0].Content, z.Records[0].Comment = m.balancer(east), "ask the web team"
		z.HealthChecks = nil
	})
}

// wanted are the records of a provisioned estate.
func (m mover) wanted(t *testing.T) []edge.RecordSpec {
	t.Helper()
	zone, cdn, home := m.spec.Zone, m.distribution(t).Domain, m.balancer(east)
	return []edge.RecordSpec{
		{Name: "origin." + zone, Type: "CNAME", Content: home, TTL: time.Minute},
		{Name: zone, Type: "CNAME", Content: cdn, TTL: time.Minute},
		{Name: "www." + zone, Type: "CNAME", Content: cdn, TTL: time.Minute},
		{Name: "grafana." + zone, Type: "CNAME", Content: home, TTL: time.Minute},
		{Name: "_ab12." + zone, Type: "CNAME", Content: "_cd34.acm-validations.aws."},
	}
}

// setup is the plan of the wanted records.
func (m mover) setup(t *testing.T) []edge.RecordSetup {
	t.Helper()
	return edge.PlanSetup(have[[]edge.Record](t)(m.by.AllRecords(t.Context())), m.wanted(t))
}

func TestOneBatchSetsUpEveryNameAndUsersAreServed(t *testing.T) {
	moving(t, func(t *testing.T, m mover) {
		m.bare(t)
		changes := m.setup(t)
		m.asked.take(false)
		if err := m.by.SetUp(t.Context(), changes); err != nil {
			t.Fatal(err)
		}
		if asked := m.asked.take(false); asked != "cloudflare:ListDNSRecords cloudflare:BatchDNSRecords" {
			t.Errorf("asked %s", asked)
		}
		done, foreign, err := m.by.IsSetUp(t.Context(), changes)
		if err != nil || done != 5 || foreign != nil {
			t.Errorf("%d done, foreign %v, %v", done, foreign, err)
		}
		if r := m.records()["www"]; r.Comment != "ask the web team" {
			t.Errorf("a changed record has lost its comment: %+v", r)
		}
		if r := m.records()["origin"]; r.Comment != edge.Mark || r.TTL != 60 {
			t.Errorf("a made record is %+v", r)
		}
		for _, s := range m.setup(t) {
			if s.Action != edge.SetupLeave {
				t.Errorf("the second plan would %s %s", s.Action, s.Name)
			}
		}
		afterTTL()
		m.served(t, east)
	})
}

func TestWhatWasSetUpIsTakenBack(t *testing.T) {
	moving(t, func(t *testing.T, m mover) {
		m.bare(t)
		before, changes := m.records(), m.setup(t)
		for range 2 { // undoing nothing is no error either
			if err := m.by.SetUp(t.Context(), changes); err != nil {
				t.Fatal(err)
			}
			if err := m.by.UndoSetUp(t.Context(), changes); err != nil {
				t.Fatal(err)
			}
			if err := m.by.UndoSetUp(t.Context(), changes); err != nil {
				t.Fatal(err)
			}
		}
		now := m.records()
		if len(now) != 1 || now["www"].Content != before["www"].Content || now["www"].ID != before["www"].ID {
			t.Errorf("%+v, want %+v", now, before)
		}
		if done, foreign, err := m.by.IsUndone(t.Context(), changes); err != nil || done != len(changes) || foreign != nil {
			t.Errorf("%d undone, %v, %v", done, foreign, err)
		}
	})
}

func TestUndoDeletesNoRecordThatSomebodyElseMade(t *testing.T) {
	moving(t, func(t *testing.T, m mover) {
		m.bare(t)
		changes := m.setup(t)
		m.Cloud().Locked(func(w *cloud.World) { // the same record, by hand, before the run came to it
			z := w.Zones[0]
			z.Records = append(z.Records, &cloud.Record{ID: w.NewID(), Type: "CNAME", Name: "origin." + z.Name, Content: m.balancer(east), TTL: 60})
		})
		if err := m.by.SetUp(t.Context(), changes); err != nil {
			t.Fatal(err)
		}
		is(t, m.by.UndoSetUp(t.Context(), changes), fault.Refused, "somebody else changed origin."+m.spec.Zone)
		if len(m.records()) != 5 {
			t.Errorf("something was undone: %+v", m.records())
		}
	})
}

func TestASetupThatSomebodyElseCrossesChangesNothing(t *testing.T) {
	moving(t, func(t *testing.T, m mover) {
		m.bare(t)
		changes := m.setup(t)
		m.point(t, "www."+m.spec.Zone, "status.example.net")
		is(t, m.by.SetUp(t.Context(), changes), fault.Refused, "somebody else changed www."+m.spec.Zone+" meanwhile")
		if len(m.records()) != 1 {
			t.Errorf("%+v", m.records())
		}
	})
}

func TestAddressesInTheWayStopTheBatchAndAreNamed(t *testing.T) {
	moving(t, func(t *testing.T, m mover) {
		m.bare(t)
		m.Cloud().Locked(func(w *cloud.World) {
			z := w.Zones[0]
			z.Records = append(z.Records, &cloud.Record{ID: w.NewID(), Type: "A", Name: z.Name, Content: "192.0.2.1", TTL: 60})
		})
		is(t, m.by.SetUp(t.Context(), m.setup(t)), fault.Refused, m.spec.Zone+" has A 192.0.2.1", "delete or rename it")
		if asked := m.asked.take(true); asked != "" {
			t.Errorf("asked %s", asked)
		}
	})
}

func TestNothingIsMadeOutsideTheZoneOrPointedAtNoName(t *testing.T) {
	moving(t, func(t *testing.T, m mover) {
		for _, s := range []edge.RecordSpec{
			{Name: "shop.example", Type: "CNAME", Content: "a.example.com"}, {Name: "a." + m.spec.Zone, Type: "CNAME", Content: "N/A"},
			{Name: "a." + m.spec.Zone, Type: "CNAME"}, {Name: "a." + m.spec.Zone, Type: "A", Content: "192.0.2.1"},
		} {
			is(t, m.by.SetUp(t.Context(), edge.PlanSetup(nil, []edge.RecordSpec{s})), fault.Refused, s.Name)
		}
		if asked := m.asked.take(true); asked != "" {
			t.Errorf("asked %s", asked)
		}
	})
}

func TestASetupWhoseAnswerIsLostIsFoundDone(t *testing.T) {
	moving(t, func(t *testing.T, m mover) {
		m.bare(t)
		changes := m.setup(t)
		m.direct(t, "lost-answer", "cloudflare", "BatchRecords", "1")
		is(t, m.by.SetUp(t.Context(), changes), fault.TimedOut)
		if err := m.by.SetUp(t.Context(), changes); err != nil {
			t.Error(err)
		}
		if asked := m.asked.take(true); asked != "cloudflare:BatchDNSRecords" {
			t.Errorf("asked %s", asked)
		}
	})
}

// checks are those that both balancers are to have.
func (m mover) checks(t *testing.T) []edge.CheckSetup {
	t.Helper()
	var wanted []edge.CheckSpec
	for _, region := range []string{east, west} {
		wanted = append(wanted, edge.CheckSpec{Name: "shop-" + region, Address: m.balancer(region), Host: m.spec.Zone, Path: "/api/health", Seconds: 60})
	}
	return edge.PlanChecks(have[[]edge.HealthCheck](t)(m.by.Checks(t.Context())), wanted)
}

func TestBothBalancersAreWatchedAndAreNotAnyMore(t *testing.T) {
	moving(t, func(t *testing.T, m mover) {
		m.bare(t)
		changes := m.checks(t)
		m.asked.take(false)
		for range 2 {
			if err := m.by.SetUpChecks(t.Context(), changes); err != nil {
				t.Fatal(err)
			}
		}
		if asked := m.asked.take(true); asked != "cloudflare:CreateHealthCheck cloudflare:CreateHealthCheck" {
			t.Errorf("asked %s", asked)
		}
		if done, err := m.by.ChecksSetUp(t.Context(), changes); done != 2 || err != nil {
			t.Errorf("%d done, %v", done, err)
		}
		for _, h := range have[[]edge.HealthCheck](t)(m.by.Checks(t.Context())) {
			if h.Status != "healthy" || !h.Ours {
				t.Errorf("%+v", h)
			}
		}
		if err := m.by.UndoChecks(t.Context(), changes); err != nil {
			t.Fatal(err)
		}
		if left := have[[]edge.HealthCheck](t)(m.by.Checks(t.Context())); len(left) != 0 {
			t.Errorf("left are %+v", left)
		}
	})
}

func TestACheckOfABalancerThatWasMadeAnewAsksTheNewOne(t *testing.T) {
	moving(t, func(t *testing.T, m mover) {
		m.bare(t)
		m.Cloud().Locked(func(w *cloud.World) {
			w.Zones[0].HealthChecks = []*cloud.HealthCheck{{ID: w.NewID(), Name: "shop-" + east, Address: "gone.us-east-1.elb.amazonaws.com", Type: "HTTPS", Path: "/mine", Host: m.spec.Zone, Interval: 120}}
		})
		changes := m.checks(t)
		if changes[0].Action != edge.SetupChange || changes[1].Action != edge.SetupCreate {
			t.Fatalf("%+v", changes)
		}
		if err := m.by.SetUpChecks(t.Context(), changes); err != nil {
			t.Fatal(err)
		}
		m.Cloud().Locked(func(w *cloud.World) {
			if h := w.Zones[0].HealthChecks[0]; h.Address != m.balancer(east) || h.Path != "/mine" || h.Interval != 120 {
				t.Errorf("it is %+v", h)
			}
		})
		if err := m.by.UndoChecks(t.Context(), changes); err != nil {
			t.Fatal(err)
		}
		left := have[[]edge.HealthCheck](t)(m.by.Checks(t.Context()))
		if len(left) != 1 || left[0].Address != "gone.us-east-1.elb.amazonaws.com" {
			t.Errorf("left are %+v", left)
		}
	})
}

func TestAZoneOrATokenWithoutHealthChecksIsSaidAndNotMeantAsAFailure(t *testing.T) {
	moving(t, func(t *testing.T, m mover) {
		m.bare(t)
		changes := m.checks(t)
		for words, limit := range map[string]int{"the zone's plan has no more health checks": 1, "the zone's plan has no health checks, or no more of them": -1} {
			m.Cloud().Locked(func(w *cloud.World) { w.Zones[0].MostChecks = limit })
			err := m.by.SetUpChecks(t.Context(), changes)
			if said, without := edge.Without(err); !without || said != words {
				t.Errorf("%q, %v; want %q", said, err, words)
			}
		}
		m.Cloud().Locked(func(w *cloud.World) { w.Zones[0].MostChecks = 0 })
		m.direct(t, "break-call", "cloudflare", "CreateHealthcheck", "AccessDenied")
		err := m.by.SetUpChecks(t.Context(), changes)
		if said, without := edge.Without(err); !without || said != "the token may not make health checks (permission Zone > Health Checks > Edit)" {
			t.Errorf("%q, %v", said, err)
		}
		m.direct(t, "restore")
		m.direct(t, "break-call", "cloudflare", "CreateHealthcheck", "ServiceUnavailable")
		if said, without := edge.Without(m.by.SetUpChecks(t.Context(), changes)); without {
			t.Errorf("an outage is no lack of a plan: %q", said)
		}
	})
}

func TestEveryResolverIsAskedWhereANameLeads(t *testing.T) {
	moving(t, func(t *testing.T, m mover) {
		for name, target := range map[string]string{"origin." + m.spec.Zone: m.balancer(east), m.spec.Zone: m.distribution(t).Domain} {
			looked := m.by.Lookup(t.Context(), name)
			if len(looked) != len(m.spec.Resolvers) || len(looked) == 0 {
				t.Fatalf("%d answers", len(looked))
			}
			for i, l := range looked {
				if l.Resolver != m.spec.Resolvers[i] || l.Err != nil {
					t.Errorf("%+v", l)
				}
				if there, err := m.by.LeadsTo(t.Context(), l, target); !there || err != nil {
					t.Errorf("%s leads to %v, not to %s, %v", name, l.Chain, target, err)
				}
				if there, _ := m.by.LeadsTo(t.Context(), l, m.balancer(west)); there {
					t.Errorf("%s leads to us-west-2", name)
				}
			}
		}
		if l := m.by.Lookup(t.Context(), "nothing."+m.spec.Zone)[0]; fault.KindOf(l.Err) != fault.NotFound {
			t.Errorf("%+v", l)
		}
	})
}

func TestPoolsAreSeenOnly(t *testing.T) {
	moving(t, func(t *testing.T, m mover) {
		_, err := m.by.Pools(t.Context())
		is(t, err, fault.NotFound)
		m.Cloud().Locked(func(w *cloud.World) { w.Zones[0].Pools = []*cloud.Pool{{ID: "p1", Name: "both", Enabled: true}} })
		if pools := have[[]edge.Pool](t)(m.by.Pools(t.Context())); len(pools) != 1 || pools[0].Name != "both" {
			t.Errorf("%+v", pools)
		}
	})
}

func TestTheReferenceDistributionHasNothingThatTheStackHasNoWordFor(t *testing.T) {
	moving(t, func(t *testing.T, m mover) {
		o := have[edge.Owned](t)(m.by.Owned(t.Context()))
		if len(o.Lost) > 0 || len(o.Handling) != len(o.Behaviors) || len(o.Handling) == 0 || o.Handling[0].CachePolicy == "" || o.PriceClass == "" {
			t.Errorf("%+v", o)
		}
	})
}
