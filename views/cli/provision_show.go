package cli

import (
	"fmt"
	"strings"
	"time"

	"lifeboat/dr"
	"lifeboat/dr/runbook"
	"lifeboat/ui"
)

// shower prints what a run of dr.Provision plans and makes, beside its journal: the files are this machine's.
type shower struct {
	p     *printer
	dir   string
	shown map[string]time.Time // plans, by root
	going map[string]*applied  // applies under way, by step
}

// applied is an apply that is followed.
type applied struct {
	root   string
	reader *dr.ProgressReader
	states map[string]dr.LineState
}

func newShower(p *printer, dir string) *shower {
	return &shower{p: p, dir: dir, shown: map[string]time.Time{}, going: map[string]*applied{}}
}

// rootOf is the root that a step plans or applies: "data" of "apply-data".
func rootOf(step, what string) (string, bool) {
	root, ok := strings.CutPrefix(step, what+"-")
	root, _, _ = strings.Cut(root, "-")
	return root, ok
}

// happened prints the plans that were made and what was applied meanwhile.
func (s *shower) happened(events []runbook.Event) {
	for _, e := range events {
		if e.Entry == nil {
			continue
		}
		s.entry(*e.Entry)
	}
	for _, a := range s.going {
		s.progress(a)
	}
}

func (s *shower) entry(e runbook.Entry) {
	if root, ok := rootOf(e.Step, "plan"); ok {
		switch e.Kind {
		case runbook.EntryDone, runbook.EntryFailed, runbook.EntryWouldDo:
			s.plan(root)
		}
	}
	root, ok := rootOf(e.Step, "apply")
	if !ok {
		return
	}
	switch e.Kind {
	case runbook.EntryAsked: // of a plan that was made anew
		s.plan(root)
	case runbook.EntryIntent:
		s.going[e.Step] = &applied{root, dr.NewProgressReader(s.dir, root), map[string]dr.LineState{}}
	case runbook.EntryOutcome:
		if a := s.going[e.Step]; a != nil {
			s.progress(a)
			delete(s.going, e.Step)
		}
	}
}

// plan prints the plan of a root, unless it was printed already.
func (s *shower) plan(root string) {
	plans, err := dr.ReadRootPlans(s.dir)
	if err != nil {
		s.p.say("%v", err)
		return
	}
	for _, p := range plans {
		if p.Root != root || s.shown[root].Equal(p.At) {
			continue
		}
		s.shown[root] = p.At
		e := s.p.event(evPlanned, p.At)
		e.Step, e.Planned = "plan-"+root, &p
		s.p.print(e)
	}
}

// progress prints each resource that has ended since the last look.
func (s *shower) progress(a *applied) {
	now, err := a.reader.Read()
	if err != nil || now.Op != "apply" {
		return
	}
	for _, l := range now.Lines {
		if l.State == a.states[l.Address] || l.State != dr.LineDone && l.State != dr.LineFailed {
			continue
		}
		if l.State == dr.LineFailed && l.Problem == "" && !now.Over {
			continue // its cause comes a moment later
		}
		a.states[l.Address] = l.State
		e := s.p.event(evResource, s.p.now())
		e.Step = "apply-" + a.root
		e.Resource = &resourceDoc{
			Root: a.root, Address: l.Address, Type: l.Type, ID: l.ID, Action: string(l.Action), State: string(l.State), Seconds: l.Elapsed.Seconds(), Problem: l.Problem,
			Done: now.Done, Total: now.Total,
		}
		s.p.print(e)
	}
}

// resourceDoc is a resource that an apply has done with.
type resourceDoc struct {
	Root    string  `json:"root"`
	Address string  `json:"address"`
	Type    string  `json:"type"`
	ID      string  `json:"id,omitempty"`
	Action  string  `json:"action"`
	State   string  `json:"state"` // done, failed
	Seconds float64 `json:"seconds"`
	Problem string  `json:"problem,omitempty"`
	Done    int     `json:"done"` // of the root's
	Total   int     `json:"total"`
}

func (r *resourceDoc) words() string {
	words := fmt.Sprintf("%s %s", r.Action, r.Address)
	if r.State == string(dr.LineFailed) {
		return phrase("FAILED to "+words, r.Problem)
	}
	if r.ID != "" {
		words += " " + r.ID
	}
	words += " in " + ui.Stopwatch(time.Duration(r.Seconds*float64(time.Second)))
	if r.Total > 0 {
		words += fmt.Sprintf(" (%d of %d)", r.Done, r.Total)
	}
	return words
}

// rootPlanLines are a plan for people: its counts, what it changes by module, what is refused unless named, what it costs.
func rootPlanLines(p *dr.RootPlan) []string {
	if p.Why != "" {
		return []string{p.Root + ": not planned: " + p.Why}
	}
	out := []string{p.Root + ": " + p.Counts.Words()}
	module := "\x00"
	for _, c := range p.Changes {
		if c.Module != module {
			module = c.Module
			name := module
			if name == "" {
				name = p.Root
			}
			out = append(out, "  "+name)
		}
		out = append(out, "    "+changeLine(c))
	}
	for _, d := range p.Drift {
		out = append(out, "  changed behind Terraform's back: "+d.Address)
	}
	for _, l := range p.Learned {
		out = append(out, "  "+l.Words())
	}
	for _, f := range p.Findings {
		out = append(out, fmt.Sprintf("  REFUSED unless --confirm %q: %s", f.Name, f.Words()))
	}
	for _, o := range p.Owned {
		out = append(out, "  "+o.Words())
		for line := range strings.Lines(o.Block) {
			out = append(out, "    "+strings.TrimRight(line, "\n"))
		}
	}
	if len(p.Changes) > 0 && len(p.Money) > 0 {
		out = append(out, "  "+dr.MoneyWords(p.Money))
	}
	return out
}

func changeLine(c dr.PlanChange) string {
	mark := map[dr.PlanAction]string{dr.PlanAdd: "+", dr.PlanUpdate: "~", dr.PlanReplace: "-/+", dr.PlanDestroy: "-", dr.PlanForget: ".", dr.PlanAdopt: "<"}[c.Action]
	if c.ID != "" && c.Action != dr.PlanAdopt {
		mark = "< " + mark
	}
	line := mark + " " + strings.TrimPrefix(strings.TrimPrefix(c.Address, c.Module), ".")
	if risk := c.Risk(); risk != "" {
		line += "  [" + strings.ToUpper(risk) + "]"
	}
	if why := c.Why(); why != "" {
		line += "  since " + why
	}
	return line
}
