package api

import (
	"strconv"

	"lifeboat/aws/sim/cloud"
	"lifeboat/aws/sim/wire"
)

func text(n int) string { return strconv.Itoa(n) }

// listeners are those with the ARNs, or of the balancer, that a request names.
func (c *call) listeners(arns ...string) ([]*cloud.Listener, error) {
	var all []*cloud.Listener
	for _, b := range c.region.Balancers {
		all = append(all, b.Listeners...)
	}
	return chosen(all, arns, "ListenerNotFound", "One or more listeners not found",
		func(l *cloud.Listener, arn string) bool { return l.ARN == arn })
}

func describeListeners(c *call) (wire.Struct, error) {
	var found []*cloud.Listener
	arn, arns := c.in.String("LoadBalancerArn"), c.in.Strings("ListenerArns")
	switch {
	case arn != "":
		b := c.balancer(arn)
		if b == nil {
			return nil, wire.Refuse("LoadBalancerNotFound", "One or more load balancers not found")
		}
		found = b.Listeners
	case len(arns) > 0:
		var err error
		if found, err = c.listeners(arns...); err != nil {
			return nil, err
		}
	default:
		return nil, wire.Refuse("ValidationException", "You must specify either listener ARNs or a load balancer ARN")
	}
	page, next, err := cut(c.in, elbPages, found)
	if err != nil {
		return nil, err
	}
	return wire.Struct{{"Listeners", wire.Each("member", page, listenerOf)}, {"NextMarker", next}}, nil
}

func listenerOf(l *cloud.Listener) wire.Struct {
	s := wire.Struct{
		{"ListenerArn", l.ARN}, {"LoadBalancerArn", l.Balancer.ARN}, {"Port", l.Port}, {"Protocol", l.Protocol},
		{"DefaultActions", actionsOf(l.Rules[len(l.Rules)-1])},
	}
	if l.Certificate != "" {
		s = append(s,
			wire.Field{"Certificates", wire.Members([]wire.Struct{{{"CertificateArn", l.Certificate}}})},
			wire.Field{"SslPolicy", "ELBSecurityPolicy-TLS13-1-2-2021-06"})
	}
	return s
}

func actionsOf(r *cloud.Rule) wire.List {
	if r.RedirectHTTPS {
		return wire.Members([]wire.Struct{{{"Type", "redirect"}, {"Order", 1}, {"RedirectConfig", wire.Struct{
			{"Protocol", "HTTPS"}, {"Port", "443"}, {"Host", "#{host}"}, {"Path", "/#{path}"}, {"Query", "#{query}"}, {"StatusCode", "HTTP_301"},
		}}}})
	}
	if r.TargetGroup == nil {
		return wire.Members([]wire.Struct{{{"Type", "fixed-response"}, {"Order", 1}, {"FixedResponseConfig", wire.Struct{
			{"StatusCode", "503"}, {"ContentType", "text/plain"},
		}}}})
	}
	arn := r.TargetGroup.ARN
	return wire.Members([]wire.Struct{{{"Type", "forward"}, {"TargetGroupArn", arn}, {"Order", 1}, {"ForwardConfig", wire.Struct{
		{"TargetGroups", wire.Members([]wire.Struct{{{"TargetGroupArn", arn}, {"Weight", 1}}})},
	}}}})
}

func describeListenerCertificates(c *call) (wire.Struct, error) {
	found, err := c.listeners(c.in.String("ListenerArn"))
	if err != nil {
		return nil, err
	}
	var certificates []wire.Struct
	if arn := found[0].Certificate; arn != "" {
		certificates = append(certificates, wire.Struct{{"CertificateArn", arn}, {"IsDefault", true}})
	}
	return wire.Struct{{"Certificates", wire.Members(certificates)}}, nil
}

func describeRules(c *call) (wire.Struct, error) {
	var rules []*cloud.Rule
	var err error
	if arn := c.in.String("ListenerArn"); arn != "" {
		var found []*cloud.Listener
		if found, err = c.listeners(arn); err == nil {
			rules = found[0].Rules
		}
	} else {
		rules, err = c.rules(c.in.Strings("RuleArns"))
	}
	if err != nil {
		return nil, err
	}
	page, next, err := cut(c.in, elbPages, rules)
	if err != nil {
		return nil, err
	}
	return wire.Struct{{"Rules", wire.Each("member", page, ruleOf)}, {"NextMarker", next}}, nil
}

func (c *call) rules(arns []string) ([]*cloud.Rule, error) {
	if len(arns) == 0 {
		return nil, wire.Refuse("ValidationException", "You must specify either listener rule ARNs or a listener ARN")
	}
	var all []*cloud.Rule
	for _, b := range c.region.Balancers {
		for _, l := range b.Listeners {
			all = append(all, l.Rules...)
		}
	}
	return chosen(all, arns, "RuleNotFound", "One or more rules not found", func(r *cloud.Rule, arn string) bool { return r.ARN == arn })
}

func ruleOf(r *cloud.Rule) wire.Struct {
	priority, isDefault := text(r.Priority), r.Priority == 0
	if isDefault {
		priority = "default"
	}
	var conditions []wire.Struct
	if r.Host != "" {
		conditions = append(conditions, condition("host-header", "HostHeaderConfig", r.Host))
	}
	if r.Path != "" {
		conditions = append(conditions, condition("path-pattern", "PathPatternConfig", r.Path))
	}
	return wire.Struct{
		{"RuleArn", r.ARN}, {"Priority", priority}, {"Conditions", wire.Members(conditions)}, {"Actions", actionsOf(r)}, {"IsDefault", isDefault},
	}
}

func condition(field, config, value string) wire.Struct {
	values := wire.Members([]string{value})
	return wire.Struct{{"Field", field}, {"Values", values}, {config, wire.Struct{{"Values", values}}}}
}
