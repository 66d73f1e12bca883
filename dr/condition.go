package dr

import (
	"fmt"
	"time"
)

// condition is a region's state in one word, and why. Dark is not sick: any HTTP answer of a region means that it
// answers.
func (j *join) condition(i int) {
	r := &j.e.Regions[i]
	s := &j.sides[i]
	switch {
	case s.life.asked == 0:
		r.Condition, r.Why = CondUnknown, "nothing of it was asked yet"
	case j.proof.serving == r.Name:
		j.serving(i)
	case j.dark(i):
		r.Condition, r.Level = CondDark, Bad
		r.Why = "no answer from " + among(s.life.names)
		r.Remedy = "nothing here brings it back; the other region can be failed over to by hand at any time"
	case s.life.quiet():
		j.silent(i)
	case vacant(j.cfg, s.cfg):
		j.vacate(i)
	case s.busy:
		j.notServing(i)
	default:
		j.standing(i)
	}
	j.since(i)
}

// quiet says whether a region gives no sign of life that users would notice: every signal is silent, or two of them and
// neither balancer nor public API answers.
func (l life) quiet() bool { return !l.users && l.silent > 0 && (l.silent >= 2 || !l.alive()) }

// dark: two independent signals silent for three periods, nothing that users would get an answer from, and the other
// region answering from the same seat.
func (j *join) dark(i int) bool {
	l := j.sides[i].life
	return !l.users && l.long >= 2 && j.sides[1-i].life.alive()
}

// silent: it does not answer, and it is not yet certain enough to be called dark. It says what is still awaited.
func (j *join) silent(i int) {
	r, l := &j.e.Regions[i], j.sides[i].life
	r.Condition, r.Level = CondSilent, Bad
	r.Why = "no answer from " + among(l.names) + "; to call it dark takes " + j.awaited(i)
	r.Remedy = "look from another network"
	if !j.sides[1-i].life.alive() {
		r.Remedy = "nothing answers: check your own network first"
	}
}

// awaited is what is still missing before a silent region is called dark.
func (j *join) awaited(i int) string {
	l := j.sides[i].life
	switch {
	case l.silent < 2:
		return "a second independent silent signal"
	case !j.sides[1-i].life.alive():
		return "an answer from " + j.e.Regions[1-i].Name
	}
	return span(max(l.due.Sub(j.now), time.Second).Round(time.Second)) + " more of silence"
}

// serving: proven to answer users; sick where what users do fails all the same.
func (j *join) serving(i int) {
	r := &j.e.Regions[i]
	if w := j.e.Path.Writes; w.Asked && w.Level == Bad && !w.Seen.pending() {
		j.sick(i, "its API answers, and writes fail: "+w.Word)
		return
	}
	r.Condition, r.Level = CondServing, Good
	j.complain(i)
}

// complain lowers the level of a region that serves, by the first thing that is wrong in it.
func (j *join) complain(i int) {
	r := &j.e.Regions[i]
	note := func(l Level, why, remedy string) {
		if r.Level == Good {
			r.Level, r.Why, r.Remedy = l, why, remedy
		}
	}
	if api := r.Signals[0]; api.Silent {
		note(Warn, "its AWS API does not answer since "+clock(api.Since, j.now)+": what it told is old", "")
	}
	if r.Session.Level == Bad {
		note(Warn, "no session: "+r.Session.Seen.Why, r.Session.Seen.Remedy)
	}
	for k := range r.Databases {
		if db := &r.Databases[k]; db.Level == Bad || db.Level == Warn {
			note(Warn, "database "+db.ID+" is "+db.Word, "")
		}
	}
	for k := range r.Services {
		if v := &r.Services[k]; v.Level == Bad || v.Level == Warn {
			note(Warn, v.Name+": "+v.Word, "")
		}
	}
	for _, f := range r.Findings {
		if f.Level == Bad {
			note(Warn, f.Text, f.Remedy)
		}
	}
	for _, part := range j.unread(i) {
		note(Unknown, part.text, part.remedy)
	}
}

// unread is what is not known of a region now.
func (j *join) unread(i int) []blocker {
	s := &j.sides[i]
	if !s.r.Seen.fresh() {
		return []blocker{unseen("the state of "+s.cfg.Name, s.r.Seen)}
	}
	var all []blocker
	look := func(what string, seen Seen) {
		if !seen.fresh() {
			all = append(all, unseen(what+s.cfg.Name, seen))
		}
	}
	look("what runs in ", seenOf(s.raw.Services, j.fast(s), j.now))
	look("what the balancers do in ", seenOf(s.raw.Balancers, j.fast(s), j.now))
	look("what the databases do in ", seenOf(s.raw.Databases, j.fast(s), j.now))
	return all
}

// notServing: it should serve, and is not proven to. An answer that is no success makes it sick.
func (j *join) notServing(i int) {
	r, s := &j.e.Regions[i], &j.sides[i]
	api := j.e.Path.API
	switch {
	case api.Status >= 500 && j.e.Path.To == r.Name && api.Seen.fresh():
		j.sick(i, fmt.Sprintf("its API answers %d", api.Status))
	case j.balancerSick(s):
		j.sick(i, "its balancer answers "+j.balancerProbe(s).Word)
	case r.Signals[1].Silent:
		j.sick(i, "no answer from "+among(s.life.names)+", and other parts of it answer")
	default:
		r.Condition, r.Why = CondUnknown, "not proven to serve: "+j.proof.why
	}
}

func (j *join) balancerProbe(s *side) ProbeResult {
	return j.probe(s.cfg.Probe, j.in.Edge.Balancers[s.cfg.Name])
}

func (j *join) balancerSick(s *side) bool {
	p := j.balancerProbe(s)
	return p.Status >= 500 && p.Seen.fresh()
}

// since keeps the moment at which a condition began. A region that goes from silent to dark did not begin anew.
func (j *join) since(i int) {
	r := &j.e.Regions[i]
	r.Since = j.now
	still := r.Condition == CondDark || r.Condition == CondSilent
	if still {
		r.Since = j.sides[i].life.since
	}
	before := j.before(i)
	if before == nil {
		return
	}
	was := before.Condition == CondDark || before.Condition == CondSilent
	if before.Condition == r.Condition || still && was {
		r.Since = before.Since
	}
}
