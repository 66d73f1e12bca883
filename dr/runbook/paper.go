package runbook

import "slices"

// Sheet is what is left of one step, for a person without Lifeboat.
type Sheet struct {
	Step     string
	Title    string
	Why      string
	State    State
	Gate     string // the phrase that Lifeboat would still ask for, with the first step behind that gate; "" where none
	Commands []string
}

// Paper writes what is left of a run as commands with the values that the run has pinned, in an order in which they can
// be typed one after the other. Steps that change nothing are in it without commands, so that nobody forgets to look.
// Before a run give it Replay of nothing: View{}, with Pins and Mode set.
func Paper(p Procedure, v View) []Sheet {
	var out []Sheet
	asked := map[string]bool{}
	for _, s := range p.ordered() {
		seen, known := v.Step(s.ID)
		if known && seen.State.Over() && seen.State != StateNotDone && seen.State != StateWouldDo || v.Mode == Unplanned && s.PlannedOnly {
			continue
		}
		sheet := Sheet{Step: s.ID, Title: s.Title, Why: s.Why, State: StateWaiting}
		if known {
			sheet.State = seen.State
		}
		if s.Gate != nil && !asked[s.Gate.ID] && !slices.Contains(v.passed, gateID(s.Gate)) {
			sheet.Gate, asked[s.Gate.ID] = s.Gate.Phrase, true
		}
		if s.Paper != nil {
			sheet.Commands = s.Paper(v.Pins.clone())
		}
		out = append(out, sheet)
	}
	return out
}

// ordered lists the steps so that each comes after those it waits for, else as they were written.
func (p *Procedure) ordered() []*Step {
	var out []*Step
	placed := map[string]bool{}
	var place func(s *Step)
	place = func(s *Step) {
		if s == nil || placed[s.ID] {
			return
		}
		placed[s.ID] = true
		for _, need := range s.After {
			place(p.step(need))
		}
		out = append(out, s)
	}
	for i := range p.Steps {
		place(&p.Steps[i])
	}
	return out
}
