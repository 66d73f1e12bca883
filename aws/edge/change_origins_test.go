package edge_test

import (
	"slices"
	"testing"
	"time"

	"lifeboat/aws"
	"lifeboat/aws/edge"
	"lifeboat/aws/fault"
	"lifeboat/aws/sim/cloud"
)

// origins are the changes by which the CDN itself goes to a region, and the distribution that they were planned on.
func (m mover) origins(t *testing.T, to string) (edge.Distribution, []edge.OriginChange) {
	t.Helper()
	d := m.distribution(t)
	return d, edge.PlanOrigins(d, to)
}

// configuration is the distribution's in the simulator.
func (m mover) configuration() (c cloud.Configuration) {
	m.Cloud().Locked(func(w *cloud.World) {
		c = w.Distributions[0].Configuration
		c.Behaviors = slices.Clone(c.Behaviors)
	})
	return c
}

// meddle has somebody else change the distribution.
func (m mover) meddle(t *testing.T) {
	t.Helper()
	m.Cloud().Locked(func(w *cloud.World) {
		d := w.Distributions[0]
		next := d.Configuration
		next.Comment += "."
		if err := w.UpdateDistribution(d, d.ETag, next); err != nil {
			t.Error(err)
		}
	})
}

func TestTheCDNItselfGoesToTheOtherRegionOnceItIsDeployed(t *testing.T) {
	moving(t, func(t *testing.T, m mover) {
		d, changes := m.origins(t, west)
		want := []edge.OriginChange{{Distribution: d.ID, Path: "/api/*", From: "origin", To: "standby"}}
		if !slices.Equal(changes, want) {
			t.Fatalf("the plan is %+v", changes)
		}
		before := m.configuration()
		m.asked.take(false)
		if err := m.by.SwitchOrigins(t.Context(), d, changes); err != nil {
			t.Fatal(err)
		}
		if asked := m.asked.take(false); asked != "cloudfront:GetDistributionConfig cloudfront:UpdateDistribution" {
			t.Errorf("asked %s", asked)
		}
		after := m.configuration()
		if after.Behaviors[0].Target != "standby" || !slices.Equal(after.Behaviors[0].Methods, before.Behaviors[0].Methods) || after.Default.Target != "pages" || after.Comment != before.Comment {
			t.Errorf("it was %+v and is %+v", before, after)
		}
		if done, err := m.by.Deployed(t.Context()); done || err != nil {
			t.Errorf("deployed at once: %t, %v", done, err)
		}
		m.served(t, east) // the old configuration answers
		time.Sleep(6 * time.Minute)
		if done, err := m.by.Deployed(t.Context()); !done || err != nil {
			t.Errorf("deployed after 6 minutes: %t, %v", done, err)
		}
		m.served(t, west)
		m.undoOrigins(t, changes)
	})
}

// undoOrigins takes the changes back and finds users where they were.
func (m mover) undoOrigins(t *testing.T, changes []edge.OriginChange) {
	t.Helper()
	if err := m.by.SwitchOrigins(t.Context(), m.distribution(t), edge.ReversedOrigins(changes)); err != nil {
		t.Fatal(err)
	}
	time.Sleep(6 * time.Minute)
	m.served(t, east)
}

func TestTheCDNIsPlannedWhileCloudflareIsDown(t *testing.T) {
	moving(t, func(t *testing.T, m mover) {
		m.direct(t, "cloudflare-down")
		if _, changes := m.origins(t, west); len(changes) > 0 {
			t.Errorf("where a name of the zone leads was never read, and %+v are planned", changes)
		}
		m.direct(t, "restore")
		_, _ = m.origins(t, west)
		m.direct(t, "cloudflare-down")
		if _, changes := m.origins(t, west); len(changes) != 1 {
			t.Errorf("the plan is %+v", changes)
		}
	})
}

func TestADistributionThatSomebodyElseChangedIsNotOverwritten(t *testing.T) {
	const words = "somebody else changed the distribution meanwhile"
	moving(t, func(t *testing.T, m mover) {
		d, changes := m.origins(t, west)
		m.meddle(t)
		m.asked.take(false)
		is(t, m.by.SwitchOrigins(t.Context(), d, changes), fault.Refused, words)
		if asked := m.asked.take(true); asked != "" {
			t.Errorf("asked %s", asked)
		}
		d, changes = m.origins(t, west)
		m.asked.hook = func(a aws.Asked) {
			if a.Changes { // between the reading and the writing
				m.meddle(t)
			}
		}
		is(t, m.by.SwitchOrigins(t.Context(), d, changes), fault.Refused, words)
		if c := m.configuration(); c.Behaviors[0].Target != "origin" {
			t.Errorf("it is %+v", c)
		}
	})
}

func TestAnUpdateWhoseAnswerIsLostIsFoundMade(t *testing.T) {
	moving(t, func(t *testing.T, m mover) {
		d, changes := m.origins(t, west)
		m.direct(t, "lost-answer", "cloudfront", "UpdateDistribution", "1")
		is(t, m.by.SwitchOrigins(t.Context(), d, changes), fault.TimedOut, "cloudfront:UpdateDistribution on "+d.ID)
		again, left := m.origins(t, west)
		if len(left) > 0 || again.ETag == d.ETag {
			t.Errorf("left are %+v of %+v", left, again)
		}
		if err := m.by.SwitchOrigins(t.Context(), again, changes); err != nil {
			t.Error(err)
		}
		if asked := m.asked.take(true); asked != "cloudfront:UpdateDistribution" {
			t.Errorf("asked %s", asked)
		}
	})
}

func TestARefusedUpdateChangesNothingAndSaysWhy(t *testing.T) {
	moving(t, func(t *testing.T, m mover) {
		d, changes := m.origins(t, west)
		for _, op := range []string{"GetDistributionConfig", "UpdateDistribution"} {
			for code, kind := range map[string]fault.Kind{
				"ServiceUnavailable": fault.Unavailable, "AccessDenied": fault.Denied, "Throttling": fault.Throttled, "ExpiredToken": fault.Expired,
			} {
				m.direct(t, "break-call", "cloudfront", op, code)
				is(t, m.by.SwitchOrigins(t.Context(), d, changes), kind, "cloudfront:"+op)
				m.direct(t, "restore")
			}
		}
		m.direct(t, "darken", east)
		is(t, m.by.SwitchOrigins(t.Context(), d, changes), fault.TimedOut)
		if c := m.configuration(); c.Behaviors[0].Target != "origin" {
			t.Errorf("it is %+v", c)
		}
	})
}

func TestAChangeThatDoesNotFitTheDistributionIsRefused(t *testing.T) {
	moving(t, func(t *testing.T, m mover) {
		d := m.distribution(t)
		for words, c := range map[string]edge.OriginChange{
			"it has no behavior /admin/*":                       {Distribution: d.ID, Path: "/admin/*", From: "origin", To: "standby"},
			"it has no origin N/A":                              {Distribution: d.ID, Path: "/api/*", From: "origin", To: "N/A"},
			"it has no origin pages":                            {Distribution: d.ID, Path: "/api/*", From: "origin", To: "pages"},
			"the behavior * targets the origin group pages":     {Distribution: d.ID, Path: "*", From: "pages", To: "standby"},
			"the behavior /api/* targets origin, not elsewhere": {Distribution: d.ID, Path: "/api/*", From: "elsewhere", To: "standby"},
			"the change is one of the distribution EOTHER":      {Distribution: "EOTHER", Path: "/api/*", From: "origin", To: "standby"},
		} {
			is(t, m.by.SwitchOrigins(t.Context(), d, []edge.OriginChange{c}), fault.Refused, words)
		}
		if asked := m.asked.take(true); asked != "" {
			t.Errorf("asked %s", asked)
		}
	})
}

func TestWithoutADistributionNothingIsSwitchedInvalidatedOrAwaited(t *testing.T) {
	moving(t, func(t *testing.T, m mover) {
		m.spec.DistributionID = ""
		by := m.changer(t, m.spec)
		_, err := by.Distribution(t.Context())
		is(t, err, fault.NotConfigured)
		is(t, by.SwitchOrigins(t.Context(), edge.Distribution{}, nil), fault.NotConfigured)
		_, err = by.Deployed(t.Context())
		is(t, err, fault.NotConfigured)
		is(t, by.Invalidate(t.Context(), "r", []string{"/*"}), fault.NotConfigured)
	})
}

func TestAnInvalidationSentAgainIsStillOne(t *testing.T) {
	moving(t, func(t *testing.T, m mover) {
		m.direct(t, "lost-answer", "cloudfront", "CreateInvalidation", "1")
		is(t, m.by.Invalidate(t.Context(), "run-1", []string{"/*"}), fault.TimedOut)
		for range 2 {
			if err := m.by.Invalidate(t.Context(), "run-1", []string{"/*"}); err != nil {
				t.Error(err)
			}
		}
		is(t, m.by.Invalidate(t.Context(), "run-1", []string{"/api/*"}), fault.Refused)
		m.Cloud().Locked(func(w *cloud.World) {
			if n := len(w.Distributions[0].Invalidations); n != 1 {
				t.Errorf("there are %d invalidations", n)
			}
		})
		m.completes(t, m.by, "run-1")
	})
}

func TestAnInvalidationIsFoundByAnotherMachine(t *testing.T) {
	moving(t, func(t *testing.T, m mover) {
		for _, reference := range []string{"run-1", "run-2", "run-3"} {
			if err := m.by.Invalidate(t.Context(), reference, []string{"/*"}); err != nil {
				t.Error(err)
			}
		}
		other := m.changer(t, m.spec)
		m.completes(t, other, "run-2")
		_, err := other.Invalidated(t.Context(), "run-4")
		is(t, err, fault.NotFound, "run-4")
	})
}

// completes fails unless an invalidation is in progress now and complete in a while.
func (m mover) completes(t *testing.T, by *edge.Changer, reference string) {
	t.Helper()
	for _, want := range []bool{false, true} {
		if done, err := by.Invalidated(t.Context(), reference); done != want || err != nil {
			t.Errorf("%s complete: %t, %v; want %t", reference, done, err, want)
		}
		time.Sleep(3 * time.Minute)
	}
}
