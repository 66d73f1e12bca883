package dr

import (
	"fmt"
	"strings"

	"lifeboat/aws"
)

// moneyWords is what a run adds a month, as far as that is known: the tasks that it starts, and what it keeps.
func (w *crew) moneyWords(e *Estate) string {
	words := ""
	if w.p.kind.Moves() {
		words = w.tasksMoney(e)
	}
	if r := w.p.rebuild; r != nil && r.Old != "" {
		kept := "the kept " + r.Kept + " costs what it cost"
		if dollars, ok := r.month(); ok {
			kept = fmt.Sprintf("the kept %s costs about $%.0f a month until somebody deletes it, the new replica as much", r.Kept, dollars)
		}
		words = strings.TrimPrefix(words+"; "+kept, "; ")
	}
	return firstOf(words, "what the old database cost, the new replica costs")
}

// tasksMoney is what the started tasks add a month.
func (w *crew) tasksMoney(e *Estate) string {
	var dollars float64
	unknown := 0
	for _, s := range w.p.arriving() {
		d, more := e.taskSize(w.p.to, s.Name), s.Want-s.To.Desired
		switch {
		case more <= 0:
		case d.VCPU == 0 || d.GiB == 0:
			unknown += more
		default:
			dollars += float64(more) * fargateMonth(d.VCPU, d.GiB, false)
		}
	}
	words := fmt.Sprintf("about $%.0f a month more for tasks in %s", dollars, w.p.to)
	switch {
	case unknown > 0 && dollars == 0:
		words = fmt.Sprintf("more for %s in %s; how much is not known: their size was not read", several(unknown, "task"), w.p.to)
	case unknown > 0:
		words += fmt.Sprintf(", and %s of unknown size", several(unknown, "task"))
	}
	return words + ", while both regions run"
}

// taskSize is the definition of a service's tasks in a region; the zero one where it was not read.
func (e *Estate) taskSize(region, service string) aws.Definition {
	if e.joined == nil {
		return aws.Definition{}
	}
	for i := range e.joined.sides {
		s := &e.joined.sides[i]
		for k := range s.r.Services {
			if v := &s.r.Services[k]; s.cfg.Name == region && v.Name == service {
				d, _ := s.definition(v)
				return d
			}
		}
	}
	return aws.Definition{}
}
