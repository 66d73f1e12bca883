package dr

import (
	"fmt"
	"strings"
	"time"
)

// regionChanges compares a region with what it was.
func (j *join) regionChanges(f *feed, was, now *Region) {
	if was.Condition != now.Condition && (was.Condition != CondUnknown || now.Level >= Warn) {
		f.add(now.Level, "region", conditionWords(was, now))
	}
	j.signalChanges(f, was, now)
	j.serviceChanges(f, was, now)
	balancerChanges(f, was, now)
	databaseChanges(f, was, now)
	sessionChanges(f, was, now)
	if j.prev.Complete {
		findingChanges(f, was.Findings, now.Findings)
	}
}

func conditionWords(was, now *Region) string {
	s := string(now.Condition) + ", was " + string(was.Condition)
	if why, _, _ := strings.Cut(now.Why, "; "); why != "" {
		s += ": " + why
	}
	return s
}

func (j *join) signalChanges(f *feed, was, now *Region) {
	for k := range now.Signals {
		a, b := was.Signals, now.Signals[k]
		if k >= len(a) || !b.Asked || b.Name == signalPublic { // the edge's own changes tell of that
			continue
		}
		switch {
		case b.Silent && !a[k].Silent:
			f.addAt(b.Since, Bad, b.Name, "does not answer: "+b.Text)
		case !b.Silent && a[k].Silent:
			f.add(Good, b.Name, "answers again, after "+span(j.now.Sub(a[k].Since).Round(time.Second)))
		}
	}
}

// serviceChanges reports counts that were changed, tasks that are missing and are back, rollouts and images.
func (j *join) serviceChanges(f *feed, was, now *Region) {
	for k := range now.Services {
		b := &now.Services[k]
		a := sameService(was, k, b.Name)
		if a == nil || a.Raw == b.Raw {
			continue
		}
		if a.Raw == nil || b.Raw == nil {
			presenceChange(f, a, b)
			continue
		}
		countChange(f, a, b)
		rolloutChange(f, a, b)
		if a.Image.Digest != b.Image.Digest && a.Image.Digest != "" && b.Image.Digest != "" {
			f.add(Unknown, b.Name, "runs "+b.Image.Short+", was "+a.Image.Short)
		}
	}
}

func presenceChange(f *feed, a, b *Service) {
	switch {
	case b.Absent && a.Raw != nil:
		f.add(Bad, b.Name, "is gone from ECS")
	case a.Absent && b.Raw != nil:
		f.add(Good, b.Name, "is there now")
	}
}

func countChange(f *feed, a, b *Service) {
	short, wasShort := b.Running < b.Desired, a.Running < a.Desired
	switch {
	case a.Desired != b.Desired:
		f.add(b.Level, b.Name, fmt.Sprintf("%s wanted, was %d", several(b.Desired, "task"), a.Desired))
	case short && a.Running != b.Running:
		f.add(b.Level, b.Name, fmt.Sprintf("%d of %d running", b.Running, b.Desired))
	case !short && wasShort:
		f.add(Good, b.Name, fmt.Sprintf("%d of %d running again", b.Running, b.Desired))
	}
}

func rolloutChange(f *feed, a, b *Service) {
	if a.Rollout == b.Rollout {
		return
	}
	at := earlier(b.Raw.DeployedAt, f)
	switch b.Rollout {
	case "COMPLETED":
		f.addAt(at, Good, b.Name, fmt.Sprintf("deployment finished: %d of %d on %s", b.Running, b.Desired, b.Image.Short))
	case "FAILED":
		f.addAt(at, Bad, b.Name, "deployment failed: "+short(b.Raw.RolloutReason))
	case "IN_PROGRESS":
		f.addAt(at, Unknown, b.Name, "deployment began: "+plain(b.Raw.TaskDefinition))
	}
}

func balancerChanges(f *feed, was, now *Region) {
	for k := range now.Balancers {
		if k >= len(was.Balancers) || was.Balancers[k].Name != now.Balancers[k].Name {
			continue
		}
		a, b := &was.Balancers[k], &now.Balancers[k]
		if a.Probe.Status != 0 && b.Probe.Status != 0 { // silence is a signal's change
			probeChange(f, "balancer", a.Probe, b.Probe)
		}
		for n := range b.Groups {
			if n < len(a.Groups) && a.Groups[n].Name == b.Groups[n].Name {
				targetChange(f, &a.Groups[n], &b.Groups[n])
			}
		}
	}
}

func targetChange(f *feed, a, b *TargetGroup) {
	if !a.Seen.Known() || !b.Seen.fresh() {
		return
	}
	was, wasAll := a.Healthy()
	healthy, all := b.Healthy()
	if was == healthy && wasAll == all || wasAll == 0 && all == 0 {
		return
	}
	text := fmt.Sprintf("%d of %s healthy, was %d of %d", healthy, several(all, "target"), was, wasAll)
	for _, t := range b.Targets {
		if t.State == "unhealthy" && t.Reason != "" {
			text += " (" + plain(t.Reason) + ")"
			break
		}
	}
	f.add(b.Level, b.Name, text)
}

// probeChange reports an answer of another kind, not every status.
func probeChange(f *feed, subject string, a, b ProbeResult) {
	if !a.Asked || !b.Asked || a.Seen.pending() || a.Level == Unknown || b.Level == Unknown || a.Word == b.Word {
		return
	}
	f.add(b.Level, subject, "probe "+b.Word+", was "+a.Word)
}

func databaseChanges(f *feed, was, now *Region) {
	for k := range now.Databases {
		b := &now.Databases[k]
		if k >= len(was.Databases) || was.Databases[k].ID != b.ID {
			continue
		}
		a := &was.Databases[k]
		switch {
		case !a.Seen.Known() || !b.Seen.fresh():
		case a.Absent != b.Absent && b.Absent:
			f.add(Bad, b.ID, "is gone from RDS")
		case a.Role != b.Role && a.Raw != nil && b.Raw != nil:
			f.add(Warn, b.ID, "is a "+b.Role+", was a "+a.Role)
		case a.Status != b.Status && a.Raw != nil && b.Raw != nil:
			_, l := statusWord(b.Status)
			f.add(l, b.ID, b.Status+", was "+a.Status)
		}
	}
}

func sessionChanges(f *feed, was, now *Region) {
	a, b := was.Session, now.Session
	switch {
	case b.Level == a.Level || a.Seen.pending():
	case b.Level == Bad && b.Seen.Why != "":
		f.add(Bad, "session", b.Seen.Why)
	case b.Level == Warn || b.Level == Bad:
		f.add(b.Level, "session", b.Name+" ends "+clock(b.Expires, f.now))
	case b.Level == Good && (a.Level == Bad || a.Level == Warn):
		f.add(Good, "session", b.Name+" is renewed")
	}
}

// findingChanges reports what turned bad, and what is no more so.
func findingChanges(f *feed, was, now []Finding) {
	bad := func(all []Finding) map[string]Level {
		m := map[string]Level{}
		for _, v := range all {
			if v.Level == Warn || v.Level == Bad {
				m[v.ID] = worse(m[v.ID], v.Level)
			}
		}
		return m
	}
	before := bad(was)
	for _, v := range now {
		if (v.Level == Warn || v.Level == Bad) && gravity[v.Level] > gravity[before[v.ID]] {
			f.add(v.Level, v.ID, v.Text)
		}
	}
}
