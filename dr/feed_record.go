package dr

import "lifeboat/dr/runbook"

// journalChanges reports what the journals tell anew: runs that begin and end, another writer of record, a second writer.
func (j *join) journalChanges(f *feed) {
	was, now := &j.prev.Record, &j.e.Record
	if was.Seen.Known() && now.Seen.Known() {
		runChanges(f, was, now)
		if was.Writer != now.Writer && was.Writer != "" && now.Writer != "" {
			f.add(Warn, "writer of record", now.Writer+", was "+was.Writer)
		}
	}
	splitChanges(f, j.prev.Split, j.e.Split)
}

func runChanges(f *feed, was, now *Record) {
	for _, v := range now.Open {
		if _, known := runOf(was, v.Run); !known {
			f.addAt(earlier(v.Started, f), Warn, "run", short(v.Plan.Title+": begun by "+v.By+" on "+v.Host))
		}
	}
	for _, v := range was.Open {
		if _, open := runOf(now, v.Run); open {
			continue
		}
		if last := now.Last; last != nil && last.Run == v.Run {
			f.addAt(earlier(last.Changed, f), Unknown, "run", short(v.Plan.Title+": "+string(last.Ending)))
		}
	}
}

func runOf(r *Record, id string) (runbook.View, bool) {
	for _, v := range r.Open {
		if v.Run == id {
			return v, true
		}
	}
	return runbook.View{}, false
}

func splitChanges(f *feed, was, now *Split) {
	level := func(s *Split) Level {
		if s == nil {
			return Unknown
		}
		return s.Level
	}
	switch a, b := level(was), level(now); {
	case a == b:
	case now == nil:
		f.add(Good, "second writer", was.Database+" in "+was.Region+" is none any more")
	default:
		f.add(b, "second writer", now.Text)
	}
}
