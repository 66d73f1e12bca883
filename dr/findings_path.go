package dr

import (
	"slices"

	"lifeboat/aws/edge"
)

// pathFindings is what would not do what people expect of it in an outage.
func (j *join) pathFindings() []Finding {
	var all []Finding
	seen := seenOf(j.in.Edge.Distribution, j.p.slow, j.now)
	if j.in.Edge.Distribution.Known() {
		for _, f := range j.lintEdge() {
			v := Finding{ID: f.ID, Level: Warn, Text: plain(f.Subject + ": " + f.Text), Remedy: plain(f.Remedy), Seen: seen}
			if f.Broken {
				v.Level = Bad
			}
			v.Level = seen.judged(v.Level)
			all = append(all, v)
		}
	}
	return append(all, j.checkFindings()...)
}

// lintEdge looks at the distribution's configuration. While users are away from home the name of its first origin leads to where the second
// one does, by design: nothing there is to be mended.
func (j *join) lintEdge() []edge.Finding {
	found := edge.Lint(j.withRegions(j.in.Edge.Distribution.Value), j.apiPaths()...)
	away := j.cfg.Regions.Standby.Name
	for i := range found {
		if f := &found[i]; f.ID == "group-region" && j.e.Record.Run != "" && j.e.Record.Writer == away {
			f.Text, f.Remedy, f.Broken = "both members lead to "+away+" while it serves: nothing bridges the pages until users are home", "it ends with lifeboat failback", false
		}
	}
	return found
}

// withRegions names the regions of origins whose balancers are known by now.
func (j *join) withRegions(d edge.Distribution) edge.Distribution {
	d.Origins = slices.Clone(d.Origins)
	for i := range d.Origins {
		d.Origins[i].Region = j.originRegion(d, d.Origins[i].ID)
	}
	return d
}

func (j *join) apiPaths() []string {
	var paths []string
	for _, url := range []string{j.cfg.Edge.API.URL, j.cfg.Edge.Write.URL} {
		if url == "" {
			continue
		}
		if _, path := hostAndPath(url); !slices.Contains(paths, path) {
			paths = append(paths, path)
		}
	}
	return paths
}

// checkFindings are Cloudflare's health checks that fail. A check watches, and does not steer.
func (j *join) checkFindings() []Finding {
	var all []Finding
	checks := j.in.Edge.Zone.Value.Checks
	for _, c := range checks.Value {
		if c.Status != "unhealthy" {
			continue
		}
		seen := seenOf(checks, j.p.slow, j.now)
		text := "Cloudflare's health check " + c.Name + " is unhealthy"
		if c.Reason != "" {
			text += ": " + c.Reason
		}
		all = append(all, Finding{ID: "health-check", Level: seen.judged(Warn), Text: short(text), Seen: seen,
			Remedy: "it watches " + plain(c.Address) + " and moves no traffic by itself"})
	}
	return all
}
