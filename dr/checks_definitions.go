package dr

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"lifeboat/aws"
)

// definitions: a task that names the region being left would start, and fall with it.
func (c *checker) definitions() answer {
	return c.eachDefinition("name "+c.to.cfg.Name+" alone", CheckFail, "make a revision of their own for "+c.to.cfg.Name, c.foreignName)
}

// registries: what comes from elsewhere than the region's own registry may not come at all in an outage.
func (c *checker) registries() answer {
	return c.eachDefinition("take every image from it", CheckWarn, "mirror them to ECR: other registries have fallen with us-east-1", func(d aws.Definition) string {
		for _, image := range d.Images {
			if !strings.Contains(image, ".dkr.ecr."+c.to.cfg.Name+".") {
				return short(image)
			}
		}
		return ""
	})
}

// eachDefinition looks at what the task definition of every service says.
func (c *checker) eachDefinition(well string, bad CheckVerdict, remedy string, look func(aws.Definition) string) answer {
	a := answer{seen: seenOf(c.to.defs, c.p.slow, c.now)}
	var wrong, unread []string
	n := 0
	for k := range c.to.r.Services {
		v := &c.to.r.Services[k]
		d, ok := c.to.definition(v)
		switch {
		case v.Full == 0 || v.Absent:
			continue
		case !ok:
			unread = append(unread, v.Name)
			continue
		}
		n++
		if what := look(d); what != "" {
			wrong = append(wrong, v.Name+": "+what)
		}
	}
	switch {
	case len(wrong) > 0:
		a.verdict, a.text, a.remedy = bad, few(wrong), remedy
	case len(unread) > 0 || !a.seen.Known():
		return unreadable("what the task definitions of "+c.to.cfg.Name+" say", a.seen)
	default:
		a.verdict, a.text = CheckPass, several(n, "definition")+" "+well
	}
	return a
}

// foreignName is the first thing in a task definition that names the region being left; "" where nothing does. Values are
// never shown: they may be secrets.
func (c *checker) foreignName(d aws.Definition) string {
	from := c.from.cfg.Name
	for _, image := range d.Images {
		if strings.Contains(image, from) {
			return "its image comes from " + from
		}
	}
	for _, arn := range d.Secrets {
		if regionOfARN(arn) == from {
			return "it reads a secret of " + from
		}
	}
	for _, name := range slices.Sorted(maps.Keys(d.Values)) {
		if strings.Contains(d.Values[name], "\n") {
			continue // a file that a task is given: Grafana's dashboards watch both regions
		}
		if strings.Contains(d.Values[name], from) {
			return plain(name) + " names " + from
		}
	}
	return ""
}

// secretsThere: what tasks read at their start must be in their own region, and as the other's.
func (c *checker) secretsThere() answer {
	here, there := seenOf(c.to.raw.Secrets, c.p.slow, c.now), seenOf(c.from.raw.Secrets, c.p.slow, c.now)
	if !here.Known() {
		return unreadable("which secrets "+c.to.cfg.Name+" has", here)
	}
	a := answer{seen: here, remedy: "replicate them to " + c.to.cfg.Name}
	names := slices.Clone(c.from.cfg.Secrets)
	for _, v := range c.from.raw.Secrets.Value {
		if !slices.Contains(names, v.Name) {
			names = append(names, v.Name)
		}
	}
	var missing, late []string
	for _, name := range names {
		switch state := c.copyOf(name); {
		case state == "":
			missing = append(missing, plain(name))
		case state != "InSync":
			late = append(late, plain(name)+" is "+plain(state))
		}
	}
	switch {
	case len(missing) > 0:
		a.verdict, a.text = CheckFail, "not there: "+few(missing)
	case len(late) > 0:
		a.verdict, a.text, a.seen, a.leaving = CheckFail, few(late), both(here, there), true
	case len(names) == 0:
		a.verdict, a.text, a.remedy = CheckWarn, "none is known", "name them in lifeboat.yaml, or tag them, so that they are looked at"
	case !there.fresh():
		a.verdict, a.text, a.remedy = CheckPass, several(len(names), "secret")+" there; whether current is not known: "+c.from.cfg.Name+" was not read", ""
	default:
		a.verdict, a.text, a.remedy = CheckPass, several(len(names), "secret")+" there, in sync", ""
	}
	return a
}

// copyOf is the state of a secret in the region that takes over: "InSync" also where it is a secret of its own; "" where it
// is not there.
func (c *checker) copyOf(name string) string {
	there := slices.ContainsFunc(c.to.raw.Secrets.Value, func(v aws.Secret) bool { return v.Name == name })
	for _, v := range c.from.raw.Secrets.Value {
		for _, r := range v.Replicas {
			if v.Name == name && r.Region == c.to.cfg.Name && there {
				return r.Status
			}
		}
	}
	if there {
		return "InSync"
	}
	return ""
}

// certificate: the region's balancer must be able to answer under every public name.
func (c *checker) certificate() answer {
	if a, rests := c.unlit(); rests {
		return a
	}
	seen := seenOf(c.to.raw.Certificates, c.p.slow, c.now)
	if !seen.Known() {
		return unreadable("which certificate "+c.to.cfg.Name+" has", seen)
	}
	a := answer{seen: seen, remedy: "see why in ACM; a balancer without a valid certificate answers nobody"}
	left, bad := time.Duration(0), ""
	var names []string
	for _, v := range c.to.raw.Certificates.Value {
		d := v.NotAfter.Sub(c.now)
		if v.Status != "ISSUED" || d <= 0 {
			bad = fmt.Sprintf("that of %s is %s", plain(v.Domain), certificateState(v, d))
			continue
		}
		if left == 0 || d < left {
			left = d
		}
		names = append(append(names, v.Domain), v.Names...)
	}
	uncovered := slices.DeleteFunc(c.publicNames(), func(host string) bool { return covered(host, names) })
	switch {
	case len(c.to.raw.Certificates.Value) == 0:
		a.verdict, a.text, a.remedy = CheckFail, "no listener has one", "add one of ACM's to the balancer's listener"
	case len(uncovered) > 0:
		a.verdict, a.text = CheckFail, strings.TrimPrefix(bad+"; none covers "+few(uncovered), "; ")
	case left <= certificateClose:
		a.verdict, a.text = CheckFail, span(left)+" left"
	case left <= certificateNear:
		a.verdict, a.text, a.remedy = CheckWarn, span(left)+" left", "ACM renews 60 days before the end: see why it did not"
	default:
		a.verdict, a.text, a.remedy = CheckPass, fmt.Sprintf("%s left, covers %s", span(left), several(len(c.publicNames()), "public name")), ""
	}
	return a
}

func certificateState(v aws.Certificate, left time.Duration) string {
	if v.Status == "ISSUED" {
		return "expired " + ago(-left)
	}
	return strings.ToLower(plain(v.Status))
}

// publicNames are the names under which a balancer of the estate is asked: those of the public probes, and the records that
// lead straight to a balancer.
func (c *checker) publicNames() []string {
	var names []string
	add := func(host string) {
		if host = strings.ToLower(host); host != "" && !slices.Contains(names, host) {
			names = append(names, host)
		}
	}
	for _, url := range []string{c.cfg.Edge.API.URL, c.cfg.Edge.Pages.URL, c.cfg.Edge.Write.URL} {
		host, _ := hostAndPath(url)
		add(host)
	}
	for _, r := range c.in.Edge.Zone.Value.Records {
		if c.recordRegion(r.Name) != "" {
			add(plain(r.Name))
		}
	}
	return names
}

// covered says whether a certificate's names cover a host: a wildcard stands for one label.
func covered(host string, names []string) bool {
	_, parent, _ := strings.Cut(host, ".")
	return slices.ContainsFunc(names, func(n string) bool {
		return strings.EqualFold(n, host) || strings.EqualFold(n, "*."+parent)
	})
}
