package aws

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	awssdk "github.com/aws/aws-sdk-go-v2/aws"
	elb "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"
	"github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"
)

func (l *look) listeners(context.Context) ([]Listener, error) { return l.listened() }

// listListeners reads the listeners of the estate's balancers, by port, with all certificates of each.
func (l *look) listListeners(ctx context.Context) ([]Listener, error) {
	balancers, err := l.listed()
	if err != nil {
		return nil, err
	}
	return gather(len(balancers), func(i int) ([]Listener, error) {
		name := awssdk.ToString(balancers[i].LoadBalancerName)
		list, err := pages(ctx, l, "elasticloadbalancing:DescribeListeners", name, elb.NewDescribeListenersPaginator(
			l.api.elb, &elb.DescribeListenersInput{LoadBalancerArn: balancers[i].LoadBalancerArn}))
		if err != nil {
			return nil, err
		}
		var raw []types.Listener
		for _, page := range list {
			raw = append(raw, page.Listeners...)
		}
		slices.SortFunc(raw, func(a, b types.Listener) int { return cmp.Compare(awssdk.ToInt32(a.Port), awssdk.ToInt32(b.Port)) })
		return gather(len(raw), func(i int) ([]Listener, error) { return l.listener(ctx, name, raw[i]) })
	})
}

// listener is one listener. Its own answer names the default certificate only: the others, by server name, are a list of
// their own.
func (l *look) listener(ctx context.Context, balancer string, raw types.Listener) ([]Listener, error) {
	v := Listener{Balancer: balancer, Port: int(awssdk.ToInt32(raw.Port)), Protocol: string(raw.Protocol), Default: defaultAction(raw.DefaultActions)}
	for _, c := range raw.Certificates {
		v.Certificates = append(v.Certificates, awssdk.ToString(c.CertificateArn))
	}
	if len(v.Certificates) == 0 {
		return []Listener{v}, nil
	}
	list, err := pages(ctx, l, "elasticloadbalancing:DescribeListenerCertificates", fmt.Sprintf("%s:%d", balancer, v.Port),
		elb.NewDescribeListenerCertificatesPaginator(l.api.elb, &elb.DescribeListenerCertificatesInput{ListenerArn: raw.ListenerArn}))
	for _, page := range list {
		for _, c := range page.Certificates {
			if arn := awssdk.ToString(c.CertificateArn); !slices.Contains(v.Certificates, arn) {
				v.Certificates = append(v.Certificates, arn)
			}
		}
	}
	return []Listener{v}, err
}

// defaultAction is the last of a listener's default actions in words: the ones before it only ask who is there.
func defaultAction(actions []types.Action) string {
	if len(actions) == 0 {
		return ""
	}
	a := slices.MaxFunc(actions, func(a, b types.Action) int { return cmp.Compare(awssdk.ToInt32(a.Order), awssdk.ToInt32(b.Order)) })
	switch {
	case a.RedirectConfig != nil:
		return fmt.Sprintf("redirect to %s:%s", awssdk.ToString(a.RedirectConfig.Protocol), awssdk.ToString(a.RedirectConfig.Port))
	case a.FixedResponseConfig != nil:
		return "fixed " + awssdk.ToString(a.FixedResponseConfig.StatusCode)
	case a.ForwardConfig != nil && len(a.ForwardConfig.TargetGroups) > 1:
		var names []string
		for _, g := range a.ForwardConfig.TargetGroups {
			names = append(names, groupName(awssdk.ToString(g.TargetGroupArn)))
		}
		return "forward to " + strings.Join(names, ", ")
	case a.TargetGroupArn != nil:
		return "forward to " + groupName(*a.TargetGroupArn)
	case a.ForwardConfig != nil && len(a.ForwardConfig.TargetGroups) == 1:
		return "forward to " + groupName(awssdk.ToString(a.ForwardConfig.TargetGroups[0].TargetGroupArn))
	}
	return string(a.Type)
}

// groupName is the name in a target group's ARN: ...:targetgroup/NAME/ID.
func groupName(arn string) string { return balancerName(arn) }
