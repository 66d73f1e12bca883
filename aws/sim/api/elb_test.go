package api

import (
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	elb "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"
	"github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"

	"lifeboat/aws/sim/cloud"
)

func theBalancer(t *testing.T, client *elb.Client, prefix string) types.LoadBalancer {
	out := must[*elb.DescribeLoadBalancersOutput](t)(client.DescribeLoadBalancers(ctx, &elb.DescribeLoadBalancersInput{Names: []string{prefix + "-alb"}}))
	return out.LoadBalancers[0]
}

func TestBalancersWithTheirGroupsListenersAndRules(t *testing.T) {
	s := newSim(t, 0)
	bothRegions(t, func(t *testing.T, region, prefix string) {
		client := elb.NewFromConfig(s.config(region))
		lb := theBalancer(t, client, prefix)
		expect(t, "state", lb.State.Code, types.LoadBalancerStateEnumActive)
		if !strings.HasSuffix(*lb.DNSName, "."+region+".elb.amazonaws.com") {
			t.Errorf("DNS name %s", *lb.DNSName)
		}
		groups := must[*elb.DescribeTargetGroupsOutput](t)(client.DescribeTargetGroups(ctx, &elb.DescribeTargetGroupsInput{LoadBalancerArn: lb.LoadBalancerArn})).TargetGroups
		expect(t, "groups", len(groups), 3)
		byARN := map[string]string{}
		for _, g := range groups {
			byARN[*g.TargetGroupArn] = strings.TrimPrefix(*g.TargetGroupName, prefix+"-")
			expect(t, "interval", *g.HealthCheckIntervalSeconds, 30)
			expect(t, "behind", g.LoadBalancerArns[0], *lb.LoadBalancerArn)
		}
		listeners := must[*elb.DescribeListenersOutput](t)(client.DescribeListeners(ctx, &elb.DescribeListenersInput{LoadBalancerArn: lb.LoadBalancerArn})).Listeners
		expect(t, "listeners", len(listeners), 2)
		expect(t, "first redirects", *listeners[0].DefaultActions[0].RedirectConfig.Protocol, "HTTPS")
		expect(t, "second serves", byARN[*listeners[1].DefaultActions[0].TargetGroupArn], "frontend")
		certificates := must[*elb.DescribeListenerCertificatesOutput](t)(client.DescribeListenerCertificates(ctx, &elb.DescribeListenerCertificatesInput{ListenerArn: listeners[1].ListenerArn})).Certificates
		inRegion(t, certificates[0].CertificateArn, region)
		rules := must[*elb.DescribeRulesOutput](t)(client.DescribeRules(ctx, &elb.DescribeRulesInput{ListenerArn: listeners[1].ListenerArn})).Rules
		expect(t, "rules", len(rules), 3)
		expect(t, "90", *rules[0].Priority+rules[0].Conditions[0].HostHeaderConfig.Values[0]+byARN[*rules[0].Actions[0].TargetGroupArn], "90grafana.*grafana")
		expect(t, "100", *rules[1].Priority+rules[1].Conditions[0].PathPatternConfig.Values[0]+byARN[*rules[1].Actions[0].TargetGroupArn], "100/api/*backend")
		expect(t, "default", *rules[2].IsDefault, true)
		tags := must[*elb.DescribeTagsOutput](t)(client.DescribeTags(ctx, &elb.DescribeTagsInput{ResourceArns: []string{*lb.LoadBalancerArn, *groups[0].TargetGroupArn}}))
		expect(t, "tagged", len(tags.TagDescriptions), 2)
		expect(t, "tags", len(tags.TagDescriptions[0].Tags), 4)
	})
}

func TestTargetHealthChangesWithTheTasks(t *testing.T) {
	s := newSim(t, 0)
	client := elb.NewFromConfig(s.config(east))
	arn := in(s, east, func(w *cloud.World, r *cloud.Region) string { return r.TargetGroups[1].ARN })
	states := func() (all []string) {
		out := must[*elb.DescribeTargetHealthOutput](t)(client.DescribeTargetHealth(ctx, &elb.DescribeTargetHealthInput{TargetGroupArn: &arn}))
		for _, d := range out.TargetHealthDescriptions {
			all = append(all, string(d.TargetHealth.State))
			if d.TargetHealth.State == types.TargetHealthStateEnumHealthy != (d.TargetHealth.Reason == "") {
				t.Errorf("%s with the reason %q", d.TargetHealth.State, d.TargetHealth.Reason)
			}
		}
		return all
	}
	expect(t, "at first", strings.Join(states(), " "), "healthy healthy")
	if err := s.Do("bad-deployment", east, "davidshaevel-dev-backend"); err != nil {
		t.Fatal(err)
	}
	s.pass(time.Second)
	expect(t, "while the old ones go", strings.Join(states(), " "), "draining draining")
	s.pass(70 * time.Second)
	expect(t, "while the new ones come", strings.Join(states(), " "), "initial initial")
	s.pass(88 * time.Second)
	if got := strings.Join(states(), " "); !strings.Contains(got, "draining") {
		t.Errorf("unhealthy ones are taken out, got %s", got)
	}
}

func TestWhatABalancerDoesNotHaveIsRefused(t *testing.T) {
	s := newSim(t, 0)
	client := elb.NewFromConfig(s.config(west))
	_, err := client.DescribeLoadBalancers(ctx, &elb.DescribeLoadBalancersInput{Names: []string{"davidshaevel-dev-alb"}})
	refused(t, err, "LoadBalancerNotFound")
	_, err = client.DescribeTargetGroups(ctx, &elb.DescribeTargetGroupsInput{Names: []string{"davidshaevel-dev-backend"}})
	refused(t, err, "TargetGroupNotFound")
	foreign := in(s, east, func(w *cloud.World, r *cloud.Region) string { return r.TargetGroups[0].ARN })
	_, err = client.DescribeTargetHealth(ctx, &elb.DescribeTargetHealthInput{TargetGroupArn: &foreign})
	refused(t, err, "TargetGroupNotFound")
	_, err = client.DescribeListeners(ctx, &elb.DescribeListenersInput{ListenerArns: []string{"arn:aws:nothing"}})
	refused(t, err, "ListenerNotFound")
	_, err = client.DescribeRules(ctx, &elb.DescribeRulesInput{RuleArns: []string{"arn:aws:nothing"}})
	refused(t, err, "RuleNotFound")
}

func TestManyTargetGroupsComeInPages(t *testing.T) {
	s := newSim(t, 100)
	client := elb.NewFromConfig(s.config(east))
	n, pages := 0, 0
	for p := elb.NewDescribeTargetGroupsPaginator(client, &elb.DescribeTargetGroupsInput{PageSize: aws.Int32(25)}); p.HasMorePages(); pages++ {
		n += len(must[*elb.DescribeTargetGroupsOutput](t)(p.NextPage(ctx)).TargetGroups)
	}
	expect(t, "groups", n, 63)
	expect(t, "pages", pages, 3)
	listeners := in(s, east, func(w *cloud.World, r *cloud.Region) string { return r.Balancers[1].Listeners[1].ARN })
	rules := must[*elb.DescribeRulesOutput](t)(client.DescribeRules(ctx, &elb.DescribeRulesInput{ListenerArn: &listeners})).Rules
	expect(t, "default answers itself", rules[len(rules)-1].Actions[0].Type, types.ActionTypeEnumFixedResponse)
}
