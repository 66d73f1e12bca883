package aws_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"lifeboat/aws"
)

// repeated is "n x op" of each operation, sorted.
func repeated(ops []string) []string {
	var lines []string
	for _, op := range slices.Compact(slices.Clone(ops)) {
		n := 0
		for _, o := range ops {
			if o == op {
				n++
			}
		}
		lines = append(lines, fmt.Sprintf("%d x %s", n, op))
	}
	return lines
}

var (
	everyRefresh = []string{
		"1 x application-autoscaling:DescribeScalableTargets", "1 x ecs:DescribeServices", "1 x elasticloadbalancing:DescribeLoadBalancers",
		"3 x elasticloadbalancing:DescribeTargetHealth", "1 x monitoring:GetMetricData", "1 x rds:DescribeDBInstances", "1 x sts:GetCallerIdentity",
	}
	firstRefresh = []string{ // and what does not change by itself
		"1 x application-autoscaling:DescribeScalableTargets", "1 x ecs:DescribeServices", "2 x ecs:DescribeTaskDefinition", "1 x ecs:DescribeTasks",
		"1 x ecs:ListTasks", "1 x elasticloadbalancing:DescribeLoadBalancers", "1 x elasticloadbalancing:DescribeTargetGroups",
		"3 x elasticloadbalancing:DescribeTargetHealth", "1 x monitoring:GetMetricData", "1 x rds:DescribeDBInstances", "1 x sts:GetCallerIdentity",
	}
	slowRefresh = []string{
		"1 x acm:DescribeCertificate", "4 x ecr:DescribeImages", "1 x elasticloadbalancing:DescribeListenerCertificates",
		"1 x elasticloadbalancing:DescribeListeners", "1 x elasticloadbalancing:DescribeLoadBalancers", "1 x rds:DescribeDBInstanceAutomatedBackups",
		"1 x rds:DescribeDBInstances", "1 x rds:DescribeDBSnapshots", "1 x secretsmanager:DescribeSecret", "1 x servicequotas:GetServiceQuota",
	}
)

func TestTheReferenceEstateTakesAtMost14CallsARefresh(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		p := open(t, 4)
		for _, region := range []string{east, west} {
			r := reader(t, p.spec(region))
			var f aws.Fast
			for n := range 5 {
				f = r.Fast(t.Context(), f)
				wantNoErrors(t, errorsOf(f))
				calls := p.take()
				if f.Calls > 14 || len(calls) != f.Calls {
					t.Errorf("refresh %d of %s says it took %d calls and took %v", n, region, f.Calls, repeated(calls))
				}
				switch {
				case n > 0:
					want(t, "calls of a refresh", repeated(calls), everyRefresh)
				case region == west:
					want(t, "calls of the first refresh", repeated(calls), firstRefresh)
				}
				time.Sleep(15 * time.Second)
			}
			r.Slow(t.Context(), aws.Slow{})
			want(t, "calls of a slow refresh", repeated(p.take()), slowRefresh)
			f = r.Fast(t.Context(), f)
			if f.Calls > 14 {
				t.Errorf("after a slow refresh a fast one takes %d calls: %v", f.Calls, repeated(p.take()))
			}
			p.take()
		}
	})
}

func TestCallsGrowWithBatchesNotWithServices(t *testing.T) {
	for _, c := range []struct{ services, describes, scaling, health int }{
		{4, 1, 1, 3}, {6, 1, 1, 5}, {100, 10, 2, 40}, {500, 50, 10, 40},
	} {
		inBubble(t, func(t *testing.T) {
			p := open(t, c.services)
			r := reader(t, p.spec(east))
			f := r.Fast(t.Context(), aws.Fast{})
			time.Sleep(15 * time.Second)
			p.take()
			f = r.Fast(t.Context(), f)
			wantNoErrors(t, errorsOf(f))
			want(t, fmt.Sprintf("calls for %d services", c.services), repeated(p.take()), []string{
				fmt.Sprintf("%d x application-autoscaling:DescribeScalableTargets", c.scaling), fmt.Sprintf("%d x ecs:DescribeServices", c.describes),
				"1 x elasticloadbalancing:DescribeLoadBalancers", fmt.Sprintf("%d x elasticloadbalancing:DescribeTargetHealth", c.health),
				"1 x monitoring:GetMetricData", "1 x rds:DescribeDBInstances", "1 x sts:GetCallerIdentity",
			})
			if len(f.Services.Value) != c.services {
				t.Errorf("%d services of %d", len(f.Services.Value), c.services)
			}
		})
	}
}

func TestARefreshOfASlowAPITakesLittleLongerThanItMust(t *testing.T) {
	const call = 200 * time.Millisecond
	for _, services := range []int{6, 100, 500} {
		inBubble(t, func(t *testing.T) {
			p := open(t, services)
			p.meddle("*", func(w http.ResponseWriter, r *http.Request, inner http.Handler) {
				time.Sleep(call)
				inner.ServeHTTP(w, r)
			})
			r := reader(t, p.spec(east))
			var f aws.Fast
			for n, chain := range []time.Duration{3, 2, 2, 2} { // balancers, metrics; at first services, tasks, definitions
				f = r.Fast(t.Context(), f)
				wantNoErrors(t, errorsOf(f))
				most := max(chain*call, time.Duration(f.Calls)*call/8) * 13 / 10
				if f.Took > most {
					t.Errorf("refresh %d of %d services took %s for %d calls, want at most %s", n, services, f.Took, f.Calls, most)
				}
				time.Sleep(15 * time.Second)
			}
		})
	}
}

// countAtOnce has every call take a while, and counts how many were under way at once.
func (p *place) countAtOnce(each time.Duration) (most func() int) {
	var now, max int
	count := func(n int) {
		p.mu.Lock()
		defer p.mu.Unlock()
		now += n
		if now > max {
			max = now
		}
	}
	p.meddle("*", func(w http.ResponseWriter, r *http.Request, inner http.Handler) {
		count(1)
		time.Sleep(each)
		count(-1)
		inner.ServeHTTP(w, r)
	})
	return func() int {
		p.mu.Lock()
		defer p.mu.Unlock()
		return max
	}
}

func TestNoMoreThan8CallsAreMadeAtOnce(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		p := open(t, 100)
		most := p.countAtOnce(100 * time.Millisecond)
		r := reader(t, p.spec(east))
		done := make(chan struct{})
		go func() { r.Slow(t.Context(), aws.Slow{}); close(done) }()
		r.Fast(t.Context(), aws.Fast{})
		<-done
		want(t, "calls at once", most(), 8)
	})
}

func TestNothingIsEverChanged(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		p := open(t, 4)
		for _, d := range []aws.Discover{{}, {Prefix: "davidshaevel"}, {TagKey: "Project", TagValue: "davidshaevel"}} {
			s := p.spec(west)
			s.RoleARN = "arn:aws:iam::123456789012:role/read"
			if d != (aws.Discover{}) {
				s = aws.Spec{Region: west, Endpoint: s.Endpoint, Dial: s.Dial, Discover: d, RoleARN: s.RoleARN}
			}
			r := reader(t, s)
			r.Slow(t.Context(), aws.Slow{})
			r.Fast(t.Context(), r.Fast(t.Context(), aws.Fast{}))
		}
		for _, op := range p.take() {
			_, action, _ := strings.Cut(op, ":")
			if !slices.ContainsFunc([]string{"Describe", "List", "Get", "BatchGet", "AssumeRole"}, func(verb string) bool { return strings.HasPrefix(action, verb) }) {
				t.Errorf("%s is no reading call", op)
			}
			if op == "secretsmanager:GetSecretValue" {
				t.Error("a secret's value was read")
			}
		}
	})
}
