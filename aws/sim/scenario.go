package sim

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"

	"lifeboat/aws/sim/cloud"
)

// Scenario is a file that says what a simulator is like and what befalls it:
//
//	estate: empty        # what is there at first; left out: the reference estate
//	services: 100        # a region; left out: the reference estate's four
//	seed: 7
//	speed: 10
//	steps:
//	  - after: 30s       # of simulated time: 3 s at this speed
//	    do: darken       # an action of the director's
//	    args: [us-east-1]
type Scenario struct {
	Estate   string  `yaml:"estate"`   // what is there at first: empty, primary-only; "": the reference estate
	Services int     `yaml:"services"` // services a region; 0: the reference estate's
	Seed     uint64  `yaml:"seed"`
	Speed    float64 `yaml:"speed"`
	Steps    []Step  `yaml:"steps"`
}

// Step is one thing that the director does.
type Step struct {
	// After is the time since the start. Like every duration of the simulator it passes faster with its speed.
	After Delay    `yaml:"after"`
	Do    string   `yaml:"do"`
	Args  []string `yaml:"args"`
}

// Delay is a duration as a person writes it: 30s, 2m.
type Delay time.Duration

// UnmarshalYAML reads it, so that an error knows its line.
func (d *Delay) UnmarshalYAML(node ast.Node) error {
	read, err := time.ParseDuration(node.GetToken().Value)
	if err != nil {
		return &yaml.SyntaxError{Message: "this is no duration such as 30s or 2m", Token: node.GetToken()}
	}
	*d = Delay(read)
	return nil
}

func (d Delay) String() string { return time.Duration(d).String() }

// Scenarios are those that need no file, by name.
func Scenarios() (names []string) {
	for _, h := range cloud.Holdings {
		names = append(names, string(h))
	}
	return names
}

// LoadScenario reads a scenario from a file, or gives the one of that name.
func LoadScenario(path string) (*Scenario, error) {
	if slices.Contains(Scenarios(), path) {
		return &Scenario{Estate: path}, nil
	}
	content, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("reading the scenario: %w", err)
	}
	return ParseScenario(path, content)
}

// ParseScenario reads a scenario. Its errors name the file, the line and the field.
func ParseScenario(name string, content []byte) (*Scenario, error) {
	var s Scenario
	if len(bytes.TrimSpace(content)) == 0 {
		return &s, nil
	}
	if err := yaml.UnmarshalWithOptions(content, &s, yaml.Strict()); err != nil {
		return nil, inFile(name, err)
	}
	if s.Estate != "" && !slices.Contains(Scenarios(), s.Estate) {
		return nil, at(name, content, "estate", fmt.Sprintf("there is no estate %q; there are %s", s.Estate, strings.Join(Scenarios(), ", ")))
	}
	if s.Services < 0 {
		return nil, at(name, content, "services", fmt.Sprintf("%d services cannot be; say how many each region has", s.Services))
	}
	if s.Speed < 0 {
		return nil, at(name, content, "speed", fmt.Sprintf("%g is no speed; 1 is real time, 10 ten times as fast", s.Speed))
	}
	for i, step := range s.Steps {
		if field, why := step.wrong(); why != "" {
			return nil, at(name, content, fmt.Sprintf("steps[%d].%s", i, field), why)
		}
	}
	return &s, nil
}

// wrong names the field of a step that cannot be, and why; "" where all is well.
func (s Step) wrong() (field, why string) {
	if s.After < 0 {
		return "after", fmt.Sprintf("%s lies before the start", s.After)
	}
	for _, a := range cloud.Actions() {
		if a.Name == s.Do {
			return "", ""
		}
	}
	return "do", fmt.Sprintf("there is no action %q; there are %s", s.Do, strings.Join(actionNames(), ", "))
}

// inFile puts a YAML error into one line with its place.
func inFile(name string, err error) error {
	var e yaml.Error
	if !errors.As(err, &e) || e.GetToken() == nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	t := e.GetToken()
	return fmt.Errorf("%s:%d: %s: %s", name, t.Position.Line, t.Value, e.GetMessage())
}

// at is an error about one field (services, steps[2].do); the line is the field's, or that of what should hold it.
func at(name string, content []byte, field, why string) error {
	line := 1
	if file, err := parser.ParseBytes(content, 0); err == nil {
		for path := field; path != ""; path = path[:max(strings.LastIndex(path, "."), 0)] {
			p, err := yaml.PathString("$." + path)
			if err != nil {
				break
			}
			if node, err := p.FilterFile(file); err == nil && node != nil {
				line = node.GetToken().Position.Line
				break
			}
		}
	}
	return fmt.Errorf("%s:%d: %s: %s", name, line, field, why)
}

// play does the scenario's steps at their times, until ctx ends. A step that fails is reported and does not stop the
// next one.
func (s *Scenario) play(ctx context.Context, c *cloud.Cloud, speed float64, report func(string)) {
	start := time.Now()
	for _, step := range s.inOrder() {
		due := start.Add(time.Duration(float64(step.After) / speed))
		select {
		case <-ctx.Done():
			return
		case <-time.After(time.Until(due)):
		}
		if err := c.Do(step.Do, step.Args...); err != nil {
			report(fmt.Sprintf("scenario: after %s: %s %s: %v", step.After, step.Do, strings.Join(step.Args, " "), err))
		}
	}
}

// inOrder are the steps by time; steps of one time stay as they were written.
func (s *Scenario) inOrder() []Step {
	steps := slices.Clone(s.Steps)
	slices.SortStableFunc(steps, func(a, b Step) int { return cmp.Compare(a.After, b.After) })
	return steps
}

func actionNames() []string {
	var names []string
	for _, a := range cloud.Actions() {
		names = append(names, a.Name)
	}
	return names
}
