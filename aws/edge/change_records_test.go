package edge_test

import (
	"context"
	"encoding/json"
	"errors"
	"net"
	"slices"
	"syscall"
	"testing"
	"time"

	"lifeboat/aws/edge"
	"lifeboat/aws/fault"
	"lifeboat/aws/sim/cloud"
)

func TestOneBatchMovesUsersAndItsReverseBringsThemBack(t *testing.T) {
	moving(t, func(t *testing.T, m mover) {
		changes := m.plan(t, east, west)
		if names(changes) != "grafana origin" {
			t.Fatalf("the plan is %+v", changes)
		}
		m.served(t, east)
		m.asked.take(false)
		if err := m.by.SwitchRecords(t.Context(), changes); err != nil {
			t.Fatal(err)
		}
		if asked := m.asked.take(false); asked != "cloudflare:ListDNSRecords cloudflare:BatchDNSRecords" {
			t.Errorf("asked %s", asked)
		}
		m.holds(t, changes, 2)
		m.served(t, east) // resolvers still hold the old answer
		afterTTL()
		m.served(t, west)
		if again := m.plan(t, east, west); len(again) > 0 {
			t.Errorf("what is left to change is %+v", again)
		}
		m.switches(t, edge.Reversed(changes))
		afterTTL()
		m.served(t, east)
	})
}

func TestUsersMoveWhileTheOtherRegionIsDarkAndCloudFrontIsNotAsked(t *testing.T) {
	moving(t, func(t *testing.T, m mover) {
		changes := m.plan(t, east, west)
		m.direct(t, "darken", east)
		m.asked.take(false)
		m.switches(t, changes)
		if asked := m.asked.take(true); asked != "cloudflare:BatchDNSRecords" {
			t.Errorf("asked %s", asked)
		}
		afterTTL()
		m.served(t, west)
	})
}

func TestTheWayBackIsPlannedAsTheWayThere(t *testing.T) {
	moving(t, func(t *testing.T, m mover) {
		there := m.plan(t, east, west)
		m.switches(t, there)
		back := m.plan(t, west, east)
		if !slices.Equal(back, edge.Reversed(there)) {
			t.Errorf("back by %+v, want %+v", back, edge.Reversed(there))
		}
		m.switches(t, back)
		afterTTL()
		m.served(t, east)
	})
}

func TestARecordKeepsAllButItsContent(t *testing.T) {
	moving(t, func(t *testing.T, m mover) {
		changes := m.plan(t, east, west)
		m.Cloud().Locked(func(w *cloud.World) { // after the plan, too
			for _, r := range w.Zones[0].Records {
				r.Comment, r.Tags = "ask the web team", []string{"team:web"}
				r.TTL, r.Proxied = 120, r.Name == "grafana."+w.Zones[0].Name
				if r.Proxied {
					r.TTL = 1
				}
			}
		})
		before := m.records()
		m.switches(t, changes)
		for name, r := range m.records() {
			want := before[name]
			if name == "grafana" || name == "origin" {
				want.Content, want.Modified = m.balancer(west), r.Modified
			}
			if r.Content != want.Content || r.TTL != want.TTL || r.Proxied != want.Proxied || r.Comment != want.Comment || !slices.Equal(r.Tags, want.Tags) || r.Modified != want.Modified || r.ID != want.ID {
				t.Errorf("%s is %+v, want %+v", name, r, want)
			}
		}
	})
}

func TestABatchWhoseAnswerIsLostIsNotRepeatedAndIsFoundDone(t *testing.T) {
	for order, kind := range map[string]fault.Kind{"lost-answer": fault.TimedOut, "cut-answer": fault.Unreachable} {
		moving(t, func(t *testing.T, m mover) {
			changes := m.plan(t, east, west)
			m.direct(t, order, "cloudflare", "BatchRecords", "1")
			is(t, m.by.SwitchRecords(t.Context(), changes), kind, "Cloudflare dns_records/batch on "+m.spec.Zone)
			m.holds(t, changes, 2)
			if err := m.by.SwitchRecords(t.Context(), changes); err != nil {
				t.Errorf("again: %v", err)
			}
			if asked := m.asked.take(true); asked != "cloudflare:BatchDNSRecords" {
				t.Errorf("asked %s", asked)
			}
		})
	}
}

func TestARefusedBatchChangesNothingAndSaysWhy(t *testing.T) {
	moving(t, func(t *testing.T, m mover) {
		changes := m.plan(t, east, west)
		for code, kind := range map[string]fault.Kind{
			"ServiceUnavailable": fault.Unavailable, "AccessDenied": fault.Denied, "Throttling": fault.Throttled, "ExpiredToken": fault.Expired,
			"ValidationException": fault.Refused,
		} {
			m.direct(t, "break-call", "cloudflare", "BatchRecords", code)
			m.asked.take(false)
			is(t, m.by.SwitchRecords(t.Context(), changes), kind, code)
			if asked := m.asked.take(true); asked != "cloudflare:BatchDNSRecords" {
				t.Errorf("%s: asked %s", code, asked)
			}
			m.holds(t, changes, 0)
			m.direct(t, "restore")
		}
		m.switches(t, changes)
	})
}

func TestWithCloudflareDownNothingIsChangedAndItsAPIIsNotAlive(t *testing.T) {
	moving(t, func(t *testing.T, m mover) {
		changes := m.plan(t, east, west)
		if err := m.by.Alive(t.Context()); err != nil {
			t.Error(err)
		}
		m.direct(t, "cloudflare-down")
		is(t, m.by.Alive(t.Context()), fault.Unavailable)
		is(t, m.by.SwitchRecords(t.Context(), changes), fault.Unavailable)
		_, _, err := m.by.Switched(t.Context(), changes)
		is(t, err, fault.Unavailable)
		_, err = m.by.Records(t.Context())
		is(t, err, fault.Unavailable)
		m.direct(t, "restore")
		m.holds(t, changes, 0)
		m.asked.take(false)

		m.spec.Dial = func(_ context.Context, network, _ string) (net.Conn, error) {
			return nil, &net.OpError{Op: "dial", Net: network, Err: syscall.ECONNREFUSED}
		}
		cut := m.changer(t, m.spec)
		is(t, cut.Alive(t.Context()), fault.Unreachable, "connection refused")
		is(t, cut.SwitchRecords(t.Context(), changes), fault.Unreachable)
		if asked := m.asked.take(true); asked != "" {
			t.Errorf("asked %s", asked)
		}
	})
}

func TestATokenThatSeesNoRecordsIsNotAlive(t *testing.T) {
	moving(t, func(t *testing.T, m mover) {
		m.direct(t, "break-call", "cloudflare", "ListRecords", "AccessDenied")
		is(t, m.by.Alive(t.Context()), fault.Denied)
		m.spec.CloudflareKey = nil
		is(t, m.changer(t, m.spec).Alive(t.Context()), fault.NoCredentials)
		m.spec.Zone = ""
		is(t, m.changer(t, m.spec).Alive(t.Context()), fault.NotConfigured)
	})
}

func TestARecordThatSomebodyElseChangedStopsTheBatch(t *testing.T) {
	moving(t, func(t *testing.T, m mover) {
		changes := m.plan(t, east, west)
		m.point(t, "grafana."+m.spec.Zone, "status.example.net")
		done, foreign, err := m.by.Switched(t.Context(), changes)
		if err != nil || done != 0 || !slices.Equal(foreign, []string{"grafana." + m.spec.Zone}) {
			t.Errorf("%d done, foreign %v, %v", done, foreign, err)
		}
		is(t, m.by.SwitchRecords(t.Context(), changes), fault.Refused, "somebody else changed grafana."+m.spec.Zone+" meanwhile")
		m.Cloud().Locked(func(w *cloud.World) {
			z := w.Zones[0]
			z.Records = slices.DeleteFunc(z.Records, func(r *cloud.Record) bool { return r.Name == "origin."+z.Name })
		})
		done, foreign, err = m.by.Switched(t.Context(), changes)
		if err != nil || done != 0 || len(foreign) != 2 {
			t.Errorf("%d done, foreign %v, %v", done, foreign, err)
		}
		if asked := m.asked.take(true); asked != "" {
			t.Errorf("asked %s", asked)
		}
	})
}

func TestWhatIsLeftOfTheChangesIsMade(t *testing.T) {
	moving(t, func(t *testing.T, m mover) {
		changes := m.plan(t, east, west)
		m.point(t, "grafana."+m.spec.Zone, "dualstack."+m.balancer(west)+".")
		m.holds(t, changes, 1)
		m.switches(t, changes)
		if r := m.records()["grafana"]; r.Content != "dualstack."+m.balancer(west)+"." {
			t.Errorf("a record that leads there already was changed to %s", r.Content)
		}
	})
}

func TestARecordIsNeverPointedAtWhatIsNoName(t *testing.T) {
	moving(t, func(t *testing.T, m mover) {
		changes := m.plan(t, east, west)
		for _, to := range []string{"", "N/A", "None", "alb 1.example.com", "https://alb.example.com", "..", "null"} {
			changes[1].To = to
			is(t, m.by.SwitchRecords(t.Context(), changes), fault.Refused, "origin."+m.spec.Zone+" would be pointed at")
		}
		if asked := m.asked.take(true); asked != "" {
			t.Errorf("asked %s", asked)
		}
	})
}

func TestNoChangesAskNobody(t *testing.T) {
	moving(t, func(t *testing.T, m mover) {
		m.switches(t, nil)
		if asked := m.asked.take(false); asked != "" {
			t.Errorf("asked %s", asked)
		}
	})
}

func TestWhoBreaksOffLearnsNothing(t *testing.T) {
	moving(t, func(t *testing.T, m mover) {
		changes := m.plan(t, east, west)
		m.direct(t, "slow", "all", "2s")
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(time.Second, cancel)
		if err := m.by.SwitchRecords(ctx, changes); !errors.Is(err, context.Canceled) || fault.KindOf(err) != "" {
			t.Errorf("error %v", err)
		}
		if asked := m.asked.take(true); asked != "" {
			t.Errorf("asked %s", asked)
		}
	})
}

func TestABatchThatWasSentIsWaitedForWhoeverBreaksOff(t *testing.T) {
	moving(t, func(t *testing.T, m mover) {
		changes := m.plan(t, east, west)
		m.direct(t, "slow", "all", "2s")
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(3*time.Second, cancel) // the records were read, and the batch is under way
		if err := m.by.SwitchRecords(ctx, changes); err != nil || ctx.Err() == nil {
			t.Errorf("error %v, of the caller %v", err, ctx.Err())
		}
	})
}

func TestAZoneThatWasMadeAnewIsFound(t *testing.T) {
	moving(t, func(t *testing.T, m mover) {
		changes := m.plan(t, east, west)
		m.Cloud().Locked(func(w *cloud.World) { w.Zones[0].ID = w.NewID() })
		if err := m.by.Alive(t.Context()); err != nil {
			t.Error(err)
		}
		m.switches(t, changes)
	})
}

func TestChangesComeOutOfAJournalAsTheyWentIn(t *testing.T) {
	changes := []edge.RecordChange{{ID: "r", Name: "shop.example", Type: "CNAME", From: "a.example.", To: "b.example", TTL: time.Minute, Proxied: true}}
	text := have[[]byte](t)(json.Marshal(changes))
	var back []edge.RecordChange
	if err := json.Unmarshal(text, &back); err != nil || !slices.Equal(back, changes) {
		t.Errorf("%s became %+v, %v", text, back, err)
	}
}
