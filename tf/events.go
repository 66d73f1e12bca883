package tf

import (
	"bytes"
	"encoding/json"
	"strings"
	"time"
)

// EventKind is what an event tells.
type EventKind string

const (
	Refreshed EventKind = "refreshed" // a resource was looked at
	Planned   EventKind = "planned"   // a resource is to be changed
	Drifted   EventKind = "drifted"   // a resource was changed behind Terraform's back
	Started   EventKind = "started"   // a resource is being changed
	Going     EventKind = "going"     // it still is
	Done      EventKind = "done"      // it was changed
	Failed    EventKind = "failed"    // it could not be changed; a problem says why
	Summed    EventKind = "summed"    // how many are to be or were changed
	Problem   EventKind = "problem"   // an error or a warning
)

// Event is one thing that Terraform tells while it plans or applies.
type Event struct {
	At      time.Time     `json:"at"`
	Kind    EventKind     `json:"kind"`
	Address string        `json:"address,omitempty"` // module.network.aws_vpc.this
	Type    string        `json:"type,omitempty"`    // aws_vpc
	Action  Action        `json:"action,omitempty"`
	ID      string        `json:"id,omitempty"`      // what AWS calls it, once it is there
	Elapsed time.Duration `json:"elapsed,omitempty"` // since it was started
	Counts  *Counts       `json:"counts,omitempty"`  // of a sum
	Problem *Diagnostic   `json:"problem,omitempty"`
}

// Diagnostic is an error or a warning of Terraform's.
type Diagnostic struct {
	Warning bool   `json:"warning,omitempty"`
	Summary string `json:"summary"`
	Detail  string `json:"detail,omitempty"`
	Address string `json:"address,omitempty"` // the resource that it is about, "" for none
	File    string `json:"file,omitempty"`    // main.tf:12
}

// Words is the diagnostic in one line.
func (d Diagnostic) Words() string {
	words := d.Summary
	if first, _, _ := strings.Cut(strings.TrimSpace(d.Detail), "\n"); first != "" {
		words += ": " + first
	}
	return words
}

// line is a line of Terraform's machine-readable output.
type line struct {
	At     time.Time `json:"@timestamp"`
	Type   string    `json:"type"`
	Change *struct {
		Resource struct {
			Addr string `json:"addr"`
			Type string `json:"resource_type"`
		} `json:"resource"`
		Action string `json:"action"`
	} `json:"change"`
	Hook *struct {
		Resource struct {
			Addr string `json:"addr"`
			Type string `json:"resource_type"`
		} `json:"resource"`
		Action  string  `json:"action"`
		ID      string  `json:"id_value"`
		Elapsed float64 `json:"elapsed_seconds"`
	} `json:"hook"`
	Changes *struct {
		Add    int `json:"add"`
		Change int `json:"change"`
		Import int `json:"import"`
		Remove int `json:"remove"`
	} `json:"changes"`
	Diagnostic *struct {
		Severity string `json:"severity"`
		Summary  string `json:"summary"`
		Detail   string `json:"detail"`
		Address  string `json:"address"`
		Range    *struct {
			Filename string `json:"filename"`
			Start    struct {
				Line int `json:"line"`
			} `json:"start"`
		} `json:"range"`
	} `json:"diagnostic"`
}

var kinds = map[string]EventKind{
	"refresh_complete": Refreshed, "planned_change": Planned, "resource_drift": Drifted, "apply_start": Started,
	"apply_progress": Going, "apply_complete": Done, "apply_errored": Failed, "change_summary": Summed, "diagnostic": Problem,
}

// event reads a line of output. What is no line of JSON, and what tells nothing (versions, logs, outputs and their values),
// is left out.
func event(text []byte) (Event, bool) {
	var l line
	if json.Unmarshal(text, &l) != nil {
		return Event{}, false
	}
	e := Event{At: l.At, Kind: kinds[l.Type]}
	switch {
	case e.Kind == "":
		return e, false
	case l.Change != nil:
		e.Address, e.Type, e.Action = l.Change.Resource.Addr, l.Change.Resource.Type, actionOf(l.Change.Action)
	case l.Hook != nil:
		e.Address, e.Type, e.Action, e.ID = l.Hook.Resource.Addr, l.Hook.Resource.Type, actionOf(l.Hook.Action), l.Hook.ID
		e.Elapsed = time.Duration(l.Hook.Elapsed * float64(time.Second))
	case l.Changes != nil:
		e.Counts = &Counts{Add: l.Changes.Add, Change: l.Changes.Change, Import: l.Changes.Import, Destroy: l.Changes.Remove}
	case l.Diagnostic != nil:
		e.Address, e.Problem = l.Diagnostic.Address, diagnosticOf(&l)
	}
	return e, true
}

func diagnosticOf(l *line) *Diagnostic {
	d := &Diagnostic{Warning: l.Diagnostic.Severity == "warning", Summary: l.Diagnostic.Summary, Detail: l.Diagnostic.Detail, Address: l.Diagnostic.Address}
	if r := l.Diagnostic.Range; r != nil {
		d.File = place(r.Filename, r.Start.Line)
	}
	return d
}

// follower is where Terraform's output goes: line by line to whoever follows, and to the log. It keeps what errors said.
type follower struct {
	each     func(Event)
	log      func([]byte)
	rest     []byte
	problems []Diagnostic
}

func (f *follower) Write(p []byte) (int, error) {
	f.rest = append(f.rest, p...)
	for {
		i := bytes.IndexByte(f.rest, '\n')
		if i < 0 {
			return len(p), nil
		}
		f.line(f.rest[:i])
		f.rest = f.rest[i+1:]
	}
}

func (f *follower) line(text []byte) {
	f.log(text)
	e, ok := event(text)
	if !ok {
		return
	}
	if e.Problem != nil && !e.Problem.Warning {
		f.problems = append(f.problems, *e.Problem)
	}
	if f.each != nil {
		f.each(e)
	}
}
