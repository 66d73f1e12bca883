package dr

import (
	"cmp"
	"slices"
	"time"
)

const (
	feedLength = 500
	feedPast   = time.Hour // how far back a service's own events go in the first feed
)

// feed adds what changed since the estate before, and what the cloud says happened. A thing that is not known on either
// side has not changed: nobody saw it. So what a first round finds well is no change.
func (j *join) feed() {
	f := &feed{now: j.now}
	for i := range j.sides {
		f.region = j.e.Regions[i].Name
		j.eventChanges(f, i)
		if before := j.before(i); before != nil {
			j.regionChanges(f, before, &j.e.Regions[i])
		}
	}
	f.region = ""
	j.lagChanges(f)
	if j.prev != nil {
		j.edgeChanges(f)
		j.journalChanges(f)
	}
	j.e.Feed = merged(f.changes, j.prev)
}

// feed collects changes of one join.
type feed struct {
	now     time.Time
	region  string
	changes []Change
}

func (f *feed) add(l Level, subject, text string) { f.addAt(f.now, l, subject, text) }

func (f *feed) addAt(at time.Time, l Level, subject, text string) {
	f.changes = append(f.changes, Change{At: at, Region: f.region, Subject: subject, Text: text, Level: l})
}

// earlier is the cloud's own time of a change, where it gives one that has come already.
func earlier(at time.Time, f *feed) time.Time {
	if at.IsZero() || at.After(f.now) {
		return f.now
	}
	return at
}

// merged puts new changes among the earlier ones, newest first. What the cloud dates back finds its place.
func merged(changes []Change, prev *Estate) []Change {
	var before []Change
	if prev != nil {
		before = prev.Feed
	}
	if len(changes) == 0 {
		return before
	}
	all := make([]Change, 0, len(changes)+len(before))
	all = append(append(all, changes...), before...)
	slices.SortStableFunc(all, func(a, b Change) int { return cmp.Compare(b.At.UnixNano(), a.At.UnixNano()) })
	return all[:min(len(all), feedLength)]
}
