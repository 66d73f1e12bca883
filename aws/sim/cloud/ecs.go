package cloud

import (
	"fmt"
	"slices"
	"time"
)

// How long the life of a task takes, simulated.
const (
	provisioning   = 15 * time.Second
	pullShortest   = 25 * time.Second
	pullLongest    = 55 * time.Second
	stopping       = 10 * time.Second
	deprovisioning = 5 * time.Second
	stoppedKept    = time.Hour // how long ECS shows a stopped task
	longestBackoff = 5 * time.Minute
	patience       = 3 // tasks that fail in a row before the scheduler backs off
	eventsKept     = 100
)

// Cluster finds a cluster of the region by name or ARN; nil if there is none.
func (r *Region) Cluster(ref string) *Cluster {
	for _, c := range r.Clusters {
		if c.Name == ref || c.ARN == ref {
			return c
		}
	}
	return nil
}

// Service finds a service of the cluster by name or ARN; nil if there is none.
func (c *Cluster) Service(ref string) *Service {
	for _, s := range c.Services {
		if s.Name == ref || s.ARN == ref {
			return s
		}
	}
	return nil
}

// Service finds a service in any cluster of the region; nil if there is none.
func (r *Region) Service(name string) *Service {
	for _, c := range r.Clusters {
		if s := c.Service(name); s != nil {
			return s
		}
	}
	return nil
}

// Tasks are the service's tasks, those that stopped lately too.
func (s *Service) Tasks() []*Task { return s.tasks }

// Count is how many of the service's tasks are in a state.
func (s *Service) Count(last string) int {
	n := 0
	for _, t := range s.tasks {
		if t.Last == last {
			n++
		}
	}
	return n
}

// PendingCount is how many tasks are on their way to RUNNING, as ECS counts them.
func (s *Service) PendingCount() int { return s.Count(Pending) + s.Count(Provisioning) }

// Running is how many of a deployment's tasks run, and how many are on their way.
func (d *Deployment) Running(s *Service) (running, pending int) {
	for _, t := range s.tasks {
		switch {
		case t.Deployment != d:
		case t.Last == Running:
			running++
		case t.Last == Pending || t.Last == Provisioning:
			pending++
		}
	}
	return running, pending
}

// note adds a line to a service's events.
func (w *World) note(s *Service, format string, args ...any) {
	e := Event{ID: w.uuid(), At: w.now, Message: "(service " + s.Name + ") " + fmt.Sprintf(format, args...)}
	s.Events = slices.Insert(s.Events, 0, e)
	s.Events = s.Events[:min(len(s.Events), eventsKept)]
}

// Deploy rolls a service over to a task definition.
func (w *World) Deploy(s *Service, d *TaskDefinition) {
	s.TaskDefinition = d
	w.addDeployment(s)
	s.failures, s.nextTry = 0, time.Time{}
	w.reconcile(s)
}

func (w *World) addDeployment(s *Service) *Deployment {
	d := &Deployment{
		ID: fmt.Sprintf("ecs-svc/%019d", w.rand.Int64N(1e18)), TaskDefinition: s.TaskDefinition, Desired: s.Desired,
		Rollout: "IN_PROGRESS", Created: w.now, UpdatedAt: w.now,
	}
	d.RolloutReason = "ECS deployment " + d.ID + " in progress."
	s.Deployments = slices.Insert(s.Deployments, 0, d)
	return d
}

// reconcile brings a service's tasks towards what it wants, as ECS's scheduler does: within the deployment's limits
// old tasks go, new ones come, and the rollout ends when only healthy new ones are left.
func (w *World) reconcile(s *Service) {
	if s.region.Dark {
		return
	}
	d := s.Deployments[0]
	d.Desired = s.Desired
	fresh, old := s.wanted(d)
	old = w.retire(s, fresh, old)
	fresh = w.stopSurplus(s, fresh)
	w.startMissing(s, d, len(fresh), len(old))
	w.finish(s, d, fresh, old)
}

// stopSurplus stops the newest tasks beyond what the service wants, and gives those that stay.
func (w *World) stopSurplus(s *Service, fresh []*Task) []*Task {
	names, n := "", len(fresh)-s.Desired
	for len(fresh) > s.Desired {
		last := fresh[len(fresh)-1]
		fresh = fresh[:len(fresh)-1]
		w.stop(last, "ServiceSchedulerInitiated", "Scaling activity initiated by deployment "+s.Deployments[0].ID)
		names += " (task " + last.ID + ")"
	}
	if n > 0 {
		w.note(s, "has stopped %d running tasks:%s.", n, names)
	}
	return fresh
}

// wanted splits the tasks that are meant to run into the deployment's own and older ones.
func (s *Service) wanted(d *Deployment) (fresh, old []*Task) {
	for _, t := range s.tasks {
		switch {
		case t.Wanted != Running:
		case t.Deployment == d:
			fresh = append(fresh, t)
		default:
			old = append(old, t)
		}
	}
	return fresh, old
}

// ready says whether a task counts as healthy for its service.
func (t *Task) ready() bool {
	return t.Last == Running && (t.target == nil || t.target.State == TargetHealthy)
}

func ready(tasks ...[]*Task) int {
	n := 0
	for _, t := range slices.Concat(tasks...) {
		if t.ready() {
			n++
		}
	}
	return n
}

// retire stops older tasks as far as the deployment's minimum allows, and gives those that stay.
func (w *World) retire(s *Service, fresh, old []*Task) []*Task {
	floor := (s.Desired*s.MinHealthy + 99) / 100
	for len(old) > 0 && (!old[0].ready() || ready(fresh, old)-1 >= floor) {
		w.stop(old[0], "ServiceSchedulerInitiated", "Scaling activity initiated by deployment "+s.Deployments[0].ID)
		old = old[1:]
	}
	return old
}

func (w *World) startMissing(s *Service, d *Deployment, fresh, old int) {
	if w.now.Before(s.nextTry) {
		return
	}
	room := min(s.Desired-fresh, s.Desired*s.MaxPercent/100-fresh-old)
	if room <= 0 {
		return
	}
	names := ""
	for range room {
		names += " (task " + w.start(s, d).ID + ")"
	}
	w.note(s, "has started %d tasks:%s.", room, names)
}

// finish ends a rollout, or a change of the count, that has come to where it was going.
func (w *World) finish(s *Service, d *Deployment, fresh, old []*Task) {
	if len(old) > 0 || len(fresh) != s.Desired || ready(fresh) != s.Desired {
		return
	}
	if d.Rollout != "IN_PROGRESS" {
		if s.scaling {
			s.scaling = false
			w.note(s, "has reached a steady state.")
		}
		return
	}
	d.Rollout, d.RolloutReason, d.UpdatedAt = "COMPLETED", "ECS deployment "+d.ID+" completed.", w.now
	s.Deployments, s.failures, s.scaling = s.Deployments[:1], 0, false
	w.note(s, "(deployment %s) deployment completed.", d.ID)
	w.note(s, "has reached a steady state.")
}

// SetDesired changes how many tasks a service wants.
func (w *World) SetDesired(s *Service, n int) {
	s.Desired, s.scaling = n, true
	w.reconcile(s)
}
