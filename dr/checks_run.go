package dr

import (
	"fmt"
	"time"
)

// runCriteria: may a run begin, and can it be led to its end?
var runCriteria = []criterion{
	{id: "writer", title: "{from} has the writer of record", look: (*checker).writer,
		blocks: always("leave a region that is not the writer of record", "go on with an unknown writer of record")},
	{id: "split", title: "one writer only", look: (*checker).oneWriter},
	{id: "session", title: "credentials last long enough", look: (*checker).sessionLasts, blocks: always("go on with credentials that end too soon", "")},
	{id: "lease", title: "nobody else holds the lease", look: (*checker).leaseFree},
	{id: "open-run", title: "no run is left half-way", look: (*checker).noOpenRun},
	{id: "journal", title: "others can take a run over", look: (*checker).journalShared},
	{id: "state", title: "runs are kept outside {from}", look: (*checker).stateAway},
	{id: "activation", title: "the activation still plans", look: (*checker).activation, bare: true},
	{id: "last-run", title: "the last run or drill", look: (*checker).lastRun},
}

// drillDue is how old the last run or drill may be: what was never tried since does not work.
const drillDue = 30 * 24 * time.Hour

// takesAtMost is how long a run may take where no past run tells.
const takesAtMost = 30 * time.Minute

func (c *checker) writer() answer {
	r := &c.e.Record
	switch {
	case c.in.Record == nil:
		return answer{text: "no journal is read, which would tell it", seen: c.sure()}
	case r.Writer == "":
		return answer{text: r.Why, seen: r.Seen, remedy: r.Seen.Remedy}
	case r.Writer != c.from.cfg.Name:
		return answer{verdict: CheckFail, text: "it is in " + r.Writer + c.sinceRun(), seen: r.Seen}
	}
	return answer{verdict: CheckPass, text: "it does" + c.sinceRun(), seen: r.Seen}
}

func (c *checker) sinceRun() string {
	if r := &c.e.Record; r.Run != "" {
		return fmt.Sprintf(" since %s, by run %s", clock(r.Promoted, c.now), plain(r.Run))
	}
	return ", as built: no run has promoted another"
}

func (c *checker) oneWriter() answer {
	s := c.e.Split
	seen := c.databasesSeen(c.from)
	if s == nil {
		if !seen.Known() && !c.databasesSeen(c.to).Known() {
			return unreadable("what calls itself a writer", seen)
		}
		return answer{verdict: CheckPass, text: "no second one was seen", seen: c.databasesSeen(c.to)}
	}
	a := answer{verdict: CheckWarn, text: s.Text, remedy: s.Fix, seen: c.sure()}
	if s.Level == Bad {
		a.verdict = CheckFail
	}
	return a
}

// sessionLasts holds the credentials' end against the time that a run takes.
func (c *checker) sessionLasts() answer {
	s := &c.to.r.Session
	need := takesAtMost
	if serve := c.e.Record.Serve; serve > 0 {
		need = 2 * serve // as long again for protection, and for people at gates
	}
	a := answer{seen: s.Seen, remedy: "sign in again"}
	left := s.Expires.Sub(c.now)
	switch {
	case s.Level == Bad && s.Seen.Why != "":
		return answer{verdict: CheckFail, text: s.Seen.Why, remedy: s.Seen.Remedy, seen: c.sure()}
	case !s.Seen.Known():
		return unreadable("who Lifeboat is in "+c.to.cfg.Name, s.Seen)
	case s.Expires.IsZero():
		a.verdict, a.text, a.remedy = CheckPass, s.Name+": no end is known", ""
	case left < need:
		a.verdict, a.text = CheckFail, fmt.Sprintf("%s ends in %s, a run takes %s", s.Name, span(max(0, left)), span(need))
	case left < sessionNear:
		a.verdict, a.text = CheckWarn, fmt.Sprintf("%s ends in %s", s.Name, span(left))
	default:
		a.verdict, a.text, a.remedy = CheckPass, fmt.Sprintf("%s, %s left", s.Name, span(left)), ""
	}
	return a
}

// leaseFree: a run that has begun holds it itself.
func (c *checker) leaseFree() answer {
	l := &c.e.Record.Lease
	switch {
	case c.in.Record == nil || !l.Seen.Known():
		return unreadable("who holds it", l.Seen)
	case l.Held:
		g := l.Grant
		return answer{verdict: CheckFail, seen: l.Seen, remedy: "attach to it, or wait until it is free",
			text: short(fmt.Sprintf("%s on %s holds it with run %s (fence %d)", g.Holder, g.Host, g.Run, g.Fence))}
	}
	return answer{verdict: CheckPass, text: "it is free, " + l.Scope, seen: l.Seen}
}

func (c *checker) noOpenRun() answer {
	r := &c.e.Record
	if !r.Seen.Known() {
		return unreadable("which runs are open", r.Seen)
	}
	if n := len(r.Open); n > 0 {
		v := r.Open[0]
		return answer{verdict: CheckFail, seen: r.Seen, remedy: "lifeboat resume " + plain(v.Run),
			text: fmt.Sprintf("%s: %s, begun %s", several(n, "run"), short(v.Plan.Title), c.age(v.Started))}
	}
	return answer{verdict: CheckPass, text: "none", seen: r.Seen}
}

func (c *checker) journalShared() answer {
	r := &c.e.Record
	switch {
	case r.Where == "":
		return unreadable("where runs are kept", r.Seen)
	case !r.Shared:
		return answer{verdict: CheckWarn, text: r.Where + ": if it dies in a run, nobody can take that over", seen: c.sure(),
			remedy: "name a bucket in " + c.cfg.Regions.Standby.Name + " in lifeboat.yaml: journal.bucket"}
	}
	return answer{verdict: CheckPass, text: short(r.Where), seen: r.Seen}
}

// stateAway: a journal or a lock in the region that fell would stop the run that leaves it; roles and states of Terraform there could not be
// read by it.
func (c *checker) stateAway() answer {
	r := &c.e.Record
	if r.Where == "" {
		return unreadable("where runs are kept", r.Seen)
	}
	var here []string
	for _, kept := range c.keeping() {
		if kept.region == c.from.cfg.Name {
			here = append(here, kept.what)
		}
	}
	switch {
	case len(here) > 0:
		return answer{verdict: CheckFail, text: short("in " + c.from.cfg.Name + ": " + commas(here)), seen: c.sure(),
			remedy: "keep runs and lock in a bucket of " + c.to.cfg.Name + "; a failover goes on with this machine's copy of the roles, and Terraform waits"}
	case r.Region == "":
		return answer{verdict: CheckPass, text: "they are kept on " + r.Where, seen: c.sure()}
	}
	return answer{verdict: CheckPass, text: "they are, in " + r.Region, seen: c.sure()}
}

// keptIn is something that runs need, and the region that answers for it; "" where none does.
type keptIn struct{ what, region string }

// keeping is where runs, their lock, the roles and Terraform's states are.
func (c *checker) keeping() []keptIn {
	var list []keptIn
	if r := &c.e.Record; r.Region != "" {
		list = append(list, keptIn{"runs and lock (" + r.Where + ")", r.Region})
	}
	if b := c.cfg.Roles.Bucket; b != "" {
		list = append(list, keptIn{"the roles file (s3://" + b + ")", homeOfState(c.cfg)})
	}
	if b := c.cfg.Terraform.State.Bucket; b != "" {
		list = append(list, keptIn{"Terraform's states and their locks (s3://" + b + ")", c.cfg.Regions.Standby.Name})
	}
	return list
}

func (c *checker) lastRun() answer {
	r := &c.e.Record
	switch {
	case !r.Seen.Known():
		return unreadable("when there was one", r.Seen)
	case r.Last == nil:
		return answer{verdict: CheckWarn, text: "there was none yet", seen: r.Seen, remedy: "rehearse one on the simulator, then for real"}
	}
	text := short(r.Last.Plan.Name) + " " + c.age(r.Last.Changed)
	if c.now.Sub(r.Last.Changed) > drillDue {
		return answer{verdict: CheckWarn, text: text, seen: r.Seen, remedy: "what was not tried for so long may not work any more"}
	}
	return answer{verdict: CheckPass, text: text, seen: r.Seen}
}
