package sim

import (
	"strings"
	"testing"
	"time"

	"lifeboat/aws/sim/cloud"
)

func TestAScenarioThatCannotBeNamesFileLineAndField(t *testing.T) {
	for text, want := range map[string]string{
		"steps:\n  - after: 30s\n    do: darkn\n    args: [us-east-1]\n": `s.yaml:3: steps[0].do: there is no action "darkn"; there are darken, `,
		"steps:\n  - after: 30s\n    args: [us-east-1]\n":                `s.yaml:2: steps[0].do: there is no action ""`,
		"speed: 2\nsteps:\n  - after: -1s\n    do: restore\n":            `s.yaml:3: steps[0].after: -1s lies before the start`,
		"speed: 2\n\nservice: 9\n":                                       `s.yaml:3: service: unknown field`,
		"seed: 1\nsteps:\n  - aftre: 30s\n    do: restore\n":             `s.yaml:3: aftre: unknown field`,
		"steps:\n  - after: soon\n    do: restore\n":                     `s.yaml:2: soon: `,
		"seed: 1\nspeed: -4\n":                                           `s.yaml:2: speed: -4 is no speed`,
		"services: -1\n":                                                 `s.yaml:1: services: -1 services cannot be`,
		"seed: [1\n":                                                     `s.yaml:1: `,
		"services: many\n":                                               `s.yaml:1: many: `,
	} {
		s, err := ParseScenario("s.yaml", []byte(text))
		if err == nil {
			t.Errorf("%q is taken as %+v", text, s)
			continue
		}
		if !strings.HasPrefix(err.Error(), want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%q is refused with\n%s\nnot with\n%s", text, err, want)
		}
	}
}

func TestAScenarioHappensInItsOrderAndAtItsTime(t *testing.T) {
	s, err := ParseScenario("s.yaml", []byte(`
services: 6
speed: 10
steps:
  - {after: 2m, do: restore}
  - {after: 1m, do: darken, args: [us-east-1]}
  - {after: 90s, do: darken, args: [mars]}
`))
	if err != nil {
		t.Fatal(err)
	}
	var reports []string
	inWorld(t, Options{Scenario: s, Report: func(line string) { reports = append(reports, line) }}, func(t *testing.T, w *world) {
		dark := func() (dark bool) {
			w.Cloud().Locked(func(in *cloud.World) { dark = in.Region("us-east-1").Dark })
			return dark
		}
		if d := w.Description(); d.Speed != 10 || len(d.Services) != 6 {
			t.Errorf("speed %g, %d services", d.Speed, len(d.Services))
		}
		for _, moment := range []struct {
			wait time.Duration
			dark bool
		}{{5900 * time.Millisecond, false}, {200 * time.Millisecond, true}, {5800 * time.Millisecond, true}, {200 * time.Millisecond, false}} {
			time.Sleep(moment.wait)
			if dark() != moment.dark {
				t.Errorf("%s on: dark is %t", moment.wait, dark())
			}
		}
	})
	if len(reports) != 1 || !strings.Contains(reports[0], `after 1m30s: darken mars: darken: no region "mars"`) {
		t.Errorf("reported: %q", reports)
	}
}
