package cloud

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
)

// How long a certificate's proof may take, and takes once its records are there; simulated.
const (
	validationWait = 75 * time.Minute
	issuing        = 40 * time.Second
)

// makeCertificate asks for a certificate. It is issued once the records that prove its names are published.
func makeCertificate(w *World, r *Region, p Piece, m *Making) error {
	domain := text(p.Values, "domain_name")
	c := &Certificate{
		ARN: r.arn("acm", "certificate/"+p.ID), Domain: domain, Names: wordsOf(p.Values, "subject_alternative_names"), Status: CertificatePending, Tags: p.tags(w),
	}
	if !slices.Contains(c.Names, domain) {
		c.Names = slices.Insert(c.Names, 0, domain)
	}
	c.Ask(w.Account)
	options := []any{}
	for _, p := range c.Proofs {
		options = append(options, map[string]any{
			"domain_name": p.Domain, "resource_record_name": p.Record.Name, "resource_record_type": p.Record.Type, "resource_record_value": p.Record.Value,
		})
	}
	r.Certificates = append(r.Certificates, c)
	m.ID, m.Values["arn"], m.Values["domain_validation_options"] = c.ARN, c.ARN, options
	return nil
}

func (r *Region) certificate(arn string) *Certificate {
	for _, c := range r.Certificates {
		if c.ARN == arn {
			return c
		}
	}
	return nil
}

// proven says whether every record that proves a certificate's names is published.
func (w *World) proven(c *Certificate) bool {
	for _, p := range c.Proofs {
		if r := w.record(canonical(p.Record.Name)); r == nil || canonical(r.Content) != canonical(p.Record.Value) {
			return false
		}
	}
	return true
}

// awaitCertificate waits as the provider's validation resource does.
func awaitCertificate(w *World, r *Region, p Piece, m *Making) error {
	c := r.certificate(p.needs("aws_acm_certificate", ""))
	if c == nil {
		return errors.New("the certificate is not there")
	}
	begin := w.now
	var since time.Time
	m.Values["certificate_arn"] = c.ARN
	m.until = func() (bool, error) {
		switch {
		case c.Status == CertificateIssued:
			return true, nil
		case w.proven(c) && since.IsZero():
			since = w.now
		case w.proven(c) && w.now.Sub(since) >= w.Scaled(issuing):
			c.issue(w.now)
			w.touch()
			return true, nil
		case w.now.Sub(begin) > w.Scaled(validationWait):
			return true, fmt.Errorf("waiting for ACM Certificate (%s) to be issued: timeout while waiting for state to become 'ISSUED' (last state: 'PENDING_VALIDATION', timeout: 1h15m0s)", c.ARN)
		}
		return false, nil
	}
	return nil
}

func (c *Certificate) issue(now time.Time) {
	c.Status, c.NotBefore, c.NotAfter = CertificateIssued, now.Truncate(24*time.Hour), now.AddDate(0, 0, 198)
}

func endCertificate(_ *World, r *Region, p Piece, _ *Making) error {
	r.Certificates = slices.DeleteFunc(slices.Clone(r.Certificates), func(c *Certificate) bool { return c.ARN == p.ID })
	return nil
}

func findCertificate(_ *World, r *Region, p Piece) map[string]any {
	if c := r.certificate(p.ID); c != nil {
		return map[string]any{"status": c.Status}
	}
	return nil
}

// makeBalancer makes a load balancer, which answers when it is provisioned.
func makeBalancer(w *World, r *Region, p Piece, m *Making) error {
	name, id := text(p.Values, "name"), w.hex(16)
	lb := &Balancer{
		Name: name, ARN: r.arn("elasticloadbalancing", "loadbalancer/app/"+name+"/"+id),
		DNSName: fmt.Sprintf("%s-%d.%s.elb.amazonaws.com", name, 1_000_000_000+w.rand.Int64N(900_000_000), r.Name),
		ZoneID:  "Z35SXDOTRQ7X7K", VPC: "vpc-" + w.hex(17), AZs: []string{r.AZ(0), r.AZ(1)}, Created: w.now, Tags: p.tags(w), region: r,
	}
	w.in(r, kinds["aws_lb"].takes-time.Second, func() { r.Balancers = append(r.Balancers, lb) })
	m.ID = lb.ARN
	for k, v := range balancerValues(lb) {
		m.Values[k] = v
	}
	return nil
}

func balancerValues(lb *Balancer) map[string]any {
	return map[string]any{"arn": lb.ARN, "arn_suffix": strings.TrimPrefix(resourceOf(lb.ARN), "loadbalancer/"), "dns_name": lb.DNSName, "zone_id": lb.ZoneID,
		"name": lb.Name, "load_balancer_type": "application"}
}

func (r *Region) balancer(ref string) *Balancer {
	for _, lb := range r.Balancers {
		if lb.Name == ref || lb.ARN == ref {
			return lb
		}
	}
	return nil
}

func changeBalancer(*World, *Region, Piece, *Making) error { return nil }

func endBalancer(_ *World, r *Region, p Piece, _ *Making) error {
	if flag(p.Values, "enable_deletion_protection") {
		return refuse("OperationNotPermitted", "Load balancer '%s' cannot be deleted because deletion protection is enabled", p.ID)
	}
	r.Balancers = slices.DeleteFunc(slices.Clone(r.Balancers), func(lb *Balancer) bool { return lb.ARN == p.ID })
	return nil
}

func findBalancer(_ *World, r *Region, p Piece) map[string]any {
	if lb := r.balancer(p.ID); lb != nil {
		return balancerValues(lb)
	}
	return nil
}

func makeTargetGroup(w *World, r *Region, p Piece, m *Making) error {
	name, check := text(p.Values, "name"), first(p.Values, "health_check")
	g := &TargetGroup{
		Name: name, ARN: r.arn("elasticloadbalancing", "targetgroup/"+name+"/"+w.hex(16)), Port: number(p.Values, "port"), Path: text(check, "path"),
		Interval: 30 * time.Second, Timeout: 5 * time.Second, Healthy: 2, Unhealthy: 3, Delay: 30 * time.Second, VPC: text(p.Values, "vpc_id"), Tags: p.tags(w), region: r,
	}
	r.TargetGroups = append(r.TargetGroups, g)
	m.ID = g.ARN
	for k, v := range groupValues(g) {
		m.Values[k] = v
	}
	return nil
}

func groupValues(g *TargetGroup) map[string]any {
	return map[string]any{"arn": g.ARN, "arn_suffix": resourceOf(g.ARN), "name": g.Name, "port": g.Port, "protocol": "HTTP", "target_type": "ip", "vpc_id": g.VPC}
}

func (r *Region) group(ref string) *TargetGroup {
	for _, g := range r.TargetGroups {
		if g.Name == ref || g.ARN == ref {
			return g
		}
	}
	return nil
}

func endTargetGroup(_ *World, r *Region, p Piece, _ *Making) error {
	r.TargetGroups = slices.DeleteFunc(slices.Clone(r.TargetGroups), func(g *TargetGroup) bool { return g.ARN == p.ID })
	return nil
}

func findTargetGroup(_ *World, r *Region, p Piece) map[string]any {
	if g := r.group(p.ID); g != nil {
		return groupValues(g)
	}
	return nil
}

// makeListener opens a port: plain HTTP leads to HTTPS, and that to the service that no rule names.
func makeListener(w *World, r *Region, p Piece, m *Making) error {
	lb := r.balancer(p.needs("aws_lb", ""))
	if lb == nil {
		return absent("LoadBalancerNotFound", "One or more load balancers not found")
	}
	l := lb.listener(r, w.hex(16), number(p.Values, "port"), text(p.Values, "protocol"))
	last := &Rule{ARN: l.ruleARN(w.hex(16)), RedirectHTTPS: l.Protocol == "HTTP"}
	if l.Protocol == "HTTPS" {
		c := r.issued(p)
		if c == nil {
			return refuse("UnsupportedCertificate", "The certificate must have a fully-qualified domain name, a supported signature, and a supported key size, and be issued.")
		}
		l.Certificate, c.InUse = c.ARN, append(c.InUse, lb.ARN)
		last.TargetGroup = r.group(p.needs("aws_lb_target_group", "frontend"))
		if last.TargetGroup == nil {
			last.TargetGroup = r.group(p.needs("aws_lb_target_group", ""))
		}
		last.TargetGroup.lead(lb)
	}
	l.Rules = []*Rule{last}
	lb.Listeners = append(lb.Listeners, l)
	m.ID, m.Values["arn"] = l.ARN, l.ARN
	return nil
}

// issued is the certificate that a listener shows: the one that it refers to, else the region's newest.
func (r *Region) issued(p Piece) *Certificate {
	if c := r.certificate(p.needs("aws_acm_certificate", "")); c != nil {
		return c
	}
	for _, c := range slices.Backward(r.Certificates) {
		if c.Status == CertificateIssued {
			return c
		}
	}
	return nil
}

// lead puts a group behind a balancer.
func (g *TargetGroup) lead(lb *Balancer) {
	if g != nil {
		g.Balancer = lb
	}
}

func (r *Region) listenerOf(arn string) *Listener {
	for _, lb := range r.Balancers {
		for _, l := range lb.Listeners {
			if l.ARN == arn {
				return l
			}
		}
	}
	return nil
}

func endListener(_ *World, r *Region, p Piece, _ *Making) error {
	if l := r.listenerOf(p.ID); l != nil {
		l.Balancer.Listeners = slices.DeleteFunc(l.Balancer.Listeners, func(o *Listener) bool { return o == l })
	}
	return nil
}

func makeRule(w *World, r *Region, p Piece, m *Making) error {
	var l *Listener
	for _, n := range p.Needs {
		if found := r.listenerOf(n.ID); found != nil && found.Protocol == "HTTPS" {
			l = found
		}
	}
	if l == nil {
		return absent("ListenerNotFound", "One or more listeners not found")
	}
	rule := &Rule{ARN: l.ruleARN(w.hex(16)), Priority: number(p.Values, "priority"), TargetGroup: r.group(p.needs("aws_lb_target_group", p.key()))}
	rule.TargetGroup.lead(l.Balancer)
	for _, c := range listOf(p.Values, "condition") {
		c, _ := c.(map[string]any)
		if hosts := wordsOf(first(c, "host_header"), "values"); len(hosts) > 0 {
			rule.Host = hosts[0]
		}
		if paths := wordsOf(first(c, "path_pattern"), "values"); len(paths) > 0 {
			rule.Path = paths[0]
		}
	}
	l.Rules = append(l.Rules, rule)
	l.sortRules()
	m.ID, m.Values["arn"] = rule.ARN, rule.ARN
	return nil
}

func endRule(_ *World, r *Region, p Piece, _ *Making) error {
	for _, lb := range r.Balancers {
		for _, l := range lb.Listeners {
			l.Rules = slices.DeleteFunc(l.Rules, func(o *Rule) bool { return o.ARN == p.ID })
		}
	}
	return nil
}

// makeDistribution makes a distribution, which answers when it is deployed.
func makeDistribution(w *World, r *Region, p Piece, m *Making) error {
	d := &Distribution{ID: "E" + strings.ToUpper(w.hex(13)), Domain: "d" + w.hex(13) + ".cloudfront.net", Status: inProgress, ETag: "E" + strings.ToUpper(w.hex(13)), Changed: w.now, Tags: p.tags(w)}
	d.ARN = "arn:aws:cloudfront::" + w.Account + ":distribution/" + d.ID
	next := configured(p, r, Configuration{Reference: w.uuid()})
	if err := next.Check(); err != nil {
		return err
	}
	for _, other := range w.Distributions {
		for _, alias := range next.Aliases {
			if slices.Contains(other.Aliases, alias) {
				return &Refusal{Status: 409, Code: "CNAMEAlreadyExists", Message: "One or more of the CNAMEs you provided are already associated with a different resource."}
			}
		}
	}
	d.Configuration = next
	d.live = &Configuration{}
	if c := r.certificate(next.Certificate); c != nil {
		c.InUse = append(c.InUse, d.ARN)
	}
	w.Distributions = append(w.Distributions, d)
	w.After(w.draw(deployTime), func() { d.live, d.Status = nil, deployed; w.touch() })
	m.ID = d.ID
	for k, v := range distributionValues(d) {
		m.Values[k] = v
	}
	m.until = func() (bool, error) { return d.Status == deployed, nil }
	return nil
}

func distributionValues(d *Distribution) map[string]any {
	return map[string]any{"arn": d.ARN, "domain_name": d.Domain, "etag": d.ETag, "status": d.Status}
}

// configured is the configuration that the attributes of a distribution ask for, on top of what there is.
func configured(p Piece, r *Region, c Configuration) Configuration {
	c.Aliases, c.Comment, c.Enabled = wordsOf(p.Values, "aliases"), text(p.Values, "comment"), true
	if certificate := p.needs("aws_acm_certificate", ""); certificate != "" {
		c.Certificate = certificate
	}
	c.Origins, c.Groups, c.Behaviors = nil, nil, nil
	for _, o := range listOf(p.Values, "origin") {
		o, _ := o.(map[string]any)
		made := origin(text(o, "origin_id"), text(o, "domain_name"))
		if n := number(o, "connection_attempts"); n > 0 {
			made.Attempts, made.Connect = n, time.Duration(number(o, "connection_timeout"))*time.Second
			made.Read = time.Duration(number(first(o, "custom_origin_config"), "origin_read_timeout")) * time.Second
		}
		c.Origins = append(c.Origins, made)
	}
	if g := first(p.Values, "origin_group"); g != nil {
		made := OriginGroup{ID: text(g, "origin_id")}
		for _, status := range listOf(first(g, "failover_criteria"), "status_codes") {
			n, _ := status.(float64)
			made.Criteria = append(made.Criteria, int(n))
		}
		for i, member := range listOf(g, "member") {
			member, _ := member.(map[string]any)
			made.Members[i%2] = text(member, "origin_id")
		}
		c.Groups = []OriginGroup{made}
	}
	c.Default = behavior(first(p.Values, "default_cache_behavior"))
	for _, b := range listOf(p.Values, "ordered_cache_behavior") {
		b, _ := b.(map[string]any)
		c.Behaviors = append(c.Behaviors, behavior(b))
	}
	return c
}

func behavior(b map[string]any) Behavior {
	return Behavior{
		Pattern: text(b, "path_pattern"), Target: text(b, "target_origin_id"), Methods: wordsOf(b, "allowed_methods"), Protocol: text(b, "viewer_protocol_policy"),
		CacheID: text(b, "cache_policy_id"), RequestID: allViewer,
	}
}

func (w *World) distribution(id string) *Distribution {
	for _, d := range w.Distributions {
		if d.ID == id {
			return d
		}
	}
	return nil
}

func changeDistribution(w *World, r *Region, p Piece, m *Making) error {
	d := w.distribution(p.ID)
	if d == nil {
		return absent("NoSuchDistribution", "The specified distribution does not exist.")
	}
	next := configured(p, r, Configuration{Reference: d.Reference, Certificate: d.Certificate})
	if err := w.UpdateDistribution(d, d.ETag, next); err != nil {
		return err
	}
	m.until = func() (bool, error) { return d.Status == deployed, nil }
	return nil
}

func endDistribution(w *World, _ *Region, p Piece, _ *Making) error {
	w.Distributions = slices.DeleteFunc(slices.Clone(w.Distributions), func(d *Distribution) bool { return d.ID == p.ID })
	return nil
}

func findDistribution(w *World, _ *Region, p Piece) map[string]any {
	d := w.distribution(p.ID)
	if d == nil {
		return nil
	}
	return distributionValues(d)
}
