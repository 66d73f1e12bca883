package dr

import (
	"regexp"
	"strings"

	"lifeboat/aws"
)

// eventChanges are the services' own events that were not seen before, with ECS's times. At the first reading they go
// back an hour.
func (j *join) eventChanges(f *feed, i int) {
	before := j.servicesBefore(i)
	for k := range j.e.Regions[i].Services {
		v := &j.e.Regions[i].Services[k]
		if v.Raw == nil || len(v.Raw.Events) == 0 {
			continue
		}
		was := before(k, v.Name)
		if was == v.Raw {
			continue
		}
		for _, e := range newEvents(v.Raw.Events, was) {
			if was == nil && j.now.Sub(e.At) > feedPast {
				break
			}
			words := eventWords(e.Message)
			f.addAt(e.At, eventLevel(words), v.Name, words)
		}
	}
}

// servicesBefore finds what a service was at the join before: at the same place as a rule, else by name.
func (j *join) servicesBefore(i int) func(k int, name string) *aws.Service {
	before := j.before(i)
	return func(k int, name string) *aws.Service {
		if v := sameService(before, k, name); v != nil {
			return v.Raw
		}
		return nil
	}
}

func sameService(r *Region, k int, name string) *Service {
	if r == nil {
		return nil
	}
	if k < len(r.Services) && r.Services[k].Name == name {
		return &r.Services[k]
	}
	for n := range r.Services {
		if r.Services[n].Name == name {
			return &r.Services[n]
		}
	}
	return nil
}

// newEvents are those at the head of the list that were not in it before.
func newEvents(now []aws.Event, was *aws.Service) []aws.Event {
	if was == nil || len(was.Events) == 0 {
		return now
	}
	for k, e := range now {
		if e == was.Events[0] || e.At.Before(was.Events[0].At) {
			return now[:k]
		}
	}
	return now
}

var eventARN = regexp.MustCompile(`arn:aws[\w-]*:[\w-]+:[\w-]*:\d*:(?:[\w-]+/)?([^\s/()]+)[^\s()]*`)

// eventWords is an event without what the line says already: "(service NAME) has", and ARNs beyond the name in them.
func eventWords(message string) string {
	s := strings.TrimSpace(message)
	if rest, ok := strings.CutPrefix(s, "(service "); ok {
		if _, rest, ok = strings.Cut(rest, ") "); ok {
			s = strings.TrimPrefix(strings.TrimPrefix(strings.TrimPrefix(rest, "has "), "is "), "was ")
		}
	}
	return strings.TrimSuffix(plain(withoutARNs(s)), ".")
}

// withoutARNs leaves of every ARN the name in it.
func withoutARNs(s string) string {
	if !strings.Contains(s, "arn:") {
		return s
	}
	return eventARN.ReplaceAllString(s, "$1")
}

func eventLevel(words string) Level {
	for _, bad := range []string{"unable to", "unhealthy", "failed", "not able", "rolling back"} {
		if strings.Contains(words, bad) {
			return Warn
		}
	}
	return Unknown
}
