package aws

import (
	"context"
	"maps"
	"slices"

	awssdk "github.com/aws/aws-sdk-go-v2/aws"
	elb "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"
	"github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"

	"lifeboat/aws/fault"
)

const (
	describeTargetGroups = "elasticloadbalancing:DescribeTargetGroups"
	describeTargetHealth = "elasticloadbalancing:DescribeTargetHealth"
	// keptForCalm is how many of a refresh's oneByOne readings are kept for groups that are well, however many are not.
	keptForCalm = 10
)

// targets reads the health of the estate's target groups, a call each. Above 40 groups the unwell and changed ones come
// first and the rest in turn, the one longest unread first.
func (l *look) targets(ctx context.Context, prev map[string]Part[TargetGroup]) map[string]Part[TargetGroup] {
	groups, err := l.grouped()
	if err != nil {
		return l.allFail(prev, err)
	}
	next := map[string]Part[TargetGroup]{}
	for _, name := range l.spec.TargetGroups { // AWS has listed its groups: one that is not read below is not there
		err := fault.New(fault.NotFound, describeTargetGroups, l.spec.Region+" "+name, nil)
		next[name] = prev[name].Next(TargetGroup{}, err, l.spec.Now())
	}
	for _, g := range groups {
		next[awssdk.ToString(g.TargetGroupName)] = prev[awssdk.ToString(g.TargetGroupName)]
	}
	chosen := l.elb.choose(groups, prev)
	<-l.asked // the metrics wait for the balancers: let that chain begin before these many calls take all turns
	read := make([]Part[TargetGroup], len(chosen))
	_ = each(len(chosen), func(i int) error {
		before := prev[awssdk.ToString(chosen[i].TargetGroupName)]
		g, err := l.targetGroup(ctx, chosen[i])
		read[i] = before.Next(g, err, l.spec.Now())
		l.elb.noteMove(g.Name, err == nil && before.Known() && !slices.Equal(before.Value.Targets, g.Targets))
		return nil // each group fails alone
	})
	for i, g := range chosen {
		next[awssdk.ToString(g.TargetGroupName)] = read[i]
	}
	return next
}

// allFail is every group that is known by name, with the reason why none could be read.
func (l *look) allFail(prev map[string]Part[TargetGroup], err error) map[string]Part[TargetGroup] {
	next := map[string]Part[TargetGroup]{}
	maps.Copy(next, prev)
	for _, name := range l.spec.TargetGroups {
		next[name] = prev[name]
	}
	for name, p := range next {
		next[name] = p.Next(TargetGroup{}, err, l.spec.Now())
	}
	return next
}

// targetGroup reads one group. Its name is given with an error too.
func (l *look) targetGroup(ctx context.Context, g types.TargetGroup) (TargetGroup, error) {
	v := TargetGroup{Name: awssdk.ToString(g.TargetGroupName), ARN: awssdk.ToString(g.TargetGroupArn)}
	if len(g.LoadBalancerArns) > 0 {
		v.Balancer = balancerName(g.LoadBalancerArns[0])
	}
	out, err := ask(ctx, l, describeTargetHealth, v.Name, l.api.elb.DescribeTargetHealth, &elb.DescribeTargetHealthInput{TargetGroupArn: g.TargetGroupArn})
	if fault.KindOf(err) == fault.NotFound {
		l.elb.doubt()
	}
	if err != nil {
		return v, err
	}
	for _, d := range out.TargetHealthDescriptions {
		v.Targets = append(v.Targets, targetOf(d))
	}
	slices.SortStableFunc(v.Targets, Target.compare)
	return v, nil
}

func targetOf(d types.TargetHealthDescription) Target {
	var t Target
	if d.Target != nil {
		t.ID, t.Zone, t.Port = awssdk.ToString(d.Target.Id), awssdk.ToString(d.Target.AvailabilityZone), int(awssdk.ToInt32(d.Target.Port))
	}
	if d.TargetHealth != nil {
		t.State, t.Reason = string(d.TargetHealth.State), string(d.TargetHealth.Reason)
		t.Description = awssdk.ToString(d.TargetHealth.Description)
	}
	return t
}
