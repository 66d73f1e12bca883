package cloud

import (
	"slices"
	"strings"
	"time"
)

// CloudFront's words for how far a change has come.
const (
	deployed   = "Deployed"
	inProgress = "InProgress"
	completed  = "Completed"
)

// How long CloudFront takes, simulated.
var (
	deployTime     = span{3 * time.Minute, 5 * time.Minute}
	invalidateTime = span{time.Minute, 2 * time.Minute}
)

// UpdateDistribution changes a distribution's configuration, as CloudFront does: its control plane shows the new one at
// once, and the old one answers until the new one is deployed everywhere. etag is that of the configuration which is
// replaced.
func (w *World) UpdateDistribution(d *Distribution, etag string, next Configuration) error {
	switch {
	case etag == "":
		return refuse("InvalidIfMatchVersion", "The If-Match version is missing or not valid for the resource.")
	case strings.Trim(etag, `"`) != d.ETag:
		return &Refusal{Status: 412, Code: "PreconditionFailed", Message: "The request failed because it didn't meet the preconditions in one or more request-header fields."}
	case next.Reference != d.Reference:
		return refuse("IllegalUpdate", "The update contains modifications that are not allowed: CallerReference.")
	}
	if err := next.Check(); err != nil {
		return err
	}
	if d.live == nil {
		old := d.Configuration
		d.live = &old
	}
	d.changes++
	d.Configuration, d.Status, d.Changed, d.ETag = next, inProgress, w.now, "E"+strings.ToUpper(w.hex(13))
	change := d.changes
	w.After(w.draw(deployTime), func() {
		if change == d.changes {
			d.live, d.Status = nil, deployed
			w.touch()
		}
	})
	w.touch()
	return nil
}

// Invalidate takes paths out of a distribution's caches, in time. The same reference for the same paths gives the same
// invalidation again.
func (w *World) Invalidate(d *Distribution, reference string, paths []string) (*Invalidation, error) {
	if reference == "" || len(paths) == 0 {
		return nil, refuse("InvalidArgument", "Paths and CallerReference must be given.")
	}
	for _, p := range paths {
		if !strings.HasPrefix(p, "/") {
			return nil, refuse("InvalidArgument", "Your request contains one or more invalid invalidation paths.")
		}
	}
	for _, i := range d.Invalidations {
		if i.Reference != reference {
			continue
		}
		if !slices.Equal(i.Paths, paths) {
			return nil, refuse("InvalidArgument", "Your request contains a caller reference that was used for a previous invalidation batch for the same distribution.")
		}
		return i, nil
	}
	i := &Invalidation{ID: "I" + strings.ToUpper(w.hex(13)), Reference: reference, Paths: paths, Created: w.now, Status: inProgress}
	d.Invalidations = slices.Insert(d.Invalidations, 0, i)
	w.After(w.draw(invalidateTime), func() { i.Status = completed })
	return i, nil
}

// Invalidation finds an invalidation by id; nil if there is none.
func (d *Distribution) Invalidation(id string) *Invalidation {
	for _, i := range d.Invalidations {
		if i.ID == id {
			return i
		}
	}
	return nil
}

// Invalidating is how many invalidations are in progress.
func (d *Distribution) Invalidating() int {
	n := 0
	for _, i := range d.Invalidations {
		if i.Status == inProgress {
			n++
		}
	}
	return n
}
