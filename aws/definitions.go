package aws

import (
	"context"
	"strconv"
	"strings"
)

// Definitions are task definitions as family:revision names them. A revision never changes.
type Definitions map[string]Definition

// Definitions reads those task definitions of refs (family:revision) that prev does not hold yet, at most 40 a call, and
// lets go of those that are not among refs any more. What is left over is for the next call: see Missing.
func (r *Reader) Definitions(ctx context.Context, refs []string, prev Part[Definitions]) Part[Definitions] {
	l := r.look(ctx, r.slowAtOnce)
	defer l.end()
	next := Definitions{}
	for _, ref := range refs {
		if d, ok := prev.Value[ref]; ok {
			next[ref] = d
		}
	}
	missing := prev.Value.Missing(refs)
	missing = missing[:min(len(missing), oneByOne)]
	read, err := gather(len(missing), func(i int) ([]Definition, error) {
		d, err := l.taskDefinition(ctx, missing[i])
		return []Definition{definitionFrom(d)}, err
	})
	for i, d := range read {
		next[missing[i]] = d
	}
	return prev.Next(next, err, r.spec.Now())
}

// Missing are those of refs that were not read, each once.
func (d Definitions) Missing(refs []string) []string {
	var missing []string
	met := map[string]bool{}
	for _, ref := range refs {
		if _, ok := d[ref]; !ok && !met[ref] && ref != "" {
			missing, met[ref] = append(missing, ref), true
		}
	}
	return missing
}

// size is one of a task definition's sizes: "256" are units of a 1024th, "0.25 vCPU" and "2 GB" say it themselves. 0 where it does
// not say.
func size(text, unit string) float64 {
	number, words, said := strings.Cut(strings.TrimSpace(text), " ")
	n, err := strconv.ParseFloat(number, 64)
	switch {
	case err != nil || n < 0:
		return 0
	case said && strings.EqualFold(words, unit):
		return n
	}
	return n / 1024
}
