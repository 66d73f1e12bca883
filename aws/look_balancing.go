package aws

import (
	"context"
	"fmt"

	awssdk "github.com/aws/aws-sdk-go-v2/aws"
	elb "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"

	"lifeboat/aws/fault"
)

// BalancerARN is the ARN of a load balancer by its name, a part of which nobody can know. It fails as not found where there is none.
func (c *Changer) BalancerARN(ctx context.Context, name string) (string, error) {
	l := c.read.look(ctx)
	defer l.end()
	const op = "elasticloadbalancing:DescribeLoadBalancers"
	out, err := ask(ctx, l, op, name, l.api.elb.DescribeLoadBalancers, &elb.DescribeLoadBalancersInput{Names: []string{name}})
	switch {
	case err != nil:
		return "", err
	case len(out.LoadBalancers) == 0:
		return "", fault.New(fault.NotFound, op, l.on(name), fmt.Errorf("there is no balancer of this name"))
	}
	return awssdk.ToString(out.LoadBalancers[0].LoadBalancerArn), nil
}

// TargetGroupARN is the same of a target group.
func (c *Changer) TargetGroupARN(ctx context.Context, name string) (string, error) {
	l := c.read.look(ctx)
	defer l.end()
	out, err := ask(ctx, l, describeTargetGroups, name, l.api.elb.DescribeTargetGroups, &elb.DescribeTargetGroupsInput{Names: []string{name}})
	switch {
	case err != nil:
		return "", err
	case len(out.TargetGroups) == 0:
		return "", fault.New(fault.NotFound, describeTargetGroups, l.on(name), fmt.Errorf("there is no target group of this name"))
	}
	return awssdk.ToString(out.TargetGroups[0].TargetGroupArn), nil
}
