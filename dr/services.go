package dr

import (
	"fmt"
	"slices"
	"strings"

	"lifeboat/aws"
	"lifeboat/dr/config"
)

// services judges each service of the estate in one region. Lookups are by map, so that five hundred cost little.
func (j *join) services(i int) {
	s := &j.sides[i]
	here, there := j.placed(i), j.placed(1-i)
	scaling := scalingOf(s.raw.Scaling.Value)
	seen := seenOf(s.raw.Services, j.fast(s), j.now)
	all := j.allServices()
	s.r.Services = make([]Service, 0, len(all))
	for _, c := range all {
		raw := here[c.Name]
		v := Service{Name: plain(c.Name), Full: c.Full, Standby: j.cfg.StandsBy(c), Writes: c.Writes, Seen: seen}
		if raw != nil {
			fillService(&v, raw, scaling)
			v.Image = j.image(i, c, running(raw, c, s.index), running(there[c.Name], c, j.sides[1-i].index))
			v.Image.Level = seen.judged(v.Image.Level)
		}
		j.judgeService(s, &v)
		if v.Absent {
			v.Image = j.absentImage(i, c, running(there[c.Name], c, j.sides[1-i].index))
		}
		s.r.Services = append(s.r.Services, v)
	}
}

// serviceKey is what ECS calls a service.
type serviceKey struct{ cluster, name string }

func fillService(v *Service, raw *aws.Service, scaling map[serviceKey]aws.ScalingTarget) {
	v.ECS, v.Cluster, v.Raw = plain(raw.Name), plain(raw.Cluster), raw
	v.Desired, v.Running, v.Pending = raw.Desired, raw.Running, raw.Pending
	v.Rollout, v.Stopped = plain(raw.Rollout), raw.Stopped
	if len(raw.Events) > 0 {
		v.LastEvent = aws.Event{At: raw.Events[0].At, Message: eventWords(raw.Events[0].Message)}
	}
	if t, ok := scaling[serviceKey{raw.Cluster, raw.Name}]; ok {
		v.Min, v.Max = Figure{Value: float64(t.Min), Known: true}, Figure{Value: float64(t.Max), Known: true}
	}
}

func scalingOf(targets []aws.ScalingTarget) map[serviceKey]aws.ScalingTarget {
	m := make(map[serviceKey]aws.ScalingTarget, len(targets))
	for _, t := range targets {
		m[serviceKey{t.Cluster, t.Service}] = t
	}
	return m
}

// placed finds what ECS calls each service of the estate in a region: as lifeboat.yaml says; else under its own name,
// with or without the prefix that things are found by. The map is made once a join.
func (j *join) placed(i int) map[string]*aws.Service {
	s := &j.sides[i]
	if s.placed != nil {
		return s.placed
	}
	raw := s.raw.Services.Value
	given := map[serviceKey]string{}
	for _, c := range s.cfg.Clusters {
		for name, ecs := range c.Services {
			given[serviceKey{c.Name, ecs}] = name
		}
	}
	s.placed = make(map[string]*aws.Service, len(raw))
	for k := range raw {
		name, ok := given[serviceKey{raw[k].Cluster, raw[k].Name}]
		if !ok {
			name = strings.TrimPrefix(raw[k].Name, s.cfg.Discover.Prefix)
		}
		if ok || s.placed[name] == nil {
			s.placed[name] = &raw[k]
		}
	}
	return s.placed
}

// allServices are those of lifeboat.yaml, in its order, then those that were found in either region and are not in it.
func (j *join) allServices() []config.Service {
	if j.listed != nil {
		return j.listed
	}
	known := make(map[string]bool, len(j.cfg.Services))
	for _, c := range j.cfg.Services {
		known[c.Name] = true
	}
	var found []string
	for i := range j.sides {
		for name := range j.placed(i) {
			if !known[name] {
				known[name] = true
				found = append(found, name)
			}
		}
	}
	slices.Sort(found)
	j.listed = slices.Clone(j.cfg.Services)
	for _, name := range found {
		j.listed = append(j.listed, config.Service{Name: name})
	}
	return j.listed
}

// bare says whether the standby runs nothing until it is needed.
func (j *join) bare() bool { return j.cfg.Strategy != config.WarmStandby }

// judgeService says in a word what is wrong with a service, and how bad that is.
func (j *join) judgeService(s *side, v *Service) {
	switch {
	case v.Raw == nil && v.Seen.fresh():
		v.Absent, v.Word, v.Level = true, "absent", Bad
		if !s.busy && j.bare() && v.Standby == 0 || v.Full == 0 {
			v.Level = Idle
		}
	case v.Raw == nil:
		v.Word = "?"
	case v.Seen.Old:
		v.Word = fmt.Sprintf("? was %d/%d", v.Running, v.Desired)
	default:
		v.Word, v.Level = j.serviceWord(s, v)
	}
}

// expected is how many tasks a service should have in its region's part.
func expected(s *side, v *Service) int {
	if s.busy {
		return v.Full
	}
	return v.Standby
}

func (j *join) serviceWord(s *side, v *Service) (string, Level) {
	want := expected(s, v)
	switch {
	case v.Raw.Status == "INACTIVE" || v.Raw.Status == "DRAINING":
		return "deleted", Bad
	case v.Rollout == "FAILED":
		return "rollout failed", Bad
	case s.fenced != "" && v.Writes && v.Desired == 0:
		return "fenced", Idle
	case v.Desired == 0 && v.Running == 0 && want == 0:
		return "", Idle
	case v.Desired == 0 && want > 0:
		return fmt.Sprintf("stopped, %d expected", want), Bad
	case v.Running == 0 && v.Pending > 0 && !failing(v.Raw):
		return "starting", Warn
	case v.Running == 0 && v.Desired > 0:
		return fmt.Sprintf("0 of %d running", v.Desired), Bad
	case v.Running < v.Desired && v.Pending > 0 && !failing(v.Raw):
		return "starting", Warn
	case v.Running < v.Desired:
		return fmt.Sprintf("%d of %d running", v.Running, v.Desired), Warn
	case v.Desired < want:
		return fmt.Sprintf("%d wanted, %d expected", v.Desired, want), Warn
	case v.Rollout == "IN_PROGRESS" && failing(v.Raw):
		return "deploying, tasks stop", Warn
	case v.Rollout == "IN_PROGRESS":
		return "deploying", Good
	}
	return "", Good
}

// failing says whether tasks of the newest deployment have ended by themselves.
func failing(raw *aws.Service) bool {
	for _, t := range raw.Stopped {
		if t.At.After(raw.DeployedAt) && !orderly(t.Reason) {
			return true
		}
	}
	return false
}

// orderly says whether ECS stopped a task on purpose: scaling in, or a newer deployment.
func orderly(reason string) bool {
	return strings.HasPrefix(reason, "Scaling activity initiated by")
}
