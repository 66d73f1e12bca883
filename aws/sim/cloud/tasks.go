package cloud

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// start makes a task and lets it come up: provisioning, pending while its images are pulled, running.
func (w *World) start(s *Service, d *Deployment) *Task {
	t := w.newTask(s, d)
	t.Last = Provisioning
	pull := pullShortest + time.Duration(w.rand.Int64N(int64(pullLongest-pullShortest)))
	w.later(t, provisioning, func() {
		t.setLast(Pending)
		w.later(t, pull, func() { w.run(t) })
	})
	return t
}

// later makes do happen after d, unless the task is told to stop before.
func (w *World) later(t *Task, d time.Duration, do func()) {
	w.After(d, func() {
		if t.Wanted == Running {
			do()
		}
	})
}

func (w *World) newTask(s *Service, d *Deployment) *Task {
	id := w.hex(32)
	r := s.region
	zone := w.zoneFor(s)
	t := &Task{
		ID: id, ARN: r.arn("ecs", "task/"+s.Cluster.Name+"/"+id), Cluster: s.Cluster, Service: s, Deployment: d,
		TaskDefinition: d.TaskDefinition, Wanted: Running, Health: "UNKNOWN", AZ: r.AZ(zone), Created: w.now,
		IP: fmt.Sprintf("10.%d.%d.%d", r.network, 11+zone, 10+w.rand.IntN(240)),
	}
	t.password = w.passwordFor(r, d.TaskDefinition)
	for _, c := range d.TaskDefinition.Containers {
		t.Containers = append(t.Containers, Container{Name: c.Name, Image: c.Image, Last: Pending})
	}
	s.tasks = append(s.tasks, t)
	s.Cluster.Tasks = append(s.Cluster.Tasks, t)
	return t
}

// zoneFor spreads a service's tasks over the two zones, but for one that is gone.
func (w *World) zoneFor(s *Service) int {
	count := [2]int{}
	for _, t := range s.tasks {
		if t.Wanted == Running {
			count[int(t.AZ[len(t.AZ)-1]-'a')]++
		}
	}
	zone := 0
	if count[1] < count[0] {
		zone = 1
	}
	if s.region.AZ(zone) == s.region.GoneAZ {
		zone = 1 - zone
	}
	return zone
}

func (t *Task) setLast(last string) {
	t.Last = last
	for i := range t.Containers {
		if last == Pending || last == Running || last == Stopped {
			t.Containers[i].Last = last
		}
	}
}

// run pulls a task's images and, if they are there, has it running and behind its balancer.
func (w *World) run(t *Task) {
	for i := range t.Containers {
		c := &t.Containers[i]
		if c.Digest = w.digest(c.Image); c.Digest == "" {
			c.Reason = "CannotPullContainerError: pull image manifest has been retried 7 time(s): failed to resolve ref " +
				c.Image + ": not found"
			w.stop(t, "TaskFailedToStart", c.Reason)
			w.failed(t)
			return
		}
	}
	t.setLast(Running)
	t.Started = w.now
	w.register(t)
	if g := t.Service.TargetGroup; g != nil {
		w.note(t.Service, "registered 1 targets in (target-group %s)", g.ARN)
	}
	w.touch()
	w.reconcile(t.Service)
}

// stop tells a task to end. It leaves its balancer first, then its process ends, then it is gone; ECS shows it for a
// while.
func (w *World) stop(t *Task, code, reason string) {
	if t.Wanted == Stopped {
		return
	}
	wasRunning := t.Last == Running
	t.Wanted, t.StopCode, t.StoppedReason, t.StoppingAt = Stopped, code, reason, w.now
	w.touch()
	if !wasRunning {
		w.ended(t)
		return
	}
	drain := time.Duration(0)
	if t.target != nil && t.target.State != TargetDraining {
		t.setLast(Deactivating)
		w.drain(t.target)
		drain = t.target.group.Delay
	}
	w.After(drain, func() {
		t.setLast(Stopping)
		w.After(stopping, func() { w.ended(t) })
	})
}

// crash ends a running task at once, as when its essential container exits.
func (w *World) crash(t *Task, exit int) {
	if t.Last != Running {
		return
	}
	t.Wanted, t.StopCode, t.StoppedReason, t.StoppingAt = Stopped, "EssentialContainerExited", "Essential container in task exited", w.now
	t.Containers[0].ExitCode, t.Containers[0].Exited = exit, true
	if t.target != nil {
		w.drain(t.target)
	}
	w.touch()
	w.ended(t)
}

func (w *World) ended(t *Task) {
	t.setLast(Deprovisioning)
	w.After(deprovisioning, func() {
		t.setLast(Stopped)
		t.StoppedAt = w.now
		w.reconcile(t.Service)
	})
	w.After(deprovisioning+stoppedKept, func() {
		gone := func(o *Task) bool { return o == t }
		t.Service.tasks = slices.DeleteFunc(t.Service.tasks, gone)
		t.Cluster.Tasks = slices.DeleteFunc(t.Cluster.Tasks, gone)
	})
}

// failed counts a task that never served. After a few in a row the scheduler waits longer and longer before the next.
func (w *World) failed(t *Task) {
	s := t.Service
	s.failures++
	t.Deployment.Failed++
	if s.failures < patience {
		return
	}
	wait := min(15*time.Second<<min(s.failures-patience, 8), longestBackoff)
	s.nextTry = w.now.Add(w.Scaled(wait))
	w.After(wait, func() { w.reconcile(s) })
	w.note(s, "is unable to consistently start tasks successfully. For more information, see the Troubleshooting section of the Amazon ECS Developer Guide.")
}

// targetJudged lets a service act on what its balancer found of a task: a healthy one counts, an unhealthy one is
// replaced once its grace period is over.
func (w *World) targetJudged(target *Target) {
	t := target.Task
	if target.State == TargetHealthy {
		t.Service.failures = 0
		w.reconcile(t.Service)
		return
	}
	grace := t.Started.Add(w.Scaled(t.Service.Grace)).Sub(w.now)
	if grace > 0 {
		w.After(time.Duration(float64(grace)*w.Speed), func() { w.replaceUnhealthy(target) })
		return
	}
	w.replaceUnhealthy(target)
}

func (w *World) replaceUnhealthy(target *Target) {
	t, g := target.Task, target.group
	if target.State != TargetUnhealthy || t.Wanted == Stopped || t.Service.region.Dark {
		return
	}
	reason := "Request timed out"
	if target.seen != 0 {
		reason = target.Description
	}
	w.note(t.Service, "(port %d) is unhealthy in (target-group %s) due to (reason %s)", target.Port, g.ARN, reason)
	w.note(t.Service, "has stopped 1 running tasks: (task %s).", t.ID)
	w.stop(t, "ServiceSchedulerInitiated", "Task failed ELB health checks in (target-group "+g.ARN+")")
	w.failed(t)
	w.reconcile(t.Service)
}

// digest is what an image reference means in its registry; "" if there is no such image.
func (w *World) digest(ref string) string {
	registry, rest, _ := strings.Cut(ref, "/")
	name, digest, pinned := strings.Cut(rest, "@")
	name, tag, _ := strings.Cut(name, ":")
	for _, r := range w.Regions {
		if registry != r.Registry() {
			continue
		}
		if repo := r.Repository(name); repo != nil {
			img := repo.Tagged(tag)
			if pinned {
				img = repo.Image(digest)
			}
			if img != nil {
				return img.Digest
			}
		}
	}
	return ""
}
