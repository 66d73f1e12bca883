package aws

import (
	"context"
	"slices"
	"strings"
	"sync"

	awssdk "github.com/aws/aws-sdk-go-v2/aws"
	elb "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"
	"github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"
)

const balancersAPage = 400 // AWS's bound

// elbMemory keeps what is known of the target groups between the refreshes.
type elbMemory struct {
	mu     sync.Mutex
	groups []types.TargetGroup // nil: to be listed
	moved  map[string]bool     // target groups, by name, whose last reading differed from the one before
}

// doubt has the target groups listed again.
func (m *elbMemory) doubt() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.groups = nil
}

// balancers reads the state of the estate's balancers, and which groups they send to. One that AWS does not know is left
// out.
func (l *look) balancers(ctx context.Context) ([]Balancer, error) {
	var listed []types.LoadBalancer
	var groups []types.TargetGroup
	var err, groupsErr error
	together(func() { listed, err = l.listed() }, func() { groups, groupsErr = l.grouped() })
	if err != nil {
		return nil, err
	}
	if groupsErr != nil {
		return nil, groupsErr
	}
	balancers := make([]Balancer, len(listed))
	for i, b := range listed {
		balancers[i] = balancerOf(b)
		for _, g := range groups {
			if slices.Contains(g.LoadBalancerArns, balancers[i].ARN) {
				balancers[i].TargetGroups = append(balancers[i].TargetGroups, awssdk.ToString(g.TargetGroupName))
			}
		}
	}
	return balancers, nil
}

// listBalancers reads all balancers of the region, 400 a call, and gives the estate's in its own order: asked for by
// name, one that does not exist would spoil the answer for all.
func (l *look) listBalancers(ctx context.Context) ([]types.LoadBalancer, error) {
	defer l.tell()
	names, err := l.balancerNames(ctx)
	if err != nil {
		return nil, err
	}
	list, err := pages(ctx, l, "elasticloadbalancing:DescribeLoadBalancers", "", elb.NewDescribeLoadBalancersPaginator(
		telling{l.api.elb, l.tell}, &elb.DescribeLoadBalancersInput{PageSize: awssdk.Int32(balancersAPage)}))
	if err != nil {
		return nil, err
	}
	var found []types.LoadBalancer
	for _, page := range list {
		for _, b := range page.LoadBalancers {
			if slices.Contains(names, awssdk.ToString(b.LoadBalancerName)) {
				found = append(found, b)
			}
		}
	}
	inOrder(found, names, func(b types.LoadBalancer) string { return awssdk.ToString(b.LoadBalancerName) })
	return found, nil
}

// telling says when the call is made, which is when its turn has come.
type telling struct {
	*elb.Client
	tell func()
}

func (t telling) DescribeLoadBalancers(ctx context.Context, in *elb.DescribeLoadBalancersInput, o ...func(*elb.Options)) (*elb.DescribeLoadBalancersOutput, error) {
	t.tell()
	return t.Client.DescribeLoadBalancers(ctx, in, o...)
}

func balancerOf(b types.LoadBalancer) Balancer {
	v := Balancer{Name: awssdk.ToString(b.LoadBalancerName), ARN: awssdk.ToString(b.LoadBalancerArn), DNSName: awssdk.ToString(b.DNSName)}
	if b.State != nil {
		v.State, v.StateReason = string(b.State.Code), awssdk.ToString(b.State.Reason)
	}
	return v
}

// balancerName is the name in a balancer's ARN: .../loadbalancer/app/NAME/ID.
func balancerName(arn string) string {
	words := strings.Split(arn, "/")
	if len(words) < 3 {
		return ""
	}
	return words[len(words)-2]
}

// listGroups gives the estate's target groups: those that Spec names, else all of its balancers'. They are listed once
// and kept until a slow refresh, or until AWS no longer knows one of them.
func (l *look) listGroups(ctx context.Context) ([]types.TargetGroup, error) {
	l.elb.mu.Lock()
	kept := l.elb.groups
	l.elb.mu.Unlock()
	if kept != nil {
		return kept, nil
	}
	balancers, err := l.balancerNames(ctx)
	if err != nil && len(l.spec.TargetGroups) == 0 {
		return nil, err
	}
	list, err := pages(ctx, l, describeTargetGroups, "", elb.NewDescribeTargetGroupsPaginator(
		l.api.elb, &elb.DescribeTargetGroupsInput{PageSize: awssdk.Int32(balancersAPage)}))
	if err != nil {
		return nil, err
	}
	groups := []types.TargetGroup{}
	for _, page := range list {
		for _, g := range page.TargetGroups {
			if l.wanted(g, balancers) {
				groups = append(groups, g)
			}
		}
	}
	l.elb.mu.Lock()
	defer l.elb.mu.Unlock()
	l.elb.groups = groups
	return groups, nil
}

func (l *look) wanted(g types.TargetGroup, balancers []string) bool {
	if len(l.spec.TargetGroups) > 0 {
		return slices.Contains(l.spec.TargetGroups, awssdk.ToString(g.TargetGroupName))
	}
	return slices.ContainsFunc(g.LoadBalancerArns, func(arn string) bool { return slices.Contains(balancers, balancerName(arn)) })
}
