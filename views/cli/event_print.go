package cli

import (
	"encoding/json"
	"fmt"
	"io"
	"time"

	"lifeboat/dr/runbook"
)

// printer prints what happens in a run: lines for people, or one JSON object a line. That nobody reads any more is no
// reason to stop a run: errors of writing are kept and change nothing.
type printer struct {
	*teller
	w    io.Writer
	json bool
	now  func() time.Time
	err  error
}

func newPrinter(w io.Writer, asJSON bool, run string, simulated bool) *printer {
	return &printer{teller: newTeller(run, simulated), w: w, json: asJSON, now: time.Now}
}

func (p *printer) print(e event) {
	if p.err != nil {
		return
	}
	if !p.json {
		for _, line := range e.lines() {
			if _, p.err = fmt.Fprintln(p.w, line); p.err != nil {
				return
			}
		}
		return
	}
	out := json.NewEncoder(p.w)
	out.SetEscapeHTML(false)
	p.err = out.Encode(e)
}

// happened prints events of a run.
func (p *printer) happened(events []runbook.Event) {
	for _, e := range events {
		if out, ok := p.tell(e); ok {
			p.print(out)
		}
	}
}

// say prints a word of this command's own.
func (p *printer) say(format string, args ...any) {
	p.print(p.note(p.now(), fmt.Sprintf(format, args...)))
}

// finish prints the last event and gives the exit code.
func (p *printer) finish(d endDoc, text string) int {
	p.print(p.end(p.now(), d, text))
	return d.Exit
}
