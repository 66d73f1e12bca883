package views

import (
	"time"

	"lifeboat/dr"
	"lifeboat/dr/runbook"
	"lifeboat/ui"
)

// head is the lines above a run: what it is and how long it has taken, what the public is answered (or how far its roots
// are), and how it stands against the time and the session that there are.
func (f *runFrame) head(w int) []ui.Line {
	if provisioning(f.View.Plan) {
		return []ui.Line{f.headRun(w), f.headRoots(w), f.headTime(w)}
	}
	return []ui.Line{f.headRun(w), f.headPublic(w), f.headTime(w)}
}

func (f *runFrame) headRun(w int) ui.Line {
	p := f.View.Plan
	label := ui.Badge(f.badgeRole(), runName(p))
	if p.DryRun {
		label = ui.Cat(ui.Badge(ui.Accent, "DRY RUN"), ui.T(ui.Muted, " "+p.Name))
	}
	right := ui.Row(w/2, 2, ui.P(0, f.simulated()), ui.P(0, f.elapsed(w >= 90)))
	room := max(w-right.Width()-2, 0)
	left := ui.Row(room, 2, ui.P(0, ui.Join(1, label, runWay(p))), ui.P(1, ui.T(ui.Muted, pick(provisioning(p), "", string(f.View.Mode)))))
	return ui.Spread(w, left, right)
}

func (f *frame) simulated() ui.Line {
	if f.sim {
		return ui.B(ui.Accent, "SIMULATED")
	}
	return nil
}

func (f *runFrame) badgeRole() ui.Role {
	switch {
	case f.onlyPlanned():
		return ui.Accent
	case closed(f.View) && f.View.Ending == runbook.Done:
		return ui.Accent
	case closed(f.View):
		return ui.Muted
	case f.View.Open || !f.running():
		return ui.Warn
	case f.View.Plan.Name == string(dr.Failover):
		return ui.Bad
	}
	return ui.Accent
}

// elapsed is the time that counts against the target.
func (f *runFrame) elapsed(roomy bool) ui.Line {
	v := f.View
	if f.onlyPlanned() {
		return ui.T(ui.Muted, "nothing is started")
	}
	since, known := f.outage()
	until, word := f.now, pick(known, "down", "elapsed")
	if t := f.served(); !t.IsZero() {
		until, word = t, pick(roomy, "users served after", "served after")
	} else if !f.running() {
		until, word = v.Changed, pick(closed(v), string(v.Ending)+" after", "until")
	}
	d := until.Sub(since)
	if until.Equal(f.now) {
		d = steady(d)
	}
	role := ui.Text
	if f.rto > 0 && d > f.rto && !v.Plan.DryRun {
		role = ui.Bad
	}
	line := ui.Cat(ui.T(ui.Muted, word+" "), ui.B(role, ui.Stopwatch(d)))
	if f.rto > 0 && !v.Plan.DryRun {
		line = ui.Cat(line, ui.T(ui.Muted, " of "+ui.Stopwatch(f.rto)))
	}
	return line
}

// headPublic is what the public is answered, by whom.
func (f *frame) headPublic(w int) ui.Line {
	head := ui.T(ui.Muted, "public  ")
	return ui.Cat(head, f.public(w-head.Width())).Cut(w)
}

// public names the region that answers pages, API (reads) and writes: once where it is the same for all.
func (f *frame) public(room int) ui.Line {
	p := &f.e.Path
	list := []dr.ProbeResult{p.Pages, p.API, p.Writes}
	names := []string{"pages", "API", "writes"}
	one := list[0].Region
	for _, r := range list {
		if _, now := f.probed(r); r.Asked && (!now || r.Region != one) {
			one = ""
		}
	}
	for _, brief := range []bool{false, true} {
		var parts []ui.Line
		if one != "" {
			parts = append(parts, ui.T(ui.Text, one))
		}
		for i, r := range list {
			parts = append(parts, f.publicAnswer(names[i], r, one == "", brief))
		}
		line := ui.Join(2, parts...)
		if line.Width() <= room || brief {
			return line.Cut(room)
		}
	}
	return nil
}

func (f *frame) publicAnswer(name string, r dr.ProbeResult, named, brief bool) ui.Line {
	label := ui.T(ui.Muted, name+" ")
	if !r.Asked {
		return ui.Cat(label, ui.T(ui.Muted, "not probed"))
	}
	l, now := f.probed(r)
	if !now {
		return ui.Cat(label, f.unsure(r.Seen, pick(brief, "", r.Word)))
	}
	line := ui.T(roleOf(l), pick(unwell(l), markOf(l)+" ", "")+r.Word)
	if named && r.Region != "" {
		line = ui.Cat(ui.T(pick(r.Region == f.e.Path.To, ui.Text, ui.Warn), r.Region+" "), line)
	}
	if !brief && r.Took > 0 {
		line = ui.Cat(line, ui.T(ui.Muted, " "+ui.Millis(r.Took)))
	}
	return ui.Cat(label, line)
}

// headTime is when it will be over, by when what is left must begin, and how long the session lasts.
func (f *runFrame) headTime(w int) ui.Line {
	if f.onlyPlanned() {
		return f.headPlan(w)
	}
	if trouble := f.ails(); len(trouble) > 0 {
		return trouble.Cut(w)
	}
	if closed(f.View) {
		return ui.Row(w, 3, ui.P(0, ui.T(ui.Muted, "ended "+ui.Clock(f.View.Changed, f.now)+" UTC")), ui.P(1, f.runner()), ui.P(2, ui.T(ui.Muted, f.View.Run)))
	}
	left := runbook.Project(f.View, f.past, f.now)
	return ui.Row(w, 3,
		ui.P(4, ui.T(ui.Muted, "now "+f.now.UTC().Format("15:04")+" UTC")),
		ui.P(0, f.finish(left)),
		ui.P(2, f.latest(left)),
		ui.P(1, f.session(left)),
		ui.P(3, f.runner()),
	)
}

// headPlan is what holds before a run.
func (f *runFrame) headPlan(w int) ui.Line {
	phrase := dr.Kind(f.View.Plan.Name).Phrase(f.View.Plan.From, f.View.Plan.To)
	if len(f.View.Steps) == 0 { // there is no plan yet
		return nil
	}
	return ui.Cat(ui.T(ui.Muted, "nothing changes before you type:  "), ui.T(ui.Text, phrase)).Cut(w)
}

// ails is what is wrong with following the run, or with who should run it.
func (f *runFrame) ails() ui.Line {
	switch {
	case f.Dead != "" && !closed(f.View):
		return ui.Cat(ui.T(ui.Bad, "✗ "), ui.B(ui.Accent, "R"), ui.T(ui.Text, " takes it up again: "), ui.T(ui.Bad, f.Dead))
	case f.err != nil:
		return ui.T(ui.Warn, "! it cannot be followed now, what is shown is of "+ui.Clock(f.View.Changed, f.now)+": "+f.err.Error())
	case f.View.Ending != runbook.Running && !closed(f.View):
		return ui.Cat(ui.T(ui.Warn, "! "), ui.B(ui.Accent, "R"), ui.T(ui.Text, " takes it up again: "), ui.T(ui.Warn, orWords(f.View.Note, "it is stopped")))
	}
	return nil
}

func (f *runFrame) runner() ui.Line {
	if f.View.Host == "" || f.Here {
		return ui.T(ui.Muted, f.Note)
	}
	return ui.T(ui.Muted, "run by "+person(f.View.By)+" on "+f.View.Host)
}

func (f *runFrame) finish(left runbook.Projection) ui.Line {
	switch {
	case f.View.Open:
		return ui.T(ui.Warn, "! open: goes on trying")
	case len(f.past) == 0:
		return ui.T(ui.Muted, "finish unknown: "+noneYet(f.View.Plan.Name))
	case !left.Known() && left.Left < time.Minute:
		return ui.T(ui.Muted, "finish unknown: "+ui.Plural(len(left.Unknown), "step")+" never timed")
	case !left.Known():
		return ui.T(ui.Muted, "at least "+ui.Long(left.Left)+" more: "+ui.Plural(len(left.Unknown), "step")+" never timed")
	}
	at := left.Finish(f.now)
	since, _ := f.outage()
	role := pick(f.rto > 0 && at.Sub(since) > f.rto, ui.Warn, ui.Text)
	return ui.Cat(ui.T(ui.Muted, "done about "), ui.B(role, at.UTC().Format("15:04")))
}

// noneYet is why nobody knows how long a run takes: there was none of its kind.
func noneYet(name string) string {
	if kind := dr.Kind(name); kind == dr.Failover || kind == dr.Switchover {
		return "no run or drill yet"
	}
	return "no such run yet"
}

// latest is the moment by which what is left must go on to end within the target.
func (f *runFrame) latest(left runbook.Projection) ui.Line {
	if len(f.past) == 0 || !left.Known() || f.rto <= 0 || f.View.Open || !f.served().IsZero() || f.View.Plan.DryRun {
		return nil
	}
	since, _ := f.outage()
	at := left.LatestStart(since, f.rto)
	role := ui.Text
	if at.Before(f.now) {
		role = ui.Bad
	} else if at.Sub(f.now) < f.rto/6 {
		role = ui.Warn
	}
	return ui.Cat(ui.T(ui.Muted, "latest safe start "), ui.T(role, at.UTC().Format("15:04")))
}

// session is how long the session that changes things lasts, against the time still needed.
func (f *runFrame) session(left runbook.Projection) ui.Line {
	if f.ends.IsZero() {
		return nil
	}
	life := f.ends.Sub(f.now)
	need := max(left.Left, time.Minute)
	switch {
	case life <= 0:
		return ui.T(ui.Bad, "✗ session ended")
	case life < need:
		return ui.T(ui.Bad, "! session "+ui.Long(life)+", "+ui.Long(need)+" needed")
	case life < 2*need || life < 15*time.Minute:
		return ui.T(ui.Warn, "! session "+ui.Long(life))
	}
	return ui.Cat(ui.T(ui.Muted, "session "), ui.T(ui.Text, ui.Long(life.Truncate(time.Minute))))
}
