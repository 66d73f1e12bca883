package cloud

import (
	"fmt"
	"slices"
	"time"
)

func stallReplica(w *World, a args) (func(), error) {
	var stalled []*Database
	for _, r := range w.Regions {
		for _, db := range r.Databases {
			if db.Source != nil && !db.replay.stalled {
				w.stall(db, true)
				stalled = append(stalled, db)
			}
		}
	}
	if len(stalled) == 0 {
		return nil, fmt.Errorf("no replica that is not stalled already")
	}
	a["REGION"] = stalled[0].region.Name
	return func() {
		for _, db := range stalled {
			w.stall(db, false)
		}
	}, nil
}

// stall holds a replica back, or lets it go. One that was promoted since is left alone.
func (w *World) stall(db *Database, stalled bool) {
	if db.replay != nil {
		h := db.replay.hold
		h.stalled = stalled
		w.setReplay(db, h)
	}
}

func stopTasks(w *World, a args) (func(), error) {
	s, err := a.service(w)
	if err != nil {
		return nil, err
	}
	if s.Count(Running) == 0 {
		return nil, fmt.Errorf("service %s runs no task in %s", s.Name, a["REGION"])
	}
	for _, t := range slices.Clone(s.tasks) {
		w.crash(t, 137)
	}
	return nil, nil
}

func missingImage(w *World, a args) (func(), error) {
	s, err := a.service(w)
	if err != nil {
		return nil, err
	}
	repo, img := w.imageOf(a.region(w), s)
	if img == nil {
		return nil, fmt.Errorf("the image of %s is not in %s's registry", s.Name, a["REGION"])
	}
	return repo.drop(img), nil
}

// imageOf finds the image that a service's first container names, in its own region's registry.
func (w *World) imageOf(r *Region, s *Service) (*Repository, *Image) {
	digest := w.digest(s.TaskDefinition.Containers[0].Image)
	for _, repo := range r.Repositories {
		if img := repo.Image(digest); img != nil {
			return repo, img
		}
	}
	return nil, nil
}

func azGone(w *World, a args) (func(), error) {
	r := a.region(w)
	zone := a["ZONE"]
	if zone == "" {
		zone = "b"
	}
	if zone != "a" && zone != "b" {
		return nil, fmt.Errorf("ZONE must be a or b, not %q", zone)
	}
	if r.GoneAZ != "" {
		return nil, fmt.Errorf("%s is lost already", r.GoneAZ)
	}
	r.GoneAZ = r.Name + zone
	w.After(time.Minute, func() { w.loseHosts(r) })
	return func() { r.GoneAZ = "" }, nil
}

// loseHosts ends the tasks of a lost zone that no balancer watches.
func (w *World) loseHosts(r *Region) {
	for _, c := range r.Clusters {
		for _, t := range slices.Clone(c.Tasks) {
			if t.AZ == r.GoneAZ && t.target == nil {
				w.stop(t, "InternalError", "InternalError: the host of the task does not answer")
				w.reconcile(t.Service)
			}
		}
	}
}

// badDeployment deploys without keeping old tasks, as a service does whose minimum healthy percent is 0.
func badDeployment(w *World, a args) (func(), error) {
	s, err := a.service(w)
	if err != nil {
		return nil, err
	}
	good, minimum, maximum := s.TaskDefinition, s.MinHealthy, s.MaxPercent
	if good.Bad {
		return nil, fmt.Errorf("service %s runs a bad deployment already", s.Name)
	}
	s.MinHealthy, s.MaxPercent = 0, 100
	w.Deploy(s, w.revise(s.region, good, func(d *TaskDefinition) { d.Bad = true }))
	return func() {
		w.Deploy(s, good)
		s.MinHealthy, s.MaxPercent = minimum, maximum
	}, nil
}

func rebootDatabase(w *World, a args) (func(), error) {
	r := a.region(w)
	rebooted := 0
	for _, db := range r.Databases {
		if w.Reboot(db) == nil {
			rebooted++
		}
	}
	if rebooted == 0 {
		return nil, fmt.Errorf("no database in %s is available, and only such a one can be rebooted", r.Name)
	}
	return nil, nil
}

func backUpNow(w *World, a args) (func(), error) {
	begun := 0
	for _, db := range a.region(w).Databases {
		if db.Status == available {
			w.take(db, w.automated(db, w.now))
			begun++
		}
	}
	if begun == 0 {
		return nil, fmt.Errorf("no database in %s is available, and only such a one can be backed up", a["REGION"])
	}
	return nil, nil
}

func strayConnection(w *World, a args) (func(), error) {
	all := a.region(w).Databases
	i := slices.IndexFunc(all, func(db *Database) bool { return db.Source == nil })
	if len(all) == 0 {
		return nil, fmt.Errorf("no database in %s", a["REGION"])
	}
	return w.stray(all[max(i, 0)]), nil
}

// hostile is text that would repaint a terminal's screen, set its title and ring its bell, if it got there.
const hostile = "\x1b[2J\x1b[31mowned\x1b]0;owned\x07\x1b[0m\u009b1m\u202edeifinu"

func escapeNames(w *World, a args) (func(), error) {
	r := a.region(w)
	var undos []func()
	for _, c := range r.Clusters {
		for _, s := range c.Services {
			w.note(s, "%s has reached a steady state.", hostile)
			id, tags := s.Events[0].ID, s.Tags
			s.Tags = append(slices.Clone(tags), Tag{"note", hostile})
			undos = append(undos, func() {
				s.Tags = tags
				s.Events = slices.DeleteFunc(s.Events, func(e Event) bool { return e.ID == id })
			})
		}
		for _, t := range c.Tasks {
			if t.StoppedReason != "" {
				was := t.StoppedReason
				t.StoppedReason = hostile + was
				undos = append(undos, func() { t.StoppedReason = was })
			}
		}
	}
	return func() {
		for _, u := range undos {
			u()
		}
	}, nil
}
