package dr

import (
	"slices"
	"strings"
	"unicode/utf8"

	"lifeboat/dr/runbook"
)

// takeover says whether the other region could take over, on the line of lead where that fits.
func (j *join) takeover(lead []Span, away *Region) {
	var say []Span
	switch {
	case j.lone() && away != &j.e.Regions[j.home()]:
		say = []Span{colour(" "+sentence(j.loneSince()), Warn)}
		j.grave(Warn)
	case away.Condition == CondVacant:
		say = []Span{text(" Nothing is in " + away.Name + " yet: press p to provision it.")}
	case away.Condition == CondReady:
		say = []Span{text(" " + j.takes(away, " now") + ".")}
		j.grave(away.Level)
	case away.Condition == CondDark || away.Condition == CondSilent:
		say = []Span{colour(" "+away.Name+" does not answer since "+clock(away.Since, j.now)+".", Warn)}
		j.grave(Warn)
	case away.Condition == CondUnknown || away.Level == Unknown:
		say = []Span{text(" Whether " + away.Name + " can take over is not known: " + trimStop(away.Why) + ".")}
		j.grave(Unknown)
	default:
		say = []Span{colour(" "+away.Name+" cannot take over now: "+trimStop(away.Why)+".", Warn)}
		j.grave(Warn)
	}
	whole := append(append([]Span{}, lead...), say...)
	if len(lead) == 0 || fits(whole...) {
		if len(lead) == 0 {
			say[0].Text = strings.TrimPrefix(say[0].Text, " ")
			whole = say
		}
		j.say(whole...)
		return
	}
	say[0].Text = strings.TrimPrefix(say[0].Text, " ")
	j.say(lead...)
	j.say(say...)
}

// takes says that a region can take over: now, or by a restore where nothing replicates to it.
func (j *join) takes(away *Region, now string) string {
	if j.e.Restores(j.e.Other(away.Name)) {
		now = " by a restore"
	}
	return away.Name + " can take over" + now
}

// grave lowers the verdict's level to l, if l is graver.
func (j *join) grave(l Level) { j.e.Verdict.Level = worse(j.e.Verdict.Level, l) }

// riskLine says what would be lost, and how long it would take.
func (j *join) riskLine() {
	r := j.e.Risk
	if !r.Known {
		j.grave(Unknown)
		j.say(text("Data at risk is not known: " + trimStop(r.Why) + "."))
		return
	}
	figure := bold(atMost(r.Value))
	if r.Level == Bad || r.Level == Warn {
		figure.Level = r.Level
		j.grave(Warn)
	}
	head := []Span{muted("At most "), figure, muted(" of data at risk")}
	if j.lone() {
		j.say(append(head, muted(": it is in one region only"))...)
		return
	}
	j.say(j.timed(head)...)
}

// timed adds the time to serve again in the fullest form that fits, or why it is not known.
func (j *join) timed(head []Span) []Span {
	r := &j.e.Record
	if r.Serve == 0 {
		return append(head, muted(" · time unknown: "+j.e.noTime()))
	}
	for _, words := range []string{
		" · serving again in about " + about(r.Serve) + " (" + r.ServeFrom + ")",
		" · serving in ~" + about(r.Serve) + " (" + r.ServeFrom + ")",
	} {
		if line := append(slices.Clone(head), muted(words)); fits(line...) {
			return line
		}
	}
	return append(head, muted(" · serving again in about "+about(r.Serve)))
}

// noTime is why nobody knows how long it takes to serve again.
func (e *Estate) noTime() string {
	if s := e.Record.Seen; !s.Known() && s.Why != noJournal && s.Why != "" {
		return "the journals of past runs were not read"
	}
	return noRunYet
}

func (j *join) sickLines(busy, away *Region) {
	j.e.Verdict.Level = Bad
	ill := j.sides[j.busy()].ill
	j.say(Span{Text: busy.Name + " answers, but is sick:", Bold: true, Level: Bad}, text(" "+trimStop(ill[0])+"."))
	if ill[1] != "" {
		j.say(text(sentence(ill[1])))
	}
	first := text(sentence("first " + busy.Remedy))
	if tail := " " + j.ability(away); fits(first, text(tail)) {
		first.Text += tail
	}
	j.say(first)
}

// ability is the other region's state in a few words.
func (j *join) ability(away *Region) string {
	switch {
	case away.Condition == CondReady:
		return away.Name + " could take over."
	case away.Condition == CondUnknown || away.Level == Unknown:
		return "Whether " + away.Name + " could is not known."
	}
	return away.Name + " could not take over."
}

// darkLines: what does not answer, since when; what the other region can do, at what loss; what users get.
func (j *join) darkLines(busy, away *Region) {
	j.e.Verdict.Level = Bad
	j.say(j.silentLine(busy)...)
	users := j.users()
	if busy.Condition == CondSilent {
		j.say(text(sentence("not called dark yet: that takes " + j.awaited(j.busy()))))
		j.say(text(users + j.ability(away)))
		return
	}
	j.loss(away)
	switch {
	case j.lone():
		if users != "" {
			j.say(text(strings.TrimSpace(users)))
		}
	case j.e.Record.Serve == 0:
		j.say(text(users), muted("Time unknown: "+j.e.noTime()+"."))
	default:
		j.say(text(users), text(j.latestStart(busy)))
	}
}

// latestStart is until when a takeover can begin and still meet the target for the time that users wait, by past runs.
func (j *join) latestStart(dark *Region) string {
	rto := j.cfg.Objectives.RTO.D()
	latest := runbook.Projection{Left: j.e.Record.Serve}.LatestStart(dark.Since, rto)
	if rto <= 0 {
		return ""
	}
	if !latest.After(j.now) {
		return "The target of " + span(rto) + " cannot be met any more: it takes about " + about(j.e.Record.Serve) + "."
	}
	return "Latest safe start for the " + span(rto) + " target: " + minute(latest, j.now) + "."
}

// silentLine says since when a region does not answer, with as many of the silent signals as fit. Where the balancer is
// silent, so is the public API behind it.
func (j *join) silentLine(r *Region) []Span {
	var names []string
	balancer := slices.Contains(j.sides[j.busy()].life.names, signalBalancer)
	for _, name := range j.sides[j.busy()].life.names {
		if name != signalPublic || !balancer {
			names = append(names, name)
		}
	}
	if w := j.e.Path.Writes; w.Asked && w.Status == 0 && w.Level == Bad {
		names = append(names, "writes")
	}
	head := Span{Text: r.Name + " does not answer since " + clock(r.Since, j.now), Bold: true, Level: Bad}
	for n := len(names); n > 0; n-- {
		if why := text(" (" + strings.Join(names[:n], ", ") + ")."); fits(head, why) {
			return []Span{head, why}
		}
	}
	return []Span{head, text(".")}
}

// loss is what a takeover would lose, where one is possible.
func (j *join) loss(away *Region) {
	if away.Condition != CondReady {
		j.takeover(nil, away)
		return
	}
	if !j.e.Risk.Known {
		j.say(bold(j.takes(away, "")+":"), text(" what would be lost is not known."))
		return
	}
	line := []Span{bold(j.takes(away, "") + ":"), text(" at most "), bold(atMost(j.e.Risk.Value)), text(" of data lost.")}
	if serve := j.e.Record.Serve; serve > 0 {
		line[3].Text = " of data lost, serving in about " + about(serve) + "."
	}
	j.say(line...)
}

// users is what users get, by the public probes: a sentence and a space, or "".
func (j *join) users() string {
	p := &j.e.Path
	switch {
	case !p.API.Asked || p.API.Level != Bad:
		return ""
	case p.Bridging:
		return "Pages bridged by origin failover, API down. "
	case p.Pages.Asked && p.Pages.Level == Good && j.in.Edge.Pages.Value.Cached():
		return "Pages from CloudFront's memory, API down. "
	case p.Pages.Asked && p.Pages.Level == Good:
		return "Pages answer, API down. "
	case p.Pages.Asked && p.Pages.Level == Bad:
		return "Pages and API down. "
	}
	return "API down. "
}

// unprovenLines: nobody is proven to serve, and the region that should answers. Where the public API fails, the way to
// it is broken, and that comes first.
func (j *join) unprovenLines(away *Region) {
	j.e.Verdict.Level = Unknown
	if p := j.e.Path.API; p.Level == Bad && p.Status == 0 {
		j.grave(Bad)
		head := Span{Text: "The public API does not answer: " + p.Word + ".", Bold: true, Level: Bad}
		var own Span
		if b := j.balancerProbe(&j.sides[j.busy()]); b.Status != 0 {
			own = text(" " + j.e.Regions[j.busy()].Name + "'s balancer answers " + b.Word + ".")
		}
		j.say(head, own)
	} else {
		j.say(bold("Who serves is not proven:"), text(" "+trimStop(j.proof.why)+"."))
	}
	j.takeover(nil, away)
	j.riskLine()
}

// warnings are put right below the first line: they matter more than what follows it.
func (j *join) warnings(busy *Region) {
	api, w := j.proof.serving, j.e.Path.Writes
	split := j.e.Split
	switch {
	case split != nil && split.Level == Bad:
		j.insert(Bad, j.splitLine(split))
	case w.Proof && w.Status < 400 && j.e.Record.Run != "" && w.Region != j.e.Record.Writer:
		j.insert(Bad, "Writes are answered by "+w.Region+", but the writer of record is "+j.e.Record.Writer+".")
	case w.Proof && w.Status < 400 && api != "" && w.Region != api:
		j.insert(Bad, "Writes are answered by "+w.Region+", the API by "+api+".")
	case j.proof.split != "" && api != "":
		j.insert(Warn, sentence(j.proof.split))
	case api != "" && j.e.Verdict.Writer != "" && api != j.e.Verdict.Writer:
		j.insert(Warn, busy.Name+" serves, but the writer of record is "+j.e.Verdict.Writer+".")
	case split != nil:
		j.insert(split.Level, sentence(split.Text))
	case j.proof.note != "" && api != "":
		j.insert(Unknown, sentence("proven by "+j.proof.note))
	}
}

// splitLine is what splits the estate, and the fix where that fits.
func (j *join) splitLine(s *Split) string {
	line := capital(s.Text) + "."
	if both := line + " " + capital(s.Fix) + "."; s.Fix != "" && utf8.RuneCountInString(both) <= 2*lineWidth {
		return both
	}
	return line
}

func (j *join) insert(l Level, s string) {
	v := &j.e.Verdict
	if l != Unknown {
		j.grave(l)
	}
	line := Line{{Text: s, Level: l, Muted: l == Unknown}}
	at := min(1, len(v.Lines))
	v.Lines = append(v.Lines[:at], append([]Line{line}, v.Lines[at:]...)...)
}

func trimStop(s string) string { return strings.TrimSuffix(s, ".") }

// sentence begins with a capital and ends with a full stop, unless it begins with a name of the cloud's own.
func sentence(s string) string { return capital(trimStop(s)) + "." }

func capital(s string) string {
	if word, _, _ := strings.Cut(s, " "); !strings.ContainsAny(word, "-_.0123456789:") && s != "" {
		r, n := utf8.DecodeRuneInString(s)
		s = strings.ToUpper(string(r)) + s[n:]
	}
	return s
}
