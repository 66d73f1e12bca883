package views

import (
	"lifeboat/dr"
	"lifeboat/ui"
)

// regionSelf is what a region's condition was made of.
func (b *facts) regionSelf(r *dr.Region) {
	b.seen(r.Seen)
	if !r.Since.IsZero() {
		b.say("since", ui.Clock(r.Since, b.now)+", "+b.ago(r.Since))
	}
	b.say("why", r.Why)
	b.say("remedy", r.Remedy)
	for i, x := range r.Blocking {
		b.say(pick(i == 0, "not ready", ""), x)
	}
	b.section("Signs of life")
	b.signals(r)
	if raw := r.Raw; raw != nil && raw.API.Known() {
		b.section("AWS API, newest refresh")
		b.say("calls", ui.Plural(raw.Calls, "call")+" in "+ui.Millis(raw.Took))
		b.say("answered", plainInt(raw.API.Value.Answered)+", silent "+plainInt(raw.API.Value.Silent)+
			", slowest "+ui.Millis(raw.API.Value.Slowest))
	}
	if len(r.Findings) > 0 {
		b.section("Findings")
		b.findingRows(r.Findings)
	}
}

func (b *facts) signals(r *dr.Region) {
	for _, s := range r.Signals {
		b.fact(s.Name, ui.Join(2, b.sign(s).Fit(14), ui.T(ui.Muted, s.Text)))
	}
}

func (b *facts) sessionPage(r *dr.Region) {
	s := r.Session
	b.seen(s.Seen)
	b.say("name", s.Name)
	b.say("identity", s.ARN)
	b.say("account", s.Account)
	b.say("comes from", s.Source)
	if s.Expires.IsZero() {
		b.fact("expires", ui.T(ui.Muted, "never, or it does not say"))
		return
	}
	b.fact("expires", ui.Cat(ui.T(ui.Text, ui.Clock(s.Expires, b.now)+", "), b.pane(0, b.w).left(s)))
}

// verdictPage is what the verdict was made of.
func (b *facts) verdictPage() {
	v := b.e.Verdict
	for _, l := range v.Lines {
		b.text(sentence(l))
	}
	b.section("Who serves")
	b.say("proven", pick(v.Serving != "", v.Serving, "? not proven"))
	b.writerFacts()
	b.fact("API", b.answer("API", b.e.Path.API, false))
	b.fact("", ui.T(ui.Muted, pick(b.e.Path.API.Proof, "its path has a single origin: the answer proves who serves",
		"no proof by itself: origin failover or a missing reading could stand behind it")))
	b.section("Data at risk")
	b.riskFacts()
	b.section("Time to serve again")
	b.serveFacts()
	for i := range b.e.Regions {
		r := &b.e.Regions[i]
		b.section(r.Name)
		b.fact("state", b.state(r))
		b.say("why", r.Why)
		b.say("remedy", r.Remedy)
		b.signals(r)
	}
}

// writerFacts are who the writer of record is and how that is known, and who else takes writes.
func (b *facts) writerFacts() {
	r := &b.e.Record
	writer := orWords(r.Writer, b.e.Verdict.Writer)
	b.fact("writer of record", ui.Join(2, ui.T(ui.Text, orWords(writer, "? not known")), ui.T(ui.Muted, r.Why)))
	if !r.Promoted.IsZero() {
		b.say("", "since "+ui.Clock(r.Promoted, b.now)+", by run "+r.Run+", which left "+r.From)
		b.fact("old writer", b.receiptLine())
	}
	if s := b.e.Split; s != nil {
		b.fact("second writer", ui.T(roleOf(s.Level), markOf(s.Level)+" "+s.Text))
		b.say("", s.Fix)
	}
	b.say("runs are kept", r.Where)
}

// receiptLine is whether the old writer is proven to have stopped.
func (b *facts) receiptLine() ui.Line {
	r := &b.e.Record
	switch {
	case r.Receipt == nil:
		return ui.T(ui.Bad, "✗ NOT fenced: there is no receipt")
	case r.Voided != "":
		return ui.T(ui.Bad, "✗ NOT fenced: the receipt is void: "+r.Voided)
	}
	return ui.Cat(ui.T(ui.Text, "fenced, by "+r.Receipt.By+" at "+ui.Clock(r.Receipt.At, b.now)), ui.T(ui.Muted, ": "+r.Receipt.Text))
}

// serveFacts are how long it took to serve again, by past runs.
func (b *facts) serveFacts() {
	r := &b.e.Record
	if r.Serve <= 0 {
		b.text(ui.T(ui.Muted, "unknown: no run or drill yet"))
		return
	}
	b.text(ui.Cat(ui.T(ui.Text, "about "+ui.Long(r.Serve)), ui.T(ui.Muted, " ("+r.ServeFrom+")")))
}
