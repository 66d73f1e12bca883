package dr

import "lifeboat/dr/config"

// vacant says whether a region is still to be provisioned: lifeboat.yaml says that the stack is to make what is in it, names
// nothing that is there, and has no way to find any.
func vacant(c *config.Config, r *config.Region) bool {
	ours := r == &c.Regions.Standby && c.Terraform.Primary != "" || c.Terraform.Primary == config.Ours
	named := len(r.Clusters) + len(r.Balancers) + len(r.Databases)
	return ours && named == 0 && !discovers(r)
}

// answerable is a config without the questions that nobody is there to answer yet: a vacant region's probe, and the public
// ones while the primary is vacant. Silence is no alarm then.
func answerable(c *config.Config) *config.Config {
	out := *c
	for _, r := range []*config.Region{&out.Regions.Primary, &out.Regions.Standby} {
		if vacant(&out, r) {
			r.Probe = config.Probe{}
		}
	}
	if vacant(&out, &out.Regions.Primary) {
		out.Edge.Pages, out.Edge.API, out.Edge.Write = config.Probe{}, config.Probe{}, config.Probe{}
	}
	return &out
}

// vacate says of a vacant region that nothing is there, instead of listing what is not known of it.
func (j *join) vacate(i int) {
	r := &j.e.Regions[i]
	r.Condition, r.Level, r.Why, r.Remedy = CondVacant, Idle, "nothing is here yet", "p provisions"
	r.Services, r.Balancers, r.Databases = nil, nil, nil
}

// vacantLines are the verdict of an estate that is not there yet.
func (j *join) vacantLines() {
	j.e.Verdict.Level = Unknown // neither well nor ill
	a, b := j.e.Regions[0].Name, j.e.Regions[1].Name
	j.say(bold("Nothing is here yet:"), text(" neither "+a+" nor "+b+" holds this estate."))
	j.say(text("Press p to provision it, phase by phase: each is planned, read and confirmed."))
}
