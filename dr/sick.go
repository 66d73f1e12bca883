package dr

import (
	"fmt"
	"strings"
	"time"

	"lifeboat/aws"
)

// recently is how long ago a deployment may have ended and still be the likely cause of a sickness.
const recently = time.Hour

// sick is a region that answers, but not well: what is seen, the cause as far as known, and the cheapest remedy first.
// A bad image is in the other region too, and a reboot ends by itself, so failing over is never the first thing to say.
func (j *join) sick(i int, seen string) {
	r := &j.e.Regions[i]
	r.Condition, r.Level = CondSick, Bad
	cause, remedy := j.cause(i)
	j.sides[i].ill = [2]string{seen, cause}
	r.Why, r.Remedy = seen, remedy
	if cause != "" {
		r.Why += ": " + cause
	}
}

// cause looks for what makes a region sick, the most telling first.
func (j *join) cause(i int) (cause, remedy string) {
	for _, look := range []func(int) (string, string){j.fenceCause, j.databaseCause, j.deploymentCause, j.emptyCause, j.targetCause} {
		if cause, remedy = look(i); cause != "" {
			return cause, remedy
		}
	}
	return "", "look at the service's events and logs before anything else"
}

// fenceCause: a run that moves users away stops the writers of the region that they leave.
func (j *join) fenceCause(i int) (string, string) {
	for _, v := range j.e.Record.Open {
		if v.Run == j.sides[i].fenced {
			return "a run has stopped its writers, to take users to " + v.Plan.To, "let the run go on, or take it back"
		}
	}
	return "", ""
}

func (j *join) databaseCause(i int) (string, string) {
	for k := range j.e.Regions[i].Databases {
		db := &j.e.Regions[i].Databases[k]
		if !db.Seen.fresh() && !startingUp(j.sides[i].sql[db.ID]) {
			continue
		}
		switch word, _ := statusWord(db.Status); {
		case db.Status == "rebooting" || db.Status == "starting" || startingUp(j.sides[i].sql[db.ID]):
			state := db.Status
			if state == "available" || state == "" {
				state = "starting up"
			}
			return "database " + db.ID + " is " + state, "wait: a reboot ends by itself, in minutes"
		case db.Status == "storage-full":
			return "database " + db.ID + " has no storage left", "grow its storage; a stalled replica's slot may hold the space"
		case db.Level == Bad && !db.Absent:
			return "database " + db.ID + " is " + word, "see its events in RDS"
		}
	}
	return "", ""
}

// deploymentCause: tasks of a newest deployment that fail, or targets behind them that do.
func (j *join) deploymentCause(i int) (string, string) {
	for k := range j.e.Regions[i].Services {
		v := &j.e.Regions[i].Services[k]
		if v.Raw == nil || !v.Seen.fresh() {
			continue
		}
		fresh := !v.Raw.DeployedAt.IsZero() && j.now.Sub(v.Raw.DeployedAt) < recently
		ill := v.Rollout == "FAILED" || failing(v.Raw) || v.Running < v.Desired || j.unhealthy(i, v)
		if !ill || !fresh && v.Rollout != "FAILED" && v.Rollout != "IN_PROGRESS" {
			continue
		}
		cause := fmt.Sprintf("deployment of %s %s ago", v.Name, span(j.now.Sub(v.Raw.DeployedAt).Round(time.Second)))
		if reason := lastReason(v.Raw); reason != "" {
			cause += "; tasks stop: " + reason
		}
		return cause, "roll back " + v.Name + ": " + j.sameThere(i, v)
	}
	return "", ""
}

// unhealthy says whether a target group that is named like the service has targets that fail their checks.
func (j *join) unhealthy(i int, v *Service) bool {
	for _, b := range j.e.Regions[i].Balancers {
		for _, g := range b.Groups {
			healthy, all := g.Healthy()
			if healthy < all && strings.Contains(g.Name, v.Name) {
				return true
			}
		}
	}
	return false
}

func lastReason(raw *aws.Service) string {
	for _, t := range raw.Stopped {
		if !orderly(t.Reason) {
			return short(withoutARNs(t.Reason))
		}
	}
	return ""
}

// sameThere says what failing over would meet.
func (j *join) sameThere(i int, v *Service) string {
	other := &j.e.Regions[1-i]
	for k := range other.Services {
		if w := &other.Services[k]; w.Name == v.Name && w.Image.Parity == ParitySame {
			return other.Name + " runs the same image"
		}
	}
	return "a bad image reaches " + other.Name + " too"
}

// emptyCause: a service that is expected to run and does not.
func (j *join) emptyCause(i int) (string, string) {
	for k := range j.e.Regions[i].Services {
		v := &j.e.Regions[i].Services[k]
		if v.Raw == nil || v.Level != Bad {
			continue
		}
		cause, remedy := v.Name+": "+v.Word, "scale "+v.Name+" up again"
		if v.Desired > 0 {
			remedy = "see why its tasks stop"
			if reason := lastReason(v.Raw); reason != "" {
				cause += "; " + reason
			}
		}
		return cause, remedy
	}
	return "", ""
}

func (j *join) targetCause(i int) (string, string) {
	for _, b := range j.e.Regions[i].Balancers {
		if b.Level != Bad || !b.Seen.fresh() {
			continue
		}
		cause := b.Name + ": " + b.Word
		for _, g := range b.Groups {
			for _, t := range g.Targets {
				if t.State == "unhealthy" && t.Reason != "" {
					return cause + " (" + plain(t.Reason) + ")", "see what the health check of " + g.Name + " gets"
				}
			}
		}
		return cause, "see why no target is healthy"
	}
	return "", ""
}
