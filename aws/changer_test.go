package aws_test

import (
	"context"
	"reflect"
	"strings"
	"testing"
	"time"

	"lifeboat/aws"
	"lifeboat/aws/fault"
	"lifeboat/aws/sim/cloud"
)

const (
	dr        = "davidshaevel-dr"
	cluster   = "dr-cluster"
	drBackend = dr + "-backend"
	standby   = dr + "-db"
)

func changer(t testing.TB, s aws.Spec, by *aws.Operator) *aws.Changer {
	t.Helper()
	c, err := aws.NewChanger(s, by)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// direct orders the director.
func (p *place) direct(t testing.TB, action string, args ...string) {
	t.Helper()
	if err := p.Do(action, args...); err != nil {
		t.Fatal(err)
	}
}

// isolation is the region's security group that lets nobody in.
func isolation(w *cloud.World) string { return w.Region(west).SecurityGroups[1].ID }

// changing is one changing call and what it does to us-west-2.
type changing struct {
	op   string // under its signing name
	on   string // what it names as changed
	do   func(ctx context.Context, c *aws.Changer, p *place) error
	done func(w *cloud.World) bool // it has taken effect, or is on its way
}

var lagAlarm = aws.Alarm{
	Name: "lag", Text: "the standby is behind", Namespace: "AWS/RDS", Metric: "ReplicaLag", Dimensions: map[string]string{"DBInstanceIdentifier": standby},
	Statistic: "Maximum", Comparison: "GreaterThanThreshold", Threshold: 300, Period: time.Minute, Periods: 3, Enough: 2, Missing: "breaching",
	Actions: []string{"arn:aws:sns:us-west-2:123456789012:ops"},
}

func apiOf(w *cloud.World) *cloud.Service     { return w.Region(west).Service(drBackend) }
func database(w *cloud.World) *cloud.Database { return w.Region(west).Databases[0] }

var (
	ten    = 10 * time.Minute
	week   = 7
	yes    = true
	change = map[string]changing{
		"SetScaling": {"application-autoscaling:RegisterScalableTarget", cluster + "/" + drBackend, func(ctx context.Context, c *aws.Changer, _ *place) error {
			return c.SetScaling(ctx, cluster, drBackend, 0, 0)
		}, func(w *cloud.World) bool {
			target := w.Region(west).ScalableTargets[1]
			return strings.HasSuffix(target.ResourceID, drBackend) && target.Min == 0 && target.Max == 0
		}},
		"SetDesired": {"ecs:UpdateService", cluster + "/" + drBackend, func(ctx context.Context, c *aws.Changer, _ *place) error {
			return c.SetDesired(ctx, cluster, drBackend, 2, &ten)
		}, func(w *cloud.World) bool { return apiOf(w).Desired == 2 && apiOf(w).Grace == ten }},
		"SetDesired to nothing": {"ecs:UpdateService", cluster + "/" + drBackend, func(ctx context.Context, c *aws.Changer, _ *place) error {
			return c.SetDesired(ctx, cluster, drBackend, 0, nil)
		}, func(w *cloud.World) bool { return apiOf(w).Desired == 0 && apiOf(w).Grace != ten }},
		"SetGrace": {"ecs:UpdateService", cluster + "/" + drBackend, func(ctx context.Context, c *aws.Changer, _ *place) error {
			return c.SetGrace(ctx, cluster, drBackend, ten)
		}, func(w *cloud.World) bool { return apiOf(w).Desired == 1 && apiOf(w).Grace == ten }},
		"Deploy": {"ecs:UpdateService", cluster + "/" + drBackend, func(ctx context.Context, c *aws.Changer, _ *place) error {
			return c.Deploy(ctx, cluster, drBackend)
		}, func(w *cloud.World) bool { return len(apiOf(w).Deployments) == 2 && apiOf(w).Desired == 1 }},
		"Promote": {"rds:PromoteReadReplica", standby, func(ctx context.Context, c *aws.Changer, _ *place) error {
			return c.Promote(ctx, standby, 7)
		}, func(w *cloud.World) bool { return database(w).Status == "modifying" }},
		"SetGroups": {"rds:ModifyDBInstance", standby, func(ctx context.Context, c *aws.Changer, p *place) error {
			var group string
			p.Locked(func(w *cloud.World) { group = isolation(w) })
			return c.SetGroups(ctx, standby, []string{group})
		}, func(w *cloud.World) bool { return database(w).Status == "modifying" }},
		"Protect": {"rds:ModifyDBInstance", standby, func(ctx context.Context, c *aws.Changer, _ *place) error {
			return c.Protect(ctx, standby, &week, &yes)
		}, func(w *cloud.World) bool {
			p := database(w).Pending
			return p.Retention != nil && *p.Retention == 7 && p.MultiAZ != nil && *p.MultiAZ
		}},
		"TakeSnapshot": {"rds:CreateDBSnapshot", "kept", func(ctx context.Context, c *aws.Changer, _ *place) error {
			return c.TakeSnapshot(ctx, standby, "kept", map[string]string{"why": "a test"})
		}, func(w *cloud.World) bool {
			all := w.Region(west).Snapshots
			s := all[len(all)-1]
			return s.ID == "kept" && s.Database == standby && s.Tags[0] == cloud.Tag{Key: "why", Value: "a test"}
		}},
		"Rename": {"rds:ModifyDBInstance", standby, func(ctx context.Context, c *aws.Changer, _ *place) error {
			return c.Rename(ctx, standby, standby+"-kept")
		}, func(w *cloud.World) bool { return database(w).Status == "renaming" }},
		"CreateReplica": {"rds:CreateDBInstanceReadReplica", "another-db", func(ctx context.Context, c *aws.Changer, p *place) error {
			return c.CreateReplica(ctx, p.order("another-db"))
		}, func(w *cloud.World) bool {
			db := w.Region(west).Database("another-db")
			return db != nil && db.Status == "creating" && db.DeletionProtection && db.Parameters == w.Region(west).ParameterGroups[1] &&
				db.KMSKey == w.Region(west).Keys[0] && db.Source.Region() == "us-east-1" && reflect.DeepEqual(db.Upkeep, cloud.Upkeep(lookedAfter)) && len(db.Tags) == 1 && db.Tags[0].Key == "Owner"
		}},
		"Alarm": {"monitoring:PutMetricAlarm", lagAlarm.Name, func(ctx context.Context, c *aws.Changer, _ *place) error {
			return c.Alarm(ctx, lagAlarm)
		}, func(w *cloud.World) bool { return len(w.Region(west).Alarms) == 1 }},
	}
)

// lookedAfter is how a replica is to be looked after.
var lookedAfter = aws.Upkeep{CopyTags: true, Insights: true, InsightsKey: "alias/ours", Logs: []string{"postgresql"}}

// order is a replica in us-west-2 of the writer in us-east-1, as an order gives all of it.
func (p *place) order(id string) aws.ReplicaOrder {
	o := aws.ReplicaOrder{ID: id, Class: "db.t3.micro", StorageType: "gp3", MaxStorageGiB: 100, Port: 5432,
		Tags:   map[string]string{"Owner": "platform", "aws:cloudformation:stack-name": "theirs"},
		Upkeep: lookedAfter}
	p.Locked(func(w *cloud.World) {
		r := w.Region(west)
		o.Source = w.Region("us-east-1").Databases[0].ARN
		o.KMSKey, o.SubnetGroup, o.ParameterGroup, o.Groups = r.Keys[0], r.SubnetGroups[0], r.ParameterGroups[1], []string{r.SecurityGroups[0].ID}
	})
	return o
}

// happened says whether a change has taken effect.
func (p *place) happened(c changing) (done bool) {
	p.Locked(func(w *cloud.World) { done = c.done(w) })
	return done
}

func TestAChangeIsOneRequestAndTakesEffect(t *testing.T) {
	for name, c := range change {
		t.Run(name, func(t *testing.T) {
			inBubble(t, func(t *testing.T) {
				p, a := open(t, 4), &asked{}
				s := p.spec(west)
				s.Asked = a.note
				if p.happened(c) {
					t.Fatal("it is so before")
				}
				if err := c.do(context.WithValue(t.Context(), tagKey{}, "best effort"), changer(t, s, nil), p); err != nil {
					t.Fatal(err)
				}
				want(t, "it has taken effect", p.happened(c), true)
				want(t, "requests", p.take(), []string{c.op})
				if one := a.list[0]; len(a.list) != 1 || !one.Changes || one.Region != west || one.Operation != strings.Replace(c.op, "monitoring:", "cloudwatch:", 1) || one.Target != c.on {
					t.Errorf("it says of itself %+v", a.list)
				}
				want(t, "the request's tag", a.ctxs[0].Value(tagKey{}), any("best effort"))
			})
		})
	}
}

// answers are what may come back of a change: how the director brings it about, the kind that it must be, and whether the
// change is made all the same.
var answers = map[string]struct {
	action string
	code   string
	kind   fault.Kind
	made   bool
}{
	"lost":      {"lost-answer", "1", fault.TimedOut, true},
	"cut off":   {"cut-answer", "1", fault.Unreadable, true},
	"throttled": {"break-call", cloud.Throttling, fault.Throttled, false},
	"a 503":     {"break-call", cloud.Unavailable, fault.Unavailable, false},
	"a 500":     {"break-call", "InternalFailure", fault.Unavailable, false},
	"denied":    {"break-call", cloud.AccessDenied, fault.Denied, false},
	"expired":   {"break-call", cloud.ExpiredToken, fault.Expired, false},
}

func TestAChangeThatFailsIsNotRepeatedAndSaysHow(t *testing.T) {
	for name, c := range change {
		for how, answer := range answers {
			t.Run(name+", "+how, func(t *testing.T) {
				inBubble(t, func(t *testing.T) {
					p := open(t, 4)
					signing, action, _ := strings.Cut(c.op, ":")
					p.direct(t, answer.action, signing, action, answer.code)
					var err error
					lasted := took(func() { err = c.do(t.Context(), changer(t, p.spec(west), nil), p) })
					wantKind(t, name, err, answer.kind)
					if !strings.Contains(err.Error(), action+" on us-west-2 "+c.on) {
						t.Errorf("says %q, which does not name what was changed", err)
					}
					want(t, "requests", p.take(), []string{c.op})
					want(t, "it has taken effect", p.happened(c), answer.made)
					if answer.kind == fault.TimedOut && lasted != 10*time.Second {
						t.Errorf("its answer was waited for for %s, want twice the time of a read", lasted)
					}
				})
			})
		}
	}
}

func TestAChangeInARegionThatDoesNotAnswerIsOneRequest(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		p := open(t, 4)
		s := p.spec(west)
		c := changer(t, s, nil)
		p.direct(t, "darken", west)
		err := c.SetDesired(t.Context(), cluster, drBackend, 0, nil)
		wantKind(t, "dark", err, fault.TimedOut)
		want(t, "requests", p.take(), []string{"ecs:UpdateService"})
		s.Dial = refuse
		wantKind(t, "no connection", changer(t, s, nil).Deploy(t.Context(), cluster, drBackend), fault.Unreachable)
	})
}

func TestTheAnswerOfAChangeIsHeardThoughItsCallerHasLeft(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		p := open(t, 4)
		c := changer(t, p.spec(west), nil)
		p.direct(t, "slow", west, "3s")
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(time.Second, cancel)
		if err := c.Promote(ctx, standby, 7); err != nil {
			t.Errorf("it was sent and carried out, and says %v", err)
		}
		wantKind(t, "one that was not sent", c.Deploy(ctx, cluster, drBackend), fault.TimedOut)
		want(t, "requests", p.take(), []string{"rds:PromoteReadReplica"})
	})
}

func TestWhatAWSRefusesIsRefusedInItsWords(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		p := open(t, 4)
		c := changer(t, p.spec(west), nil)
		err := c.Promote(t.Context(), "nothing", 7)
		wantKind(t, "no such instance", err, fault.NotFound)
		err = c.Promote(t.Context(), standby, 99)
		wantKind(t, "retention", err, fault.Refused)
		if !strings.Contains(err.Error(), "Retention period must be between 0 and 35") {
			t.Errorf("says %q", err)
		}
		err = c.SetGrace(t.Context(), cluster, dr+"-prometheus", time.Minute)
		wantKind(t, "grace without a balancer", err, fault.Refused)
		wantKind(t, "no such service", c.Deploy(t.Context(), cluster, "nothing"), fault.NotFound)
	})
}
