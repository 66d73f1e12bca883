package cloud

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
)

func call(region string) Call {
	return Call{Region: region, Service: "ecs", Action: "DescribeServices"}
}

func TestADarkRegionHangsAndTheOtherAnswers(t *testing.T) {
	k := newClock()
	c := Reference(k.options(1))
	east0 := within(c, func(w *World) string { return w.Region(east).Balancers[0].DNSName })
	west0 := within(c, func(w *World) string { return w.Region(west).Balancers[0].DNSName })
	q := Request{Port: 443, Method: "GET", Host: "davidshaevel.com", Path: "/"}
	must(t, c.Do("darken", east))
	expect(t, "API hangs", c.Gate(call(east)).Hang, true)
	expect(t, "other API", c.Gate(call(west)), Fault{})
	expect(t, "balancer silent", c.Serve(east0, q).Silent, true)
	expect(t, "other balancer", c.Serve(west0, q).Status, 200)
	pg, err := c.SQL(east, writer)
	must(t, err)
	expect(t, "database silent", pg.Silent, true)
	c.Locked(func(w *World) {
		expect(t, "pages are bridged", w.flow.pages.region.Name, west)
		expect(t, "bridged", w.flow.bridged, true)
		expect(t, "the API is not", w.flow.api.region.Name, east)
		if w.flow.database != nil {
			t.Error("writes still commit")
		}
	})
	must(t, c.Do("restore", east))
	expect(t, "back", c.Gate(call(east)), Fault{})
	expect(t, "balancer back", c.Serve(east0, q).Status, 200)
}

func TestADarkRegionRecordsNoMetrics(t *testing.T) {
	k := newClock()
	c := Reference(k.options(1))
	must(t, c.Do("darken", east))
	k.pass(5 * time.Minute)
	must(t, c.Do("restore"))
	k.pass(2 * time.Minute)
	c.Locked(func(w *World) {
		m := Metric{"AWS/RDS", "DatabaseConnections", "DBInstanceIdentifier=" + writer}
		d, _ := w.Region(east).Datapoints(m, k.t.Add(-10*time.Minute), k.t, time.Minute, "Average")
		expect(t, "points in ten minutes with five of darkness", len(d), 5)
		m = Metric{"AWS/ApplicationELB", "HealthyHostCount", Dimensions(
			Tag{"LoadBalancer", resourceOf(w.Region(east).Balancers[0].ARN)}, Tag{"TargetGroup", resourceOf(w.Region(east).TargetGroups[0].ARN)})}
		d, _ = w.Region(east).Datapoints(m, k.t.Add(-10*time.Minute), k.t, time.Minute, "Average")
		expect(t, "of the balancer", len(d), 5)
	})
}

func TestControlPlaneDownLeavesTheDataPlaneAlone(t *testing.T) {
	k := newClock()
	c := Reference(k.options(1))
	must(t, c.Do("control-plane", east))
	expect(t, "API", c.Gate(call(east)).Status, 503)
	dns := within(c, func(w *World) string { return w.Region(east).Balancers[0].DNSName })
	expect(t, "balancer", c.Serve(dns, Request{Port: 443, Method: "GET", Host: "davidshaevel.com", Path: "/"}).Status, 200)
}

func TestThrottlingRefusesThreeOfFour(t *testing.T) {
	c := Reference(newClock().options(1))
	must(t, c.Do("throttle", east))
	refused := 0
	for range 20 {
		if f := c.Gate(call(east)); f.Code == Throttling {
			refused++
		}
	}
	expect(t, "refused", refused, 15)
	expect(t, "other region", c.Gate(call(west)), Fault{})
}

func TestFaultsAddUpAndRestoreOfOneRegionLeavesTheOther(t *testing.T) {
	c := Reference(newClock().options(1))
	must(t, c.Do("slow", "all", "1500ms"))
	must(t, c.Do("control-plane", west))
	f := c.Gate(call(west))
	expect(t, "delay", f.Delay, 1500*time.Millisecond)
	expect(t, "status", f.Status, 503)
	must(t, c.Do("restore", west))
	expect(t, "after the region's restore", c.Gate(call(west)), Fault{Delay: 1500 * time.Millisecond})
	must(t, c.Do("restore"))
	expect(t, "after all", c.Gate(call(west)), Fault{})
}

func TestAnOrderForSoLongEndsByItself(t *testing.T) {
	k := newClock()
	c := Reference(k.options(1))
	must(t, c.Do("darken", east, "2m"))
	must(t, c.Do("throttle", west))
	k.pass(119 * time.Second)
	expect(t, "before", strings.Join(c.InForce(), ", "), "darken us-east-1 2m, throttle us-west-2")
	k.pass(time.Second)
	expect(t, "after", strings.Join(c.InForce(), ", "), "throttle us-west-2")
	expect(t, "answers", c.Gate(call(east)), Fault{})
}

func TestOneCallBreaksAndAListBreaksHalfWay(t *testing.T) {
	c := Reference(newClock().options(1))
	c.Offer("rds", []string{"DescribeDBInstances"})
	c.Offer("ecs", []string{"ListTasks"})
	must(t, c.Do("break-call", "rds", "DescribeDBInstances"))
	must(t, c.Do("half-way", "ecs", "ListTasks", "ServerException"))
	expect(t, "broken", c.Gate(Call{Region: east, Service: "rds", Action: "DescribeDBInstances"}).Code, AccessDenied)
	expect(t, "another", c.Gate(call(east)), Fault{})
	first := Call{Region: east, Service: "ecs", Action: "ListTasks"}
	expect(t, "first page", c.Gate(first), Fault{})
	first.Continued = true
	expect(t, "second page", c.Gate(first).Status, 500)
}

func TestCredentialsExpireForAWSOnly(t *testing.T) {
	k := newClock()
	c := Reference(k.options(1))
	must(t, c.Do("expire-credentials"))
	expect(t, "AWS", c.Gate(call(east)).Code, ExpiredToken)
	expect(t, "Cloudflare", c.Gate(Call{Service: "cloudflare", Action: "ListRecords"}), Fault{})
	must(t, c.Do("restore"))
	key := within(c, func(w *World) string {
		key, _, err := w.AssumeRole(w.Identity, RoleOrder{Role: w.Roles[0].ARN, Session: "me"})
		must(t, err)
		return key
	})
	session := call(east)
	session.AccessKey = key
	expect(t, "a new session", c.Gate(session), Fault{})
	k.pass(61 * time.Minute)
	expect(t, "an hour later", c.Gate(session).Code, ExpiredToken)
}

func TestWrongActionsAreRefusedWithWhatWouldBeRight(t *testing.T) {
	c := Reference(newClock().options(1))
	c.Offer("ecs", []string{"ListTasks"})
	for _, x := range []struct {
		words []string
		want  string
	}{
		{[]string{"explode"}, "there are darken, control-plane"},
		{[]string{"darken"}, "REGION is missing"},
		{[]string{"darken", "eu-west-1"}, "there are us-east-1 and us-west-2"},
		{[]string{"darken", east, "1m", "now"}, "1 arguments too many"},
		{[]string{"darken", east, "long"}, "FOR must be a duration"},
		{[]string{"break-call", "iam", "GetUser"}, "there are cloudflare, ecs"},
		{[]string{"break-call", "ecs", "GetUser"}, "there are ListTasks"},
		{[]string{"slow", east, "soon"}, "must be a duration"},
		{[]string{"stop-tasks", east, "nothing"}, "there are davidshaevel-dev-frontend"},
		{[]string{"az-gone", east, "c"}, "must be a or b"},
	} {
		err := c.Do(x.words[0], x.words[1:]...)
		if err == nil || !strings.Contains(err.Error(), x.want) {
			t.Errorf("%v: got %v, want ...%s...", x.words, err, x.want)
		}
	}
	expect(t, "nothing happened", c.Gate(call(east)), Fault{})
}

func TestEveryActionOfTheTableRunsAndIsTakenBack(t *testing.T) {
	values := map[string]string{"REGION": east, "DURATION": "1s", "SERVICE": backend, "ACTION": "DescribeServices", "IMAGE": "all", "NAME": "/ecs/x", "ADDRESS": "aws_vpc.this"}
	for _, a := range Actions() {
		o := newClock().options(1)
		if a.Name == "let-go" {
			o.Holds = PrimaryOnly
		}
		c := Reference(o)
		c.Offer(backend, []string{"DescribeServices"}) // break-call's SERVICE is another kind than stop-tasks'
		var words []string
		for _, arg := range a.Args {
			if !arg.Optional {
				words = append(words, values[arg.Name])
			}
		}
		if a.Name == "return" {
			must(t, c.Do("darken", east))
		}
		must(t, c.Do(a.Name, words...))
		must(t, c.Do("restore"))
		c.Locked(func(w *World) {
			expect(t, a.Name+": faults left", len(w.faults), 0)
			expect(t, a.Name+": undos left", len(w.undos), 0)
			for _, r := range w.Regions {
				expect(t, a.Name+": dark", r.Dark, false)
				expect(t, a.Name+": zone", r.GoneAZ, "")
			}
			if o.Holds == Everything {
				expect(t, a.Name+": stalled", w.Region(west).Database(replica).replay.stalled, false)
			}
		})
	}
}

func TestEscapeSequencesTurnUpAndGoAgain(t *testing.T) {
	c := Reference(newClock().options(1))
	hostileEvent := func() bool {
		return within(c, func(w *World) bool {
			return strings.ContainsRune(service(w, east, backend).Events[0].Message, '\x1b')
		})
	}
	must(t, c.Do("escape-names", east))
	expect(t, "hostile", hostileEvent(), true)
	must(t, c.Do("restore"))
	expect(t, "hostile afterwards", hostileEvent(), false)
}

// state is a world's story in text.
func state(c *Cloud) string {
	return within(c, func(w *World) string {
		var b strings.Builder
		for _, r := range w.Regions {
			for _, s := range r.Clusters[0].Services {
				for _, t := range s.Tasks() {
					fmt.Fprintln(&b, t.ARN, t.Last, t.IP, t.Started)
				}
				for _, e := range s.Events {
					fmt.Fprintln(&b, e)
				}
			}
			for _, m := range r.Metrics() {
				d, _ := r.Datapoints(m, w.now.Add(-time.Hour), w.now, time.Minute, "Sum")
				fmt.Fprintln(&b, m, d)
			}
		}
		return b.String()
	})
}

func TestTheSameSeedAndClockTellTheSameStoryHoweverOftenOneLooks(t *testing.T) {
	tell := func(seed uint64, looks int) string {
		k := newClock()
		c := Reference(k.options(seed))
		for _, act := range [][]string{{"stop-tasks", east, backend}, {"bad-deployment", west, "davidshaevel-dr-frontend"}, {"stall-replica", "3m"}} {
			must(t, c.Do(act[0], act[1:]...))
			for range looks {
				k.pass(10 * time.Minute / time.Duration(looks))
				_, err := c.SQL(west, replica)
				must(t, err)
			}
		}
		return state(c)
	}
	once, often := tell(5, 1), tell(5, 600)
	if once != often {
		a, b := strings.Split(once, "\n"), strings.Split(often, "\n")
		i := slices.IndexFunc(a, func(l string) bool { return !slices.Contains(b, l) })
		t.Errorf("line %d differs: %s", i, a[max(i, 0)])
	}
	if once == tell(6, 1) {
		t.Error("another seed tells the same story")
	}
}

func TestAnOriginGroupRefusesWritingMethods(t *testing.T) {
	c := Reference(newClock().options(1))
	c.Locked(func(w *World) {
		d := w.Distributions[0]
		must(t, d.Check())
		d.Behaviors[0].Target = "pages"
		if err := d.Check(); err == nil || !strings.Contains(err.Error(), "AllowedMethods cannot include POST") {
			t.Errorf("got %v", err)
		}
	})
}

func TestPublicHealthNamesTheRegionThatAnswers(t *testing.T) {
	c := Reference(newClock().options(1))
	for i, region := range []string{east, west} {
		dns := within(c, func(w *World) string { return w.Region(region).Balancers[0].DNSName })
		a := c.Serve(dns, Request{Port: 443, Method: "GET", Host: "davidshaevel.com", Path: "/api/health"})
		expect(t, region, a.Environment, []string{"primary", "dr"}[i])
		expect(t, region+" database", a.Database, "connected")
		redirect := c.Serve(dns, Request{Port: 80, Method: "GET", Host: "davidshaevel.com", Path: "/"})
		expect(t, region+" http", redirect.Status, 301)
	}
	dns := within(c, func(w *World) string { return w.Region(west).Balancers[0].DNSName })
	write := c.Serve(dns, Request{Port: 443, Method: "POST", Host: "davidshaevel.com", Path: "/api/items", Body: "x"})
	expect(t, "a write on the standby", write.Status, 500)
	grafana := c.Serve(dns, Request{Port: 443, Method: "GET", Host: "grafana.davidshaevel.com", Path: "/"})
	expect(t, "a service with no tasks", grafana.Status, 503)
}

func TestManyServicesStandBehindManyTargetGroups(t *testing.T) {
	for _, n := range []int{6, 100, 500} {
		o := newClock().options(1)
		o.Services = n
		c := Reference(o)
		c.Locked(func(w *World) {
			for _, r := range w.Regions {
				expect(t, fmt.Sprint(n, " in ", r.Name), len(r.Clusters[0].Services), n)
				if n >= 100 && len(r.TargetGroups) <= 40 {
					t.Errorf("%d target groups", len(r.TargetGroups))
				}
			}
		})
	}
}
