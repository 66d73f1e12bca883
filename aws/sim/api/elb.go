package api

import (
	"slices"

	"lifeboat/aws/sim/cloud"
	"lifeboat/aws/sim/wire"
)

var elbOperations = map[string]operation{
	"DescribeLoadBalancers":        describeLoadBalancers,
	"DescribeTargetGroups":         describeTargetGroups,
	"DescribeTargetHealth":         describeTargetHealth,
	"DescribeListeners":            describeListeners,
	"DescribeListenerCertificates": describeListenerCertificates,
	"DescribeRules":                describeRules,
	"DescribeTags":                 describeELBTags,
}

var elbPages = paging{"Marker", "PageSize", 400}

// chosen are those of all that are named or have the ARNs asked for; every one of them when none is asked for. What is
// asked for and does not exist is refused with the code.
func chosen[T any](all []T, want []string, code, words string, is func(T, string) bool) ([]T, error) {
	if len(want) == 0 {
		return all, nil
	}
	var found []T
	for _, name := range want {
		i := slices.IndexFunc(all, func(x T) bool { return is(x, name) })
		if i < 0 {
			return nil, wire.Refuse(code, "%s", words)
		}
		found = append(found, all[i])
	}
	return found, nil
}

func describeLoadBalancers(c *call) (wire.Struct, error) {
	want := append(c.in.Strings("LoadBalancerArns"), c.in.Strings("Names")...)
	found, err := chosen(c.region.Balancers, want, "LoadBalancerNotFound", "One or more load balancers not found",
		func(b *cloud.Balancer, name string) bool { return b.ARN == name || b.Name == name })
	if err != nil {
		return nil, err
	}
	page, next, err := cut(c.in, elbPages, found)
	if err != nil {
		return nil, err
	}
	return wire.Struct{{"LoadBalancers", wire.Each("member", page, balancerOf)}, {"NextMarker", next}}, nil
}

func balancerOf(b *cloud.Balancer) wire.Struct {
	return wire.Struct{
		{"LoadBalancerArn", b.ARN}, {"DNSName", b.DNSName}, {"CanonicalHostedZoneId", b.ZoneID}, {"CreatedTime", b.Created},
		{"LoadBalancerName", b.Name}, {"Scheme", "internet-facing"}, {"VpcId", b.VPC},
		{"State", wire.Struct{{"Code", "active"}}}, {"Type", "application"},
		{"AvailabilityZones", wire.Each("member", b.AZs, func(az string) wire.Struct { return wire.Struct{{"ZoneName", az}} })},
		{"IpAddressType", "ipv4"},
	}
}

func describeTargetGroups(c *call) (wire.Struct, error) {
	want := append(c.in.Strings("TargetGroupArns"), c.in.Strings("Names")...)
	found, err := chosen(c.region.TargetGroups, want, "TargetGroupNotFound", "One or more target groups not found", isGroup)
	if err != nil {
		return nil, err
	}
	if arn := c.in.String("LoadBalancerArn"); arn != "" {
		if c.balancer(arn) == nil {
			return nil, wire.Refuse("LoadBalancerNotFound", "One or more load balancers not found")
		}
		var behind []*cloud.TargetGroup
		for _, g := range found {
			if g.Balancer != nil && g.Balancer.ARN == arn {
				behind = append(behind, g)
			}
		}
		found = behind
	}
	page, next, err := cut(c.in, elbPages, found)
	if err != nil {
		return nil, err
	}
	return wire.Struct{{"TargetGroups", wire.Each("member", page, targetGroupOf)}, {"NextMarker", next}}, nil
}

func isGroup(g *cloud.TargetGroup, name string) bool { return g.ARN == name || g.Name == name }

func (c *call) balancer(arn string) *cloud.Balancer {
	for _, b := range c.region.Balancers {
		if b.ARN == arn {
			return b
		}
	}
	return nil
}

func targetGroupOf(g *cloud.TargetGroup) wire.Struct {
	var behind []string
	if g.Balancer != nil {
		behind = []string{g.Balancer.ARN}
	}
	return wire.Struct{
		{"TargetGroupArn", g.ARN}, {"TargetGroupName", g.Name}, {"Protocol", "HTTP"}, {"Port", g.Port}, {"VpcId", g.VPC},
		{"HealthCheckProtocol", "HTTP"}, {"HealthCheckPort", "traffic-port"}, {"HealthCheckEnabled", true},
		{"HealthCheckIntervalSeconds", int(g.Interval.Seconds())}, {"HealthCheckTimeoutSeconds", int(g.Timeout.Seconds())},
		{"HealthyThresholdCount", g.Healthy}, {"UnhealthyThresholdCount", g.Unhealthy}, {"HealthCheckPath", g.Path},
		{"Matcher", wire.Struct{{"HttpCode", "200-399"}}}, {"LoadBalancerArns", wire.Members(behind)},
		{"TargetType", "ip"}, {"ProtocolVersion", "HTTP1"}, {"IpAddressType", "ipv4"},
	}
}

func describeTargetHealth(c *call) (wire.Struct, error) {
	found, err := chosen(c.region.TargetGroups, []string{c.in.String("TargetGroupArn")}, "TargetGroupNotFound",
		"One or more target groups not found", func(g *cloud.TargetGroup, arn string) bool { return g.ARN == arn })
	if err != nil {
		return nil, err
	}
	var only []string
	for _, t := range c.in.List("Targets") {
		only = append(only, t.String("Id"))
	}
	var targets []*cloud.Target
	for _, t := range found[0].Targets {
		if len(only) == 0 || slices.Contains(only, t.IP) {
			targets = append(targets, t)
		}
	}
	return wire.Struct{{"TargetHealthDescriptions", wire.Each("member", targets, func(t *cloud.Target) wire.Struct {
		return wire.Struct{
			{"Target", wire.Struct{{"Id", t.IP}, {"Port", t.Port}, {"AvailabilityZone", t.AZ}}},
			{"HealthCheckPort", text(t.Port)},
			{"TargetHealth", wire.Struct{
				{"State", t.State}, {"Reason", wire.When(t.Reason)}, {"Description", wire.When(t.Description)},
			}},
		}
	})}}, nil
}

func describeELBTags(c *call) (wire.Struct, error) {
	arns := c.in.Strings("ResourceArns")
	if len(arns) > 20 {
		return nil, wire.Refuse("ValidationException", "ResourceArns cannot have more than 20 elements")
	}
	tags := map[string][]cloud.Tag{}
	for _, b := range c.region.Balancers {
		tags[b.ARN] = b.Tags
	}
	for _, g := range c.region.TargetGroups {
		tags[g.ARN] = g.Tags
	}
	var out []wire.Struct
	for _, arn := range arns {
		t, found := tags[arn]
		if !found {
			return nil, wire.Refuse("LoadBalancerNotFound", "One or more load balancers not found")
		}
		out = append(out, wire.Struct{{"ResourceArn", arn}, {"Tags", tagList("member", "Key", "Value", t)}})
	}
	return wire.Struct{{"TagDescriptions", wire.Members(out)}}, nil
}
