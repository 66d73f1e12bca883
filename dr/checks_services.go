package dr

import (
	"fmt"
	"net/http"
	"slices"
	"strings"

	"lifeboat/dr/config"
)

// serviceCriteria: could the region run the estate at full size, from what is there now?
var serviceCriteria = []criterion{
	{id: "region", title: "{to} answers", look: (*checker).answers, blocks: always("go on though {to} does not answer", "go on without a reading of {to}")},
	{id: "leaving", title: "{from} answers", look: (*checker).leavingAnswers, only: Switchover,
		blocks: map[Kind]overriding{Switchover: {"go on though {from} does not answer", "go on without a reading of {from}"}}},
	{id: "services", title: "services and their rollouts", look: (*checker).rollouts,
		blocks: map[Kind]overriding{
			Failover:   {fail: "go on with services that do not run"},
			Switchover: {fail: "go on with services that do not run", unknown: "go on with unknown services"},
		}},
	{id: "images", title: "every running image is in {to}'s registry", look: (*checker).images,
		blocks: map[Kind]overriding{Failover: {fail: "start without every image"}, Switchover: {"start without every image", "start with unknown images"}}},
	{id: "definitions", title: "task definitions name no other region", look: (*checker).definitions, blocks: always("start tasks that name {from}", "")},
	{id: "registries", title: "images come from a registry of {to}", look: (*checker).registries},
	{id: "secrets", title: "secrets are in {to}, and current", look: (*checker).secretsThere, blocks: always("start without every secret", "")},
	{id: "certificate", title: "certificate of {to}", look: (*checker).certificate, blocks: always("send users to {to} without a valid certificate", "")},
	{id: "targets", title: "healthy targets", look: (*checker).healthyTargets},
	{id: "probe", title: "{to}'s balancer answers as itself", look: (*checker).ownProbe,
		blocks: map[Kind]overriding{Switchover: {"go on without an answer of {to}", "go on with an unknown answer of {to}"}}},
	{id: "floors", title: "capacity floors and ceilings", look: (*checker).floors},
	{id: "quota", title: "Fargate quota for full size", look: (*checker).quota,
		blocks: map[Kind]overriding{Switchover: {fail: "go on with less than full size"}}},
}

// answers: nothing can be changed in a region whose API does not answer, or without a session there.
func (c *checker) answers() answer { return apiAnswer(c.to) }

func (c *checker) leavingAnswers() answer {
	a := apiAnswer(c.from)
	if a.verdict == CheckFail {
		a.remedy = "an unplanned failover does not wait for it"
	}
	return a
}

func apiAnswer(s *side) answer {
	api := s.r.Signals[0]
	switch {
	case !api.Asked:
		return answer{text: "its AWS API: " + api.Text, seen: s.r.Seen}
	case api.Silent:
		return answer{verdict: CheckFail, text: "its AWS API: " + api.Text, seen: Seen{At: api.tried}, remedy: s.r.Seen.Remedy}
	}
	return answer{verdict: CheckPass, text: "its AWS API " + api.Text, seen: s.r.Seen}
}

// services are the estate's services of the region that takes over, where they could be read.
func (c *checker) running() ([]Service, Seen) {
	return c.to.r.Services, seenOf(c.to.raw.Services, c.fast(c.to), c.now)
}

func (c *checker) rollouts() answer {
	all, seen := c.running()
	if !seen.Known() {
		return unreadable("what runs in "+c.to.cfg.Name, seen)
	}
	a := answer{seen: seen}
	var bad, slow []string
	for k := range all {
		switch v := &all[k]; {
		case v.Absent && !(c.bare() && v.Standby == 0) && v.Full > 0:
			bad = append(bad, v.Name+" is absent")
		case v.Level == Bad:
			bad = append(bad, v.Name+" "+v.Word)
		case v.Level == Warn:
			slow = append(slow, v.Name+" "+v.Word)
		}
	}
	switch {
	case len(bad) > 0:
		a.verdict, a.text, a.remedy = CheckFail, few(bad), "see their events in ECS"
	case len(slow) > 0:
		a.verdict, a.text = CheckWarn, few(slow)
	default:
		a.verdict, a.text = CheckPass, several(len(all), "service")+" as they should be"
	}
	return a
}

// few is a list in words, of which a long one is cut.
func few(words []string) string {
	const most = 3
	if n := len(words) - most; n > 0 {
		return strings.Join(words[:most], ", ") + fmt.Sprintf(" and %d more", n)
	}
	return among(words)
}

// images: tasks start from the region's own registry, and ECR's replication is not retroactive.
func (c *checker) images() answer {
	_, running := c.running()
	registry := seenOf(c.to.raw.Images, c.p.slow, c.now)
	if !registry.Known() {
		return unreadable("what the registry holds", registry)
	}
	a := answer{seen: both(registry, running), remedy: "push them there: ECR's replication is not retroactive"}
	var missing, unknown []string
	compared := 0
	for k := range c.to.r.Services {
		v := &c.to.r.Services[k]
		switch {
		case v.Full == 0:
		case v.Image.Parity == ParityMissing:
			missing = append(missing, v.Name)
		case v.Absent:
			compared++
		case v.Image.Parity == ParityUnknown || v.Image.Level == Unknown && v.Image.Why != "":
			unknown = append(unknown, v.Name+" ("+v.Image.Why+")")
		default:
			compared++
		}
	}
	switch {
	case len(missing) > 0:
		a.verdict, a.text = CheckFail, "not in it: "+few(missing)
	case len(unknown) > 0:
		a.text, a.remedy, a.leaving = "not known of "+few(unknown), "", !seenOf(c.from.raw.Services, c.fast(c.from), c.now).fresh()
	default:
		a.verdict, a.text, a.remedy = CheckPass, several(compared, "image")+" by digest, registry read "+c.age(c.to.raw.Images.Seen), ""
	}
	return a
}

// unlit: a pilot light has no balancer while it rests. What is asked of one is seen in the run that makes it, before users are moved.
func (c *checker) unlit() (answer, bool) {
	seen := seenOf(c.to.raw.Balancers, c.fast(c.to), c.now)
	if c.cfg.Strategy != config.PilotLight || c.to.cfg.Name != c.cfg.Regions.Standby.Name || !seen.fresh() || len(c.to.raw.Balancers.Value) > 0 {
		return answer{}, false
	}
	return answer{verdict: CheckPass, seen: seen, text: "no balancer, by design: a failover makes it, and asks it before users are moved"}, true
}

// healthyTargets: where tasks stand by, the balancer must find them well.
func (c *checker) healthyTargets() answer {
	if a, rests := c.unlit(); rests {
		return a
	}
	if len(c.to.r.Balancers) == 0 {
		return unreadable("the balancer of "+c.to.cfg.Name, seenOf(c.to.raw.Balancers, c.fast(c.to), c.now))
	}
	a := answer{seen: c.to.r.Balancers[0].Seen, verdict: CheckPass}
	var words []string
	for _, b := range c.to.r.Balancers {
		a.seen = both(a.seen, b.Seen)
		words = append(words, b.Name+" "+b.Word)
		switch {
		case b.Level == Bad || b.All > 0 && b.Healthy == 0:
			a.verdict, a.remedy = CheckFail, "see what its health check gets"
		case b.Level == Warn && a.verdict == CheckPass:
			a.verdict = CheckWarn
		}
	}
	a.text = few(words)
	return a
}

// ownProbe asks the balancer at its own address under the real host name.
func (c *checker) ownProbe() answer {
	if a, rests := c.unlit(); rests {
		return a
	}
	p := c.balancerProbe(c.to)
	switch {
	case !p.Asked:
		return answer{text: "no probe of it is configured", remedy: "name one in lifeboat.yaml: regions.*.probe", seen: c.sure()}
	case p.Seen.pending():
		return unreadable("its answer", p.Seen)
	}
	a := answer{verdict: CheckPass, text: fmt.Sprintf("it answers %s in %s", p.Word, millis(p.Took)), seen: p.Seen}
	switch {
	case p.Status == 0:
		a.verdict, a.text, a.seen = CheckFail, "it answers: "+p.Word, Seen{At: c.in.Edge.Balancers[c.to.cfg.Name].Tried}
	case p.Status == http.StatusServiceUnavailable && c.empty():
		a.text += ": no task stands by, by design; a run starts them, and asks it before users are moved"
	case p.Level != Good:
		a.verdict, a.text = CheckFail, "it answers "+p.Word
	case p.Region == "":
		a.verdict, a.text = CheckWarn, a.text+" and does not say which region it is"
	case p.Region != c.to.cfg.Name:
		a.verdict, a.text, a.remedy = CheckFail, "it says it is "+p.Says, "probe.dial may be the other region's"
	default:
		a.text += ", as " + p.Says
	}
	return a
}

// empty says whether no task is to run in the region while it stands by, as in a cold standby: its balancer answers for itself alone then.
func (c *checker) empty() bool {
	return c.bare() && !slices.ContainsFunc(c.to.r.Services, func(v Service) bool { return v.Standby > 0 || v.Desired > 0 })
}

// floors: autoscaling must not hold the region below what is needed.
func (c *checker) floors() answer {
	seen := both(seenOf(c.to.raw.Scaling, c.fast(c.to), c.now), seenOf(c.to.raw.Services, c.fast(c.to), c.now))
	if !seen.Known() {
		return unreadable("autoscaling of "+c.to.cfg.Name, seen)
	}
	var low []string
	scaled := 0
	for k := range c.to.r.Services {
		v := &c.to.r.Services[k]
		if !v.Min.Known || v.Full == 0 {
			continue
		}
		scaled++
		switch {
		case int(v.Max.Value) < v.Full:
			low = append(low, fmt.Sprintf("%s may have at most %.0f of %d", v.Name, v.Max.Value, v.Full))
		case int(v.Min.Value) < expected(c.to, v):
			low = append(low, fmt.Sprintf("%s may be scaled in to %.0f of %d", v.Name, v.Min.Value, expected(c.to, v)))
		}
	}
	if len(low) > 0 {
		return answer{verdict: CheckWarn, text: few(low), seen: seen, remedy: "raise its floor or ceiling in Terraform; a run raises them for itself"}
	}
	return answer{verdict: CheckPass, text: "autoscaling reaches full size: " + several(scaled, "service"), seen: seen}
}

// quota: all tasks of the estate at full size must fit into what the account may use.
func (c *checker) quota() answer {
	seen := seenOf(c.to.raw.Quotas, c.p.slow, c.now)
	limit, found := 0.0, false
	for _, q := range c.to.raw.Quotas.Value {
		if q.Code == fargateVCPU {
			limit, found = q.Value, true
		}
	}
	if !found {
		return unreadable("the quota", seen)
	}
	need, unknown := c.fullSize()
	a := answer{seen: both(seen, seenOf(c.to.defs, c.p.slow, c.now)), text: fmt.Sprintf("full size takes %g of %g vCPU", need, limit)}
	switch {
	case len(unknown) > 0 && need <= limit:
		a.text = fmt.Sprintf("%g vCPU; how much %s takes is not known", limit, few(unknown))
	case need > limit:
		a.verdict, a.remedy = CheckFail, "ask AWS for more: raising it takes hours or days"
	case need > 0.8*limit:
		a.verdict, a.remedy = CheckWarn, "a deployment doubles tasks for a while: ask AWS for more"
	default:
		a.verdict = CheckPass
	}
	return a
}

// fullSize is how many vCPU all services take at full size, as far as it is known.
func (c *checker) fullSize() (vcpu float64, unknown []string) {
	for k := range c.to.r.Services {
		v := &c.to.r.Services[k]
		d, ok := c.to.definition(v)
		switch {
		case v.Full == 0:
		case !ok || d.VCPU == 0:
			unknown = append(unknown, v.Name)
		default:
			vcpu += d.VCPU * float64(v.Full)
		}
	}
	return vcpu, unknown
}
