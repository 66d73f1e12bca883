package dr

import (
	"unicode/utf8"
)

// noRunYet is why nobody knows how long it takes to serve again.
const noRunYet = "no run or drill yet"

// lineWidth is what a line of the verdict should fit into, so that it stands on one row of 80 columns: the bar
// before it takes three.
const lineWidth = 77

// verdict says what it all means: which region serves, whether the other can take over, what would be lost.
func (j *join) verdict() {
	v := &j.e.Verdict
	busy, away := &j.e.Regions[j.busy()], &j.e.Regions[1-j.busy()]
	switch {
	case j.sides[0].life.asked+j.sides[1].life.asked == 0 && j.proof.serving == "":
		j.nothingYet()
	case !j.sides[0].life.alive() && !j.sides[1].life.alive() && j.proof.serving == "":
		j.nothingAnswers()
	case busy.Condition == CondVacant:
		j.vacantLines()
	case busy.Condition == CondServing:
		j.servingLines(busy, away)
	case busy.Condition == CondSick:
		j.sickLines(busy, away)
	case busy.Condition == CondDark, busy.Condition == CondSilent:
		j.darkLines(busy, away)
	default:
		j.unprovenLines(away)
	}
	j.warnings(busy)
	if len(v.Lines) > 3 {
		v.Lines = v.Lines[:3]
	}
}

func (j *join) say(spans ...Span) { j.e.Verdict.Lines = append(j.e.Verdict.Lines, spans) }

func bold(s string) Span            { return Span{Text: s, Bold: true} }
func colour(s string, l Level) Span { return Span{Text: s, Level: l} }
func muted(s string) Span           { return Span{Text: s, Muted: true} }
func text(s string) Span            { return Span{Text: s} }

// fits says whether spans stand on one row.
func fits(spans ...Span) bool { return utf8.RuneCountInString(Line(spans).String()) <= lineWidth }

func (j *join) nothingYet() {
	j.e.Verdict.Level = Unknown
	if !j.e.Complete {
		j.say(bold("Nothing is known yet:"), text(" the first reading is under way."))
		return
	}
	j.say(bold("Nothing could be asked."))
	for _, r := range j.e.Regions {
		if why := sentence(r.Name + ": " + r.Seen.Why); r.Seen.Why != "" {
			j.say(text(why))
		}
	}
}

// nothingAnswers: where neither region answers from this seat, it says more about the seat than about the regions.
func (j *join) nothingAnswers() {
	j.e.Verdict.Level = Unknown
	a, b := &j.e.Regions[0], &j.e.Regions[1]
	since := j.sides[0].life.since
	if t := j.sides[1].life.since; t.After(since) {
		since = t
	}
	j.say(Span{Text: "Nothing answers since " + clock(since, j.now) + ": is it your network?", Bold: true, Level: Bad})
	j.say(text("Neither " + a.Name + " nor " + b.Name + " answers from here, so nothing is known of either."))
}

func (j *join) servingLines(busy, away *Region) {
	v := &j.e.Verdict
	v.Level = worse(Good, busy.Level)
	serves := []Span{bold(busy.Name + " serves.")}
	if !j.e.Path.Writes.Asked {
		serves = []Span{bold(busy.Name + "'s API answers;"), text(" writes are not probed.")}
	} else if w := j.e.Path.Writes; !w.Proof || w.Status >= 400 {
		serves = []Span{bold(busy.Name + "'s API answers;"), text(" who takes writes is not proven.")}
		v.Level = worse(v.Level, Unknown)
	}
	j.takeover(serves, away)
	j.riskLine()
	if busy.Why != "" {
		j.say(colour(sentence(busy.Name+": "+busy.Why), busy.Level))
	}
}
