package cloud

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Action is something that the director can do to the cloud.
type Action struct {
	Name  string
	Args  []Arg
	About string // what it does, one line
	Undo  string // how it ends
	do    func(w *World, a args) (undo func(), err error)
}

// Arg is an argument of an action.
type Arg struct {
	Name     string
	Kind     ArgKind
	Optional bool
}

// ArgKind says what an argument must be.
type ArgKind int

// The kinds of arguments.
const (
	Word       ArgKind = iota // anything
	RegionName                // one of the two regions
	RegionOrAll
	Length // a duration: 1500ms, 2s
	Number // a whole number above 0
)

// Usage is how the action is written: "darken REGION".
func (a Action) Usage() string {
	words := []string{a.Name}
	for _, arg := range a.Args {
		if arg.Optional {
			words = append(words, "["+arg.Name+"]")
		} else {
			words = append(words, arg.Name)
		}
	}
	return strings.Join(words, " ")
}

// undo takes back what an action did. One without a region is taken back by a restore of everything only.
type undo struct {
	action string // darken
	region string
	order  string // what was asked for: "darken us-east-1"
	fault  *fault // what it added, if it added one
	do     func()
}

// args are an action's checked arguments, by name.
type args map[string]string

func (a args) region(w *World) *Region { return w.Region(a["REGION"]) }

func (a args) service(w *World) (*Service, error) {
	if s := a.region(w).Service(a["SERVICE"]); s != nil {
		return s, nil
	}
	var known []string
	for _, c := range a.region(w).Clusters {
		for _, s := range c.Services {
			known = append(known, s.Name)
		}
	}
	if len(known) > 8 {
		known = append(known[:8:8], "...")
	}
	return nil, fmt.Errorf("no service %q in %s; there are %s", a["SERVICE"], a["REGION"], strings.Join(known, ", "))
}

// length is a checked duration; 0 if it was left out.
func (a args) length(name string) time.Duration {
	d, _ := time.ParseDuration(a[name])
	return d
}

func (a args) number(name string) int {
	n, _ := strconv.Atoi(a[name])
	return n
}

// Do runs an action of the table by name. Errors say what was wrong with the name or the arguments, and what would be
// right; nothing has happened then.
func (c *Cloud) Do(name string, words ...string) (err error) {
	c.Locked(func(w *World) { err = w.act(name, words) })
	return err
}

func (w *World) act(name string, words []string) error {
	i := slices.IndexFunc(actions, func(a Action) bool { return a.Name == name })
	if i < 0 {
		return fmt.Errorf("no action %q; there are %s", name, strings.Join(actionNames(), ", "))
	}
	a := actions[i]
	given, err := a.check(w, words)
	if err != nil {
		return fmt.Errorf("%s: %w (usage: %s)", name, err, a.Usage())
	}
	faults := len(w.faults)
	take, err := a.do(w, given)
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	if take != nil {
		u := &undo{action: name, region: given["REGION"], order: strings.Join(append([]string{name}, words...), " "), do: take}
		if len(w.faults) > faults {
			u.fault = w.faults[faults]
		}
		w.undos = append(w.undos, u)
		if d := given.length("FOR"); d > 0 {
			w.After(d, func() { w.takeBack(func(o *undo) bool { return o == u }) })
		}
	}
	w.touch()
	return nil
}

// check pairs words with the action's arguments.
func (a Action) check(w *World, words []string) (args, error) {
	if len(words) > len(a.Args) {
		return nil, fmt.Errorf("%d arguments too many", len(words)-len(a.Args))
	}
	given := args{}
	for i, arg := range a.Args {
		if i >= len(words) {
			if !arg.Optional {
				return nil, fmt.Errorf("%s is missing", arg.Name)
			}
			continue
		}
		if err := arg.check(w, words[i]); err != nil {
			return nil, err
		}
		given[arg.Name] = words[i]
	}
	return given, nil
}

func (arg Arg) check(w *World, word string) error {
	switch arg.Kind {
	case RegionOrAll:
		if word == "all" {
			return nil
		}
		fallthrough
	case RegionName:
		if w.Region(word) == nil {
			return w.noRegion(word)
		}
	case Length:
		if d, err := time.ParseDuration(word); err != nil || d <= 0 {
			return fmt.Errorf("%s must be a duration such as 1500ms or 2s, not %q", arg.Name, word)
		}
	case Number:
		if n, err := strconv.Atoi(word); err != nil || n <= 0 {
			return fmt.Errorf("%s must be a whole number above 0, not %q", arg.Name, word)
		}
	}
	return nil
}

func (w *World) noRegion(name string) error {
	return fmt.Errorf("no region %q; there are %s and %s", name, w.Regions[0].Name, w.Regions[1].Name)
}

// takeBack undoes what is meant, newest first.
func (w *World) takeBack(meant func(*undo) bool) {
	all := w.undos
	w.undos = slices.DeleteFunc(slices.Clone(all), meant)
	for _, u := range slices.Backward(all) {
		if meant(u) {
			u.do()
		}
	}
	w.touch()
	w.reconcileAll()
}

func (w *World) reconcileAll() {
	for _, r := range w.Regions {
		for _, c := range r.Clusters {
			for _, s := range c.Services {
				w.reconcile(s)
			}
		}
	}
}

func actionNames() []string {
	var names []string
	for _, a := range actions {
		names = append(names, a.Name)
	}
	return names
}
