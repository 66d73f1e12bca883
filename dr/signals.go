package dr

import "time"

// Names of the independent signs of life, in the order in which they are shown.
const (
	signalAPI      = "AWS API"
	signalBalancer = "balancer"
	signalPublic   = "public API"
	signalDatabase = "database"
)

// life is what a region's signs of life come to. Balancer and public API count once: both end at the same balancer.
type life struct {
	asked  int // independent signals that count
	silent int // of these: that are silent
	long   int // of these: that have been for as many periods, and readings, as a dark region takes
	users  bool
	since  time.Time // the moment from which two of them (or the only one) were silent
	due    time.Time // the moment at which two of them will have been silent for long enough
	names  []string  // of the silent ones
}

// alive says whether anything of the region answers.
func (l life) alive() bool { return l.asked > l.silent }

// sign is one signal with the period on which it is asked.
type sign struct {
	Signal
	period time.Duration
}

// signals gathers a region's signs of life. A signal whose newest attempt is old counts for nothing: nobody knows.
func (j *join) signals(i int) {
	s := &j.sides[i]
	signs := []sign{
		{j.apiSignal(s), j.p.fast}, {j.balancerSignal(s), j.p.edge},
		{j.publicSignal(s), j.p.edge}, {j.databaseSignal(s), j.p.database},
	}
	for k := range signs {
		j.silence(i, &signs[k].Signal)
		s.r.Signals = append(s.r.Signals, signs[k].Signal)
	}
	s.life = j.weigh(signs)
}

// silence says since when a silent signal is so, and over how many readings: from the first of the unbroken run.
func (j *join) silence(i int, g *Signal) {
	if !g.Silent {
		g.Since = time.Time{}
		return
	}
	g.Since, g.runs = g.tried, 1
	before := j.before(i)
	if before == nil {
		return
	}
	for _, was := range before.Signals {
		if was.Name != g.Name || !was.Silent {
			continue
		}
		g.Since, g.runs = was.Since, was.runs
		if g.tried.After(was.tried) {
			g.runs++
		}
	}
}

func (j *join) weigh(signs []sign) life {
	l := life{users: signs[1].answers() || signs[2].answers()}
	var began, due []time.Time
	for _, s := range j.independent(signs) {
		l.asked++
		if !s.Silent {
			continue
		}
		l.silent++
		enough := s.Since.Add(time.Duration(j.p.dark) * s.period)
		began, due = append(began, s.Since), append(due, enough)
		if s.runs >= j.p.dark && !j.now.Before(enough) {
			l.long++
		}
	}
	l.since, l.due = second(began), second(due)
	for _, s := range signs {
		if s.Silent {
			l.names = append(l.names, s.Name)
		}
	}
	return l
}

// independent leaves one of balancer and public API: the one that answers, else the one that has been silent longer.
func (j *join) independent(signs []sign) []sign {
	kept := make([]sign, 0, len(signs))
	for k, s := range signs {
		b, p := signs[1], signs[2]
		switch {
		case !s.Asked:
		case k == 1 && p.Asked && (p.answers() || b.Silent && p.Since.Before(b.Since)):
		case k == 2 && b.Asked && !(p.answers() || b.Silent && p.Since.Before(b.Since)):
		default:
			kept = append(kept, s)
		}
	}
	return kept
}

func (s sign) answers() bool { return s.Asked && !s.Silent }

// second is the second earliest moment, or the only one.
func second(t []time.Time) time.Time {
	var first, next time.Time
	for _, v := range t {
		switch {
		case first.IsZero() || v.Before(first):
			first, next = v, first
		case next.IsZero() || v.Before(next):
			next = v
		}
	}
	if next.IsZero() {
		return first
	}
	return next
}

// QuietSince is the moment since which nothing of a region answers: neither its API, nor its balancer or public path, nor its
// database, as far as they are asked. It is zero where one of them answers, or only one is asked.
func (r *Region) QuietSince() time.Time {
	var since time.Time
	asked := 0
	for _, s := range r.Signals {
		if s.Asked && !s.Silent {
			return time.Time{}
		}
		if s.Asked {
			asked++
		}
		if s.Asked && s.Since.After(since) {
			since = s.Since
		}
	}
	if asked < 2 {
		return time.Time{}
	}
	return since
}

// silentSince is the first moment of the unbroken run in which a region's own API did not answer; zero where it answers.
func (r *Region) silentSince() time.Time {
	if len(r.Signals) == 0 || !r.Signals[0].Asked || !r.Signals[0].Silent {
		return time.Time{}
	}
	return r.Signals[0].Since
}
