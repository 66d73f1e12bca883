package dr

import (
	"strings"
	"time"
)

// Checks holds an estate against what a procedure needs that takes users away from a region: "" is the one that is
// expected to serve. It is a pure function of the estate, and reads nothing. An estate that no join has made has none.
//
// What is said of the region being left never blocks a failover: that it cannot be read, or is not well, is why one is made.
func Checks(e *Estate, leaving string, kind Kind) []Check {
	if e.joined == nil {
		return nil
	}
	c := checker{join: e.joined, kind: kind}
	from := c.busy()
	for i := range c.sides {
		if c.sides[i].cfg.Name == leaving {
			from = i
		}
	}
	c.from, c.to = &c.sides[from], &c.sides[1-from]
	var all []Check
	for _, group := range [][]criterion{dataCriteria, serviceCriteria, edgeCriteria, runCriteria} {
		for _, q := range group {
			if (q.only == "" || q.only == kind || q.only == kind.like()) && (!q.bare || c.bare()) {
				all = append(all, c.ask(q))
			}
		}
	}
	return all
}

// criterion is one readiness check: what it is called, how it is looked at, and what must be typed to go on where it does
// not pass.
type criterion struct {
	id, title string
	look      func(c *checker) answer
	only      Kind                // asked of one procedure alone; "": of all
	bare      bool                // asked only where the standby runs nothing that could be promoted
	blocks    map[Kind]overriding // absent: it never blocks
}

// overriding are the phrases that override a check, where it fails and where it is unknown; "" does not block. {from} and
// {to} stand for the regions.
type overriding struct{ fail, unknown string }

// always blocks a failover and a switchover alike.
func always(fail, unknown string) map[Kind]overriding {
	return map[Kind]overriding{Failover: {fail, unknown}, Switchover: {fail, unknown}}
}

// answer is what a look came to.
type answer struct {
	verdict CheckVerdict
	text    string
	remedy  string
	seen    Seen
	leaving bool // it leans on a reading of the region being left
}

// checker is an estate with a direction.
type checker struct {
	*join
	kind     Kind
	from, to *side
}

// ask looks, and never lets pass what was not seen just now.
func (c *checker) ask(q criterion) Check {
	a := q.look(c).current()
	v := Check{ID: q.id, Title: c.named(q.title), Verdict: a.verdict, Text: a.text, Remedy: a.remedy, Seen: a.seen}
	phrase, own := q.blocks[c.kind]
	if !own {
		phrase = q.blocks[c.kind.like()]
	}
	switch {
	case a.leaving && c.kind == Failover:
	case a.verdict == CheckFail:
		v.Override = c.named(phrase.fail)
	case a.verdict == CheckUnknown:
		v.Override = c.named(phrase.unknown)
	}
	v.Blocking = v.Override != ""
	return v
}

// current is the answer, unknown where it is of an old reading.
func (a answer) current() answer {
	if a.verdict == CheckUnknown || a.seen.fresh() {
		return a
	}
	last := a.text
	if a.text = "not known now" + because(a.seen.Why); a.seen.Known() {
		a.text += "; last: " + last
	}
	if a.remedy == "" {
		a.remedy = a.seen.Remedy
	}
	a.verdict = CheckUnknown
	return a
}

// named puts the regions into words.
func (c *checker) named(words string) string {
	if !strings.Contains(words, "{") {
		return words
	}
	return strings.NewReplacer("{from}", c.from.cfg.Name, "{to}", c.to.cfg.Name).Replace(words)
}

func because(why string) string {
	if why == "" {
		return ""
	}
	return " (" + why + ")"
}

// unreadable is the answer where a reading gave nothing.
func unreadable(what string, s Seen) answer {
	why := s.Why
	if why == "" {
		why = notRead
	}
	return answer{text: what + " is not known: " + why, remedy: s.Remedy, seen: s}
}

// sure is for what Lifeboat knows by itself, and reads nowhere.
func (c *checker) sure() Seen { return Seen{At: c.now} }

// age is how old a reading is, in words: "14 s ago".
func (c *checker) age(t time.Time) string { return ago(max(0, c.now.Sub(t))) }

// databaseOf is the estate's view of one of a region's databases; nil where it is not there.
func databaseOf(s *side, id string) *Database {
	for k := range s.r.Databases {
		if s.r.Databases[k].ID == plain(id) {
			return &s.r.Databases[k]
		}
	}
	return nil
}
