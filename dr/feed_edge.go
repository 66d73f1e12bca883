package dr

import (
	"fmt"
	"time"
)

// edgeChanges compares the way that users take with what it was.
func (j *join) edgeChanges(f *feed) {
	a, b := &j.prev.Path, &j.e.Path
	probeChange(f, "pages", a.Pages, b.Pages)
	probeChange(f, "API", a.API, b.API)
	probeChange(f, "writes", a.Writes, b.Writes)
	if was, now := j.prev.Verdict.Serving, j.e.Verdict.Serving; was != now && (was != "" || j.prev.Complete) {
		f.add(servingLevel(now), "users", servingWords(was, now))
	}
	if a.Bridging != b.Bridging {
		f.add(bridgeWords(b.Bridging))
	}
	j.distributionChanges(f)
	j.recordChanges(f)
	if j.prev.Complete {
		findingChanges(f, a.Findings, b.Findings)
	}
}

func servingLevel(now string) Level {
	if now == "" {
		return Bad
	}
	return Good
}

func servingWords(was, now string) string {
	switch {
	case now == "":
		return "no region is proven to serve, it was " + was
	case was == "":
		return now + " is proven to serve"
	}
	return now + " serves, it was " + was
}

func bridgeWords(bridging bool) (Level, string, string) {
	if bridging {
		return Warn, "CloudFront", "pages are bridged by origin failover"
	}
	return Good, "CloudFront", "pages are bridged no more"
}

func (j *join) distributionChanges(f *feed) {
	was, now := j.prev.Edge.Distribution, j.e.Edge.Distribution
	if !was.Known() || !now.Known() || was.Seen.Equal(now.Seen) {
		return
	}
	a, b := was.Value, now.Value
	if a.ETag != b.ETag && a.ETag != "" {
		f.addAt(earlier(b.Changed, f), Warn, "CloudFront", "its configuration was changed")
	}
	if a.Status != b.Status {
		f.add(Unknown, "CloudFront", plain(b.Status)+", was "+plain(a.Status))
	}
}

func (j *join) recordChanges(f *feed) {
	was, now := j.prev.Edge.Zone, j.e.Edge.Zone
	if !was.Known() || !now.Known() || was.Seen.Equal(now.Seen) {
		return
	}
	before := map[string]string{}
	for _, r := range was.Value.Records {
		before[r.Name+" "+r.Type] = r.Content
	}
	for _, r := range now.Value.Records {
		if old, ok := before[r.Name+" "+r.Type]; ok && old != r.Content {
			f.add(Warn, "DNS", fmt.Sprintf("%s leads to %s, was %s", plain(r.Name), plain(r.Content), plain(old)))
		}
	}
}

// lagChanges reports replication: its state, and lags that are worth a word. A lag is worth one from a hundredth of the
// RPO on, again at half of it and beyond it; and once more when it is small again. Between, it moves in silence.
func (j *join) lagChanges(f *feed) {
	now := &j.e.Replication
	f.region = now.ReplicaRegion
	defer func() { f.region = "" }()
	if j.prev != nil && stateChanged(&j.prev.Replication, now) {
		f.add(now.Level, "replication", stateWords(&j.prev.Replication, now))
	}
	lag, known := j.lagNow()
	if !known || now.Idle || now.Replica == "" || now.cut || now.sql && !now.Corrected.Known {
		return
	}
	peak, rpo := &j.e.past.lagPeak, j.cfg.Objectives.RPO.D()
	first := max(3*time.Second, rpo/100)
	switch step := lagStep(lag, first, rpo); {
	case step > lagStep(*peak, first, rpo):
		f.add(lagLevel(lag, rpo), "replication", "lag "+span(lag))
	case *peak > 0 && lag < first/2:
		f.add(Good, "replication", "lag back to "+span(lag)+" from "+span(*peak))
		*peak = 0
	}
	if lag >= first || *peak > 0 {
		*peak = max(*peak, lag)
	}
}

func lagStep(lag, first, rpo time.Duration) int {
	switch {
	case lag < first:
		return 0
	case lag <= rpo/2:
		return 1
	case lag <= rpo:
		return 2
	}
	return 3
}

func stateChanged(a, b *Replication) bool {
	return a.State != b.State && a.State != "" && a.State != stateUnknown && b.State != stateUnknown
}

func stateWords(a, b *Replication) string {
	s := b.State + ", was " + a.State
	if b.Text != "" {
		s += ": " + b.Text
	}
	return s
}
