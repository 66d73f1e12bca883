package views

import (
	"time"

	"lifeboat/dr"
	"lifeboat/dr/config"
)

// skeleton is the estate before anything was read: what lifeboat.yaml says there should be, and nothing known of it.
func skeleton(c *config.Config, now time.Time) *dr.Estate {
	e := &dr.Estate{
		At: now, Name: c.Estate, Strategy: c.Strategy, Objectives: c.Objectives, Simulated: c.Simulated != nil,
		Verdict: dr.Verdict{Lines: []dr.Line{{{Text: "Reading both regions.", Bold: true}}}},
	}
	e.Regions[0] = bones(c, c.Regions.Primary, dr.Primary)
	e.Regions[1] = bones(c, c.Regions.Standby, dr.Standby)
	if c.Edge.Cloudflare.Zone != "" {
		e.Path.DNS = dr.Stage{Asked: true, Name: "Cloudflare"}
	}
	if c.Edge.Distribution != "" {
		e.Path.CDN = dr.Stage{Asked: true, Name: "CloudFront", ID: c.Edge.Distribution}
	}
	e.Path.Pages.Asked = c.Edge.Pages.URL != ""
	e.Path.API.Asked = c.Edge.API.URL != ""
	e.Path.Writes.Asked = c.Edge.Write.URL != ""
	return e
}

func bones(c *config.Config, from config.Region, built dr.Role) dr.Region {
	r := dr.Region{Name: from.Name, Built: built, Condition: dr.CondUnknown}
	for _, b := range from.Balancers {
		r.Balancers = append(r.Balancers, dr.Balancer{Name: b.Name, Probe: dr.ProbeResult{Asked: from.Probe.URL != ""}})
	}
	for _, s := range c.Services {
		r.Services = append(r.Services, dr.Service{Name: s.Name, Full: s.Full, Standby: c.StandsBy(s), Writes: s.Writes})
	}
	for _, d := range from.Databases {
		r.Databases = append(r.Databases, dr.Database{ID: d.ID, Role: "?"})
	}
	return r
}
