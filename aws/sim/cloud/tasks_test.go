package cloud

import (
	"strings"
	"testing"
	"time"
)

func service(w *World, region, name string) *Service { return w.Region(region).Service(name) }

func TestStoppedTasksAreReplacedAndTurnHealthyAfterTwoChecks(t *testing.T) {
	k := newClock()
	c := Reference(k.options(1))
	must(t, c.Do("stop-tasks", east, backend))

	expect(t, "running after the crash", within(c, func(w *World) int { return service(w, east, backend).Count(Running) }), 0)
	k.pass(6 * time.Second)
	c.Locked(func(w *World) {
		s := service(w, east, backend)
		expect(t, "coming up", s.PendingCount(), 2)
		expect(t, "reason", s.Tasks()[0].StoppedReason, "Essential container in task exited")
		expect(t, "exit code", s.Tasks()[0].Containers[0].ExitCode, 137)
	})
	k.pass(70 * time.Second)
	c.Locked(func(w *World) {
		s := service(w, east, backend)
		expect(t, "running again", s.Count(Running), 2)
		expect(t, "of which checked", len(s.TargetGroup.in(TargetInitial)), 2)
	})
	k.pass(time.Minute)
	c.Locked(func(w *World) {
		s := service(w, east, backend)
		expect(t, "healthy", len(s.TargetGroup.in(TargetHealthy)), 2)
		expect(t, "draining ones are gone", len(s.TargetGroup.Targets), 2)
		expect(t, "image is known", strings.HasPrefix(s.Tasks()[3].Containers[0].Digest, "sha256:"), true)
	})
}

func TestAnotherRegionsTasksAreLeftAlone(t *testing.T) {
	k := newClock()
	c := Reference(k.options(1))
	must(t, c.Do("stop-tasks", east, backend))
	k.pass(5 * time.Second)
	c.Locked(func(w *World) {
		s := service(w, west, "davidshaevel-dr-backend")
		expect(t, "running", s.Count(Running), 1)
		expect(t, "healthy", len(s.TargetGroup.in(TargetHealthy)), 1)
	})
}

func TestABadDeploymentAnswers503AndRestoreRollsItBack(t *testing.T) {
	k := newClock()
	c := Reference(k.options(1))
	dns := within(c, func(w *World) string { return w.Region(east).Balancers[0].DNSName })
	q := Request{Port: 443, Method: "GET", Host: "davidshaevel.com", Path: "/api/health"}
	expect(t, "before", c.Serve(dns, q).Status, 200)

	must(t, c.Do("bad-deployment", east, backend))
	k.pass(50 * time.Second)
	expect(t, "the new tasks answer", c.Serve(dns, q).Status, 503)
	k.pass(3 * time.Minute)
	expect(t, "later too", c.Serve(dns, q).Status, 503)
	c.Locked(func(w *World) {
		s := service(w, east, backend)
		expect(t, "rollout", s.Deployments[0].Rollout, "IN_PROGRESS")
		expect(t, "revision", s.TaskDefinition.Revision, 2)
		if s.Deployments[0].Failed == 0 {
			t.Error("no task of the bad deployment has failed")
		}
		expect(t, "the new image reached the other region", len(w.Region(west).Repository("davidshaevel/backend").Images), 2)
	})

	must(t, c.Do("restore"))
	k.pass(4 * time.Minute)
	expect(t, "rolled back", c.Serve(dns, q).Status, 200)
	c.Locked(func(w *World) {
		s := service(w, east, backend)
		expect(t, "rollout", s.Deployments[0].Rollout, "COMPLETED")
		expect(t, "deployments", len(s.Deployments), 1)
		expect(t, "running", s.Count(Running), 2)
	})
}

func TestTasksThatCannotPullTheirImageStopAndSaySo(t *testing.T) {
	k := newClock()
	c := Reference(k.options(1))
	must(t, c.Do("missing-image", west, "davidshaevel-dr-backend"))
	must(t, c.Do("stop-tasks", west, "davidshaevel-dr-backend"))
	k.pass(2 * time.Minute)
	c.Locked(func(w *World) {
		s := service(w, west, "davidshaevel-dr-backend")
		expect(t, "running", s.Count(Running), 0)
		last := s.Tasks()[1]
		expect(t, "code", last.StopCode, "TaskFailedToStart")
		expect(t, "reason", strings.Contains(last.StoppedReason, "CannotPullContainerError"), true)
	})
	must(t, c.Do("restore", west))
	k.pass(7 * time.Minute)
	expect(t, "running again", within(c, func(w *World) int { return service(w, west, "davidshaevel-dr-backend").Count(Running) }), 1)
}

func TestAServiceThatNeverComesUpIsTriedLessAndLessOften(t *testing.T) {
	k := newClock()
	c := Reference(k.options(1))
	must(t, c.Do("missing-image", east, backend))
	must(t, c.Do("stop-tasks", east, backend))
	started := func() int { return within(c, func(w *World) int { return len(service(w, east, backend).Tasks()) }) }
	k.pass(10 * time.Minute)
	first := started()
	k.pass(10 * time.Minute)
	if next := started() - first; next == 0 || next > first/2 {
		t.Errorf("started %d times in the first ten minutes, %d in the next", first, next)
	}
}

func TestALostZonesTasksComeBackInTheOther(t *testing.T) {
	k := newClock()
	c := Reference(k.options(1))
	must(t, c.Do("az-gone", east, "b"))
	k.pass(6 * time.Minute)
	c.Locked(func(w *World) {
		for _, s := range w.Region(east).Clusters[0].Services {
			expect(t, s.Name+" running", s.Count(Running), s.Desired)
			for _, task := range s.Tasks() {
				if task.Last == Running {
					expect(t, s.Name+" zone", task.AZ, "us-east-1a")
				}
			}
		}
	})
}

func TestScalingInDrainsAndScalingOutStarts(t *testing.T) {
	k := newClock()
	c := Reference(k.options(1))
	c.Locked(func(w *World) { w.SetDesired(service(w, west, "davidshaevel-dr-frontend"), 2) })
	k.pass(2 * time.Minute)
	c.Locked(func(w *World) {
		s := service(w, west, "davidshaevel-dr-frontend")
		expect(t, "healthy", len(s.TargetGroup.in(TargetHealthy)), 2)
		w.SetDesired(s, 0)
		expect(t, "draining", len(s.TargetGroup.in(TargetDraining)), 2)
	})
	k.pass(2 * time.Minute)
	c.Locked(func(w *World) {
		s := service(w, west, "davidshaevel-dr-frontend")
		expect(t, "running", s.Count(Running), 0)
		expect(t, "stopped", s.Count(Stopped), 2)
		expect(t, "targets", len(s.TargetGroup.Targets), 0)
	})
}

func TestSpeedShortensDurationsAndLeavesTimestamps(t *testing.T) {
	k := newClock()
	o := k.options(1)
	o.Speed = 10
	c := Reference(o)
	must(t, c.Do("stop-tasks", east, backend))
	k.pass(11 * time.Second) // 110 s simulated
	c.Locked(func(w *World) {
		s := service(w, east, backend)
		expect(t, "healthy", len(s.TargetGroup.in(TargetHealthy)), 2)
		for _, task := range s.Tasks() {
			if task.Started.After(k.t) {
				t.Errorf("a task started at %s, after now (%s)", task.Started, k.t)
			}
		}
	})
	expect(t, "metric period", c.Period(), 6*time.Second)
}

func TestATargetThatRecoversBetweenChecksIsNotCalledUnhealthy(t *testing.T) {
	k := newClock()
	c := Reference(k.options(1))
	for range 2 { // down for 75 s, up for 5, down for 75: never three checks of 30 s in a row
		must(t, c.Do("reboot-database", east))
		for range 8 {
			k.pass(10 * time.Second)
			c.Locked(func(w *World) {
				for _, target := range service(w, east, backend).TargetGroup.Targets {
					expect(t, "state", target.State, TargetHealthy)
				}
			})
		}
	}
}

func TestLookingWritesAndCountsNothing(t *testing.T) {
	c := Reference(newClock().options(1))
	c.Locked(func(w *World) {
		b := w.Region(east).Balancers[0]
		w.Ask(b, Request{Port: 443, Method: "POST", Host: "davidshaevel.com", Path: "/api/items", Body: "x"}, false)
		expect(t, "rows", len(w.Region(east).Databases[0].rows(w)), 0)
		expect(t, "requests", b.counts.requests, 0)
	})
}
