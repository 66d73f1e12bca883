package aws_test

import (
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"lifeboat/aws"
	"lifeboat/aws/fault"
	"lifeboat/aws/sim/cloud"
)

func TestEachPartFailsAlone(t *testing.T) {
	for op, parts := range map[string][]string{
		"sts:GetCallerIdentity":                           {"identity"},
		"ecs:DescribeServices":                            {"services"},
		"application-autoscaling:DescribeScalableTargets": {"scaling"},
		"elasticloadbalancing:DescribeLoadBalancers":      {"balancers", "certificates", "listeners"},
		"elasticloadbalancing:DescribeTargetHealth":       {"target group davidshaevel-dev-backend", "target group davidshaevel-dev-frontend", "target group davidshaevel-dev-grafana"},
		"rds:DescribeDBInstances":                         {"databases", "kept"},
		"monitoring:GetMetricData":                        {"metrics"},
		"ecr:DescribeImages":                              {"images"},
		"elasticloadbalancing:DescribeListeners":          {"certificates", "listeners"},
		"acm:DescribeCertificate":                         {"certificates"},
		"rds:DescribeDBSnapshots":                         {"snapshots"},
		"rds:DescribeDBInstanceAutomatedBackups":          {"backups"},
		"secretsmanager:DescribeSecret":                   {"secrets"},
		"servicequotas:GetServiceQuota":                   {"quotas"},
	} {
		inBubble(t, func(t *testing.T) {
			p := open(t, 4)
			service, action, _ := strings.Cut(op, ":")
			r := reader(t, p.spec(east))
			fast, slow := r.Fast(t.Context(), aws.Fast{}), r.Slow(t.Context(), aws.Slow{})
			time.Sleep(time.Minute)
			if err := p.Do("break-call", service, action); err != nil {
				t.Fatal(err)
			}
			again, slowAgain := r.Fast(t.Context(), fast), r.Slow(t.Context(), slow)
			errs := errorsOf(again)
			maps.Copy(errs, errorsOfSlow(slowAgain))
			want(t, "what fails without "+op, slices.Sorted(maps.Keys(errs)), parts)
			for part, err := range errs {
				wantKind(t, part+" without "+op, err, fault.Denied)
			}
			if op == "rds:DescribeDBInstances" && (!again.Databases.Seen.Equal(fast.Databases.Seen) || len(again.Databases.Value) != 1 || !again.Databases.Tried.After(again.Databases.Seen)) {
				t.Errorf("the last value does not stand beside the error: %+v", again.Databases)
			}
		})
	}
}

func TestAListThatBreaksOffIsNoList(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		p := open(t, 4)
		p.Locked(func(w *cloud.World) {
			repo := w.Region(east).Repositories[0]
			for n := range 2500 {
				repo.Images = append(repo.Images, &cloud.Image{Digest: fmt.Sprintf("sha256:%d", n), Pushed: w.Now()})
			}
		})
		r := reader(t, p.spec(east))
		s := r.Slow(t.Context(), aws.Slow{})
		wantNoErrors(t, errorsOfSlow(s))
		if n := len(s.Images.Value); n != 2504 {
			t.Fatalf("%d images of 2504", n)
		}
		if err := p.Do("half-way", "ecr", "DescribeImages", "InternalFailure"); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Minute)
		s = r.Slow(t.Context(), s)
		wantKind(t, "images", s.Images.Err, fault.Unavailable)
		if s.Images.Seen.Equal(s.Images.Tried) || len(s.Images.Value) != 2504 {
			t.Error("half a list replaced the whole one")
		}
		if s = reader(t, p.spec(east)).Slow(t.Context(), aws.Slow{}); s.Images.Known() {
			t.Errorf("half a list came as a whole one of %d", len(s.Images.Value))
		}
	})
}

func TestAListWithoutEndIsGivenUp(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		p := open(t, 4)
		n := 0
		p.meddle("ecr:DescribeImages", func(w http.ResponseWriter, _ *http.Request, _ http.Handler) {
			p.mu.Lock()
			n++
			_, _ = fmt.Fprintf(w, `{"imageDetails": [], "nextToken": "%d"}`, n)
			p.mu.Unlock()
		})
		s := p.spec(east)
		s.Repositories = s.Repositories[:1]
		slow := reader(t, s).Slow(t.Context(), aws.Slow{})
		wantKind(t, "images", slow.Images.Err, fault.Unreadable)
		if n != 100 {
			t.Errorf("%d pages were read", n)
		}
	})
}

func TestWhatDoesNotExistIsLeftOutAndSpoilsNothing(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		p := open(t, 4)
		s := p.spec(east)
		s.Clusters[0].Services = append([]string{"nobody"}, s.Clusters[0].Services...)
		s.Clusters = append(s.Clusters, aws.ClusterSpec{Name: "nowhere", Services: []string{"nothing"}})
		s.Balancers = append([]string{"no-alb"}, s.Balancers...)
		s.Databases = append([]string{"no-db"}, s.Databases...)
		s.Repositories = append([]string{"no/repository"}, s.Repositories...)
		s.Secrets = append([]string{"no/secret"}, s.Secrets...)
		r := reader(t, s)
		f, slow := r.Fast(t.Context(), aws.Fast{}), r.Slow(t.Context(), aws.Slow{})
		wantNoErrors(t, errorsOf(f))
		wantNoErrors(t, errorsOfSlow(slow))
		for what, n := range map[string][2]int{
			"services": {len(f.Services.Value), 4}, "balancers": {len(f.Balancers.Value), 1}, "databases": {len(f.Databases.Value), 1},
			"images": {len(slow.Images.Value), 4}, "secrets": {len(slow.Secrets.Value), 1},
		} {
			want(t, "number of "+what, n[0], n[1])
		}
	})
}

func TestAServiceThatECSCouldNotLookAtIsNotAbsent(t *testing.T) {
	p := still(t, 4)
	p.meddle("ecs:DescribeServices", say(200, `{"services": [{"serviceName": "a"}], "failures": [{"arn": "b", "reason": "INTERNAL"}]}`))
	s := at(p.spec(east))
	s.Clusters[0].Services = []string{"a", "b"}
	f := reader(t, s).Fast(t.Context(), aws.Fast{})
	wantKind(t, "services", f.Services.Err, fault.Refused)
	if text := f.Services.Err.Error(); text != "ecs:DescribeServices on us-east-1 b: refused by the service (INTERNAL)" {
		t.Errorf("says %q", text)
	}
}

func TestWhatIsNotConfiguredSaysSo(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		p := open(t, 4)
		s := p.spec(east)
		s = aws.Spec{Region: east, Endpoint: s.Endpoint, Dial: s.Dial, Databases: s.Databases}
		r := reader(t, s)
		f, slow := r.Fast(t.Context(), aws.Fast{}), r.Slow(t.Context(), aws.Slow{})
		for part, err := range map[string]error{
			"services": f.Services.Err, "scaling": f.Scaling.Err, "balancers": f.Balancers.Err, "images": slow.Images.Err,
			"listeners": slow.Listeners.Err, "certificates": slow.Certificates.Err, "secrets": slow.Secrets.Err,
		} {
			wantKind(t, part, err, fault.NotConfigured)
		}
		if !f.Databases.Fresh() || !f.Metrics.Fresh() || len(f.Metrics.Value.Databases) != 1 || !slow.Backups.Fresh() {
			t.Errorf("what is configured was not read: %v %v", errorsOf(f), errorsOfSlow(slow))
		}
	})
}

// empty answers every call with a document that holds nothing that was asked for.
func empty(w http.ResponseWriter, r *http.Request, _ http.Handler) {
	if r.Header.Get("X-Amz-Target") != "" {
		_, _ = io.WriteString(w, `{"services":[{},{},{},{},{}],"tasks":[{}],"taskArns":["x"],"imageDetails":[{}],"ScalableTargets":[{}],"ResourceTagMappingList":[{}],"SecretList":[{}],"repositories":[{}],"Quota":{}}`)
		return
	}
	action := strings.SplitN(operation(r), ":", 2)[1]
	_, _ = fmt.Fprintf(w, "<%[1]sResponse><%[1]sResult>%[2]s</%[1]sResult></%[1]sResponse>", action,
		"<LoadBalancers><member/></LoadBalancers><TargetGroups><member/></TargetGroups><Listeners><member/></Listeners><Certificates><member/></Certificates>"+
			"<TargetHealthDescriptions><member/></TargetHealthDescriptions><DBInstances><DBInstance/></DBInstances><DBSnapshots><DBSnapshot/></DBSnapshots>"+
			"<DBInstanceAutomatedBackups><DBInstanceAutomatedBackup/></DBInstanceAutomatedBackups><MetricDataResults><member/></MetricDataResults>")
}

func TestAnswersWithoutContentBreakNothing(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		p := open(t, 4)
		for _, change := range []func(*aws.Spec){
			func(*aws.Spec) {},
			func(s *aws.Spec) { s.Balancers = []string{""} },
			func(s *aws.Spec) {
				*s = aws.Spec{Region: east, Endpoint: s.Endpoint, Dial: s.Dial, Discover: aws.Discover{Prefix: "a"}}
			},
			func(s *aws.Spec) {
				*s = aws.Spec{Region: east, Endpoint: s.Endpoint, Dial: s.Dial, Discover: aws.Discover{TagKey: "a"}}
			},
		} {
			s := p.spec(east)
			change(&s)
			r := reader(t, s)
			p.meddle("*", empty)
			f := r.Fast(t.Context(), aws.Fast{})
			r.Fast(t.Context(), f)
			r.Slow(t.Context(), r.Slow(t.Context(), aws.Slow{}))
			if f.API.Value.Answered == 0 {
				t.Error("nothing was asked")
			}
		}
	})
}
