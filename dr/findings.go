package dr

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"lifeboat/aws"
)

// A certificate within certificateNear of its end should have been renewed by ACM; within certificateClose it will not.
const (
	certificateNear  = 30 * 24 * time.Hour
	certificateClose = 7 * 24 * time.Hour
)

// findings are what else a person should know of a region.
func (j *join) findings(i int) {
	s := &j.sides[i]
	j.certificates(s)
	j.secrets(i)
	j.quotas(s)
	j.slotFinding(s)
	j.foreignImages(i)
	j.kept(i)
}

func (s *side) find(f Finding) {
	f.Level = f.Seen.judged(f.Level)
	s.r.Findings = append(s.r.Findings, f)
}

func (j *join) certificates(s *side) {
	seen := seenOf(s.raw.Certificates, j.p.slow, j.now)
	if seen.Why != "" && !seen.pending() && !seen.Known() {
		s.find(Finding{ID: "certificate", Text: "certificates were not read: " + seen.Why, Remedy: seen.Remedy, Seen: seen})
	}
	for _, c := range s.raw.Certificates.Value {
		f := Finding{ID: "certificate", Level: Good, Seen: seen}
		left := c.NotAfter.Sub(j.now)
		f.Text = fmt.Sprintf("certificate of %s: %s left", plain(c.Domain), span(left))
		switch {
		case c.Status != "" && c.Status != "ISSUED":
			f.Level, f.Text = Bad, fmt.Sprintf("certificate of %s is %s", plain(c.Domain), strings.ToLower(plain(c.Status)))
			f.Remedy = "see why in ACM; a balancer without a valid certificate answers nobody"
		case left <= 0:
			f.Level, f.Text = Bad, fmt.Sprintf("certificate of %s has expired %s ago", plain(c.Domain), span(-left))
			f.Remedy = "renew it in ACM, or import a new one"
		case left <= certificateNear:
			f.Level, f.Remedy = Warn, "ACM renews 60 days before the end: see why it did not (its validation record?)"
			if left <= certificateClose {
				f.Level = Bad
			}
		}
		s.find(f)
	}
}

// secrets: what the primary's tasks read must be in the other region, and current there.
func (j *join) secrets(i int) {
	s, other := &j.sides[i], &j.sides[1-i]
	seen := seenOf(s.raw.Secrets, j.p.slow, j.now)
	for _, v := range s.raw.Secrets.Value {
		for _, r := range v.Replicas {
			if r.Region != other.cfg.Name {
				continue
			}
			f := Finding{ID: "secret", Level: Good, Seen: seen, Text: fmt.Sprintf("secret %s is in %s: %s", plain(v.Name), r.Region, plain(r.Status))}
			if r.Status != "InSync" {
				f.Level, f.Remedy = Warn, short("Secrets Manager says: "+r.Message)
			}
			s.find(f)
		}
		if !j.held(v, other) {
			s.find(Finding{
				ID: "secret", Level: Warn, Seen: both(seen, seenOf(other.raw.Secrets, j.p.slow, j.now)),
				Text:   fmt.Sprintf("secret %s is not in %s", plain(v.Name), other.cfg.Name),
				Remedy: "replicate it there, or the tasks of " + other.cfg.Name + " cannot start without it",
			})
		}
	}
}

// held says whether a secret is in the other region: replicated there, a replica from there, or one of the same name.
func (j *join) held(v aws.Secret, other *side) bool {
	if v.PrimaryRegion != "" && v.PrimaryRegion == other.cfg.Name {
		return true
	}
	if slices.ContainsFunc(v.Replicas, func(r aws.SecretReplica) bool { return r.Region == other.cfg.Name }) {
		return true
	}
	if !other.raw.Secrets.Known() {
		return true // it could not be looked at: not the same as absent
	}
	return slices.ContainsFunc(other.raw.Secrets.Value, func(w aws.Secret) bool { return w.Name == v.Name })
}

// fargateVCPU is the quota of vCPU that Fargate tasks of a region may use at once.
const fargateVCPU = "L-3032A538"

// quotas: full size must fit. The smallest task takes a quarter of a vCPU, so less than that a task is too little for
// certain; how much the tasks take is not read.
func (j *join) quotas(s *side) {
	tasks := 0
	for _, c := range j.cfg.Services {
		tasks += c.Full
	}
	seen := seenOf(s.raw.Quotas, j.p.slow, j.now)
	for _, q := range s.raw.Quotas.Value {
		if q.Code != fargateVCPU || tasks == 0 {
			continue
		}
		f := Finding{ID: "quota", Level: Idle, Seen: seen,
			Text: fmt.Sprintf("Fargate quota %g vCPU: %.2g a task for %d tasks at full size", q.Value, q.Value/float64(tasks), tasks)}
		if q.Value < 0.25*float64(tasks) {
			f.Level, f.Remedy = Bad, "ask AWS for more: raising it takes hours or days"
		}
		s.find(f)
	}
}

// slotFinding: a replica that does not follow fills its source's disk, and then the primary stops.
func (j *join) slotFinding(s *side) {
	r := &j.e.Replication
	if r.SourceRegion != s.cfg.Name || !r.SlotLag.Known || r.UntilFull == 0 {
		return
	}
	f := Finding{ID: "slot", Level: Warn, Seen: seenOf(s.raw.Metrics, j.fast(s), j.now),
		Text:   fmt.Sprintf("%s keeps %s of WAL for its replica; its disk is full in %s", plain(r.Source), bytes(r.SlotLag.Value), span(r.UntilFull)),
		Remedy: "get the replica going again, or grow the storage; deleting the replica frees it"}
	if r.UntilFull < 4*time.Hour {
		f.Level = Bad
	}
	s.find(f)
}

// foreignImages: a task whose image comes from the other region's registry cannot start when that region is gone.
func (j *join) foreignImages(i int) {
	s, other := &j.sides[i], j.sides[1-i].cfg.Name
	foreign := ".ecr." + other + "."
	seen := seenOf(s.raw.Services, j.fast(s), j.now)
	var names []string
	for k := range s.raw.Services.Value {
		svc := &s.raw.Services.Value[k]
		for _, image := range svc.Images {
			if strings.Contains(image.Reference, foreign) {
				names = append(names, plain(svc.Name))
				break
			}
		}
	}
	if len(names) == 0 {
		return
	}
	if len(names) > 3 {
		names = append(names[:3], fmt.Sprintf("%d more", len(names)-3))
	}
	s.find(Finding{ID: "registry", Level: Warn, Seen: seen,
		Text:   among(names) + " take images from the registry of " + other,
		Remedy: "name this region's registry in the task definition"})
}
