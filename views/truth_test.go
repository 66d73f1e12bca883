package views

import (
	"fmt"
	"image/color"
	"regexp"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"

	"lifeboat/dr"
	"lifeboat/dr/config"
	"lifeboat/ui"
)

// styled is a cockpit's screen with "good" written as a mark of its own, to find what looks well.
func goodWords(m *root) []string {
	var out []string
	for _, l := range strings.Split(m.View().Content, "\n") {
		for _, hit := range regexp.MustCompile("\x1b\\[(?:1;)?32m([^\x1b]*)").FindAllStringSubmatch(l, -1) {
			out = append(out, strings.TrimSpace(hit[1]))
		}
	}
	return out
}

func sixteen(m *root) *root {
	m.theme = ui.NewTheme(ui.Sixteen) // good alone is green (32)
	m.stale = true
	return m
}

func TestWhatIsOldNeverLooksWell(t *testing.T) {
	for _, size := range sizes {
		if got := goodWords(sixteen(modelOf(stale(), testConfig(), size[0], size[1]))); len(got) > 0 {
			t.Errorf("%v: nothing was read for 4 minutes, and these are green: %q", size, got)
		}
	}
	e := darkEast()
	age(&e.Regions[1], oldSince(at("03:12:00"), "timed out", ""))
	e.Path.Pages.Seen, e.Path.API.Seen, e.Path.Writes.Seen = e.Regions[1].Session.Seen, e.Regions[1].Session.Seen, e.Regions[1].Session.Seen
	for i := range e.Path.Per {
		e.Path.Per[i].API.Seen = e.Regions[1].Session.Seen
	}
	e.Regions[1].Signals = nil
	if got := goodWords(sixteen(modelOf(e, testConfig(), 200, 60))); len(got) > 0 {
		t.Errorf("all parts are old, and these are green: %q", got)
	}
}

func TestNothingIsGreenBeforeTheFirstReading(t *testing.T) {
	for _, size := range sizes {
		m := sixteen(modelOf(skeleton(testConfig(), noon), testConfig(), size[0], size[1]))
		if got := goodWords(m); len(got) > 0 {
			t.Errorf("%v: nothing was read yet, and these are green: %q", size, got)
		}
		if s := screenOf(m); strings.Contains(strings.ReplaceAll(s, "? help", ""), "? ") || !strings.Contains(s, "frontend") || !strings.Contains(s, "· reading") {
			t.Errorf("%v: the first frame is not the skeleton:\n%s", size, s)
		}
	}
}

func TestUnknownAbsentAndNoneAreThreeThings(t *testing.T) {
	e := healthy()
	s := e.Regions[0].Services
	s[0].Seen = oldSince(at("03:12:01"), "timed out", "")
	s[1].Absent, s[1].Level = true, dr.Bad
	s[2].Running, s[2].Desired, s[2].Level = 0, 0, dr.Idle
	s[3].Seen = dr.Seen{Why: "ecs:DescribeServices: denied", Remedy: "give the permission"}
	screen := screenOf(modelOf(e, testConfig(), 80, 24))
	for _, want := range []string{"frontend   ? was 2/2 at 03:12:01", "backend    ✗ absent", "prometheus 0/0", "grafana    ? ecs:DescribeServi"} {
		if !strings.Contains(screen, want) {
			t.Errorf("no %q in\n%s", want, screen)
		}
	}
}

func TestALagThatIsNotKnownIsNotZero(t *testing.T) {
	e := healthy()
	e.Replication.Reported = dr.Lag{Why: "CloudWatch says -1: not known"}
	e.Replication.Corrected = dr.Lag{}
	screen := screenOf(modelOf(e, testConfig(), 120, 36))
	if !strings.Contains(screen, "lag         ?  last contact 10 s ago") || strings.Contains(screen, "0 s reported") {
		t.Errorf("%s", screen)
	}
}

func TestNothingUnwellIsHiddenAmongManyServices(t *testing.T) {
	e, c := many(500)
	for _, size := range sizes {
		screen := screenOf(modelOf(e, c, size[0], size[1]))
		for _, want := range []string{"service-210", "✗ 0 of 2", "service-385", "! starting", "service-450", "? was 2/2 at 03:11:00", "more, all well"} {
			if !strings.Contains(screen, want) {
				t.Errorf("%v: no %q in\n%s", size, want, screen)
			}
		}
	}
}

func TestUnwellServicesThatAreScrolledAwayAreCounted(t *testing.T) {
	e, c := many(100)
	m := modelOf(e, c, 80, 24)
	m.at, m.moved = rowID{inLeft, rowService, "service-060"}, true
	m.plan = nil
	if s := screenOf(m); !strings.Contains(s, "›") || !strings.Contains(s, "3 not well") && !strings.Contains(s, "2 not well") {
		t.Errorf("%s", s)
	}
}

func TestTheFilterSaysWhatItHides(t *testing.T) {
	e, c := many(100)
	m := modelOf(e, c, 120, 36)
	m.filter, m.plan = "service-00", nil
	if s := screenOf(m); !strings.Contains(s, "/service-00  10 of 100  ! 2 hidden not well") {
		t.Errorf("%s", s)
	}
}

func TestTheSimulatedLabelIsOnEveryScreen(t *testing.T) {
	for _, size := range [][2]int{{60, 15}, {80, 24}, {120, 36}, {200, 60}} {
		e := healthy()
		e.Simulated = true
		m := modelOf(e, testConfig(), size[0], size[1])
		for name, open := range map[string]func(){"cockpit": func() {}, "page": func() { m.details(m.at) }, "events": func() { m.openEvents() }, "help": func() { m.openHelp() }} {
			m.home()
			open()
			if s := screenOf(m); !strings.Contains(s, "SIMULATED") {
				t.Errorf("%v %s has no label:\n%s", size, name, s)
			}
		}
	}
}

func TestHostileNamesReachTheScreenHarmless(t *testing.T) {
	evil := "\x1b[2J\x1b]0;owned\x07\u202eback\r\nend\x1b[31m"
	e := sick()
	r := &e.Regions[0]
	r.Services[1].Name, r.Services[1].Word, r.Services[1].Image.Short, r.Services[1].LastEvent.Message = evil, evil, evil, evil
	r.Balancers[0].Name, r.Balancers[0].Groups[1].Name, r.Balancers[0].Word = evil, evil, evil
	r.Databases[0].Word, r.Databases[0].ID, r.Session.Name, r.Why = evil, evil, evil, evil
	r.Findings = []dr.Finding{{ID: evil, Level: dr.Bad, Text: evil, Remedy: evil, Seen: fresh()}}
	e.Feed[0].Text, e.Feed[0].Subject, e.Name = evil, evil, evil
	e.Path.CDN.ID, e.Path.Per[0].Name = evil, evil
	for _, size := range sizes {
		m := modelOf(e, testConfig(), size[0], size[1])
		m.theme = ui.Theme{}
		screens := []string{m.View().Content, m.View().WindowTitle}
		for _, d := range m.destinations() {
			m.home()
			m.details(d.id)
			m.stale = true
			screens = append(screens, m.View().Content)
		}
		for _, s := range screens {
			if strings.ContainsAny(s, "\x1b\x07\r\u202e") {
				t.Fatalf("%v: an escape came through: %q", size, s)
			}
		}
	}
}

func TestASuspendedMachineWakesUpToOldData(t *testing.T) {
	clock := noon
	m := newRoot(Options{Source: &still{}, Config: testConfig(), Now: func() time.Time { return clock }, Width: 120, Height: 36, NoColor: true})
	m.take(healthy())
	clock = noon.Add(3 * time.Hour)
	m.Update(tickMsg{})
	if s := screenOf(m); !strings.Contains(s, "Nothing was read since 03:14:05.") || !strings.Contains(s, "! read 3 h ago") || !strings.Contains(s, "? was serving") {
		t.Errorf("%s", s)
	}
}

func TestAnOlderEstateDoesNotReplaceANewerOne(t *testing.T) {
	m := modelOf(healthy(), testConfig(), 120, 36)
	newer, older := healthy(), healthy()
	newer.Revision, newer.Name = 9, "newer"
	older.Revision, older.Name = 3, "older"
	m.Update(estateMsg{newer})
	m.Update(estateMsg{older})
	if m.e.Name != "newer" {
		t.Error("the older estate is shown")
	}
}

func TestTheTitleNamesTheEstateAndItsGravestRegion(t *testing.T) {
	for want, e := range map[string]*dr.Estate{
		"davidshaevel: us-east-1 serving": healthy(), "davidshaevel: us-east-1 dark": darkEast(), "davidshaevel: us-west-2 not ready": notReady(),
		"davidshaevel: nothing read since 03:10:07": stale(),
	} {
		if got := modelOf(e, testConfig(), 80, 24).View().WindowTitle; got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

func TestAReadingPastThreePeriodsIsOldWhateverItSaysOfItself(t *testing.T) {
	c := &config.Config{}
	for age, want := range map[time.Duration]bool{44 * time.Second: false, 46 * time.Second: true} {
		if got := isAged(&dr.Estate{Revision: 1, At: noon.Add(-age)}, c, noon); got != want {
			t.Errorf("%s: %v", age, got)
		}
	}
}

func TestTheTerminalChoosesTheColours(t *testing.T) {
	fresh := func(theme string) *root {
		return newRoot(Options{Source: &still{}, Config: testConfig(), Theme: theme, Width: 80, Height: 24})
	}
	white, black := color.White, color.Black
	for name, c := range map[string]struct {
		theme string
		msgs  []tea.Msg
		want  ui.Palette
	}{
		"silent terminal":          {"auto", nil, ui.Dark},
		"light terminal":           {"auto", []tea.Msg{tea.BackgroundColorMsg{Color: white}}, ui.Light},
		"dark terminal":            {"auto", []tea.Msg{tea.BackgroundColorMsg{Color: black}}, ui.Dark},
		"a theme that was chosen":  {"light", []tea.Msg{tea.BackgroundColorMsg{Color: black}}, ui.Light},
		"256 colours, light":       {"light", []tea.Msg{profile("ANSI256")}, ui.Light256},
		"16 colours":               {"auto", []tea.Msg{profile("ANSI")}, ui.Sixteen},
		"no colours":               {"auto", []tea.Msg{profile("Ascii")}, ui.Plain},
		"NO_COLOR=anything":        {"auto", []tea.Msg{tea.EnvMsg{"NO_COLOR=anything"}}, ui.Plain},
		"COLORFGBG of a light one": {"auto", []tea.Msg{tea.EnvMsg{"COLORFGBG=0;15"}}, ui.Light},
	} {
		m := fresh(c.theme)
		for _, msg := range c.msgs {
			m.Update(msg)
		}
		if m.theme != ui.NewTheme(c.want) {
			t.Errorf("%s: another palette", name)
		}
	}
}

// profile is the message that a terminal has these colours.
func profile(name string) tea.Msg {
	var m tea.ColorProfileMsg
	for m.String() != name {
		m.Profile++
	}
	return m
}

func TestResolversThatDisagreeAreSaid(t *testing.T) {
	e := healthy()
	e.Path.Resolvers = 2
	if s := screenOf(modelOf(e, testConfig(), 120, 36)); !strings.Contains(s, "! 2 of 3 resolvers") {
		t.Errorf("%s", s)
	}
}

func TestWhatIsOnlyNotKnownDoesNotCrowdOutWhatIsWrong(t *testing.T) {
	e := healthy()
	for i := range 9 {
		e.Regions[0].Findings = append(e.Regions[0].Findings, dr.Finding{ID: "quota", Text: fmt.Sprintf("quota %d", i), Seen: oldSince(at("03:00:00"), "timed out", "")})
	}
	s := screenOf(modelOf(e, testConfig(), 80, 24))
	if !strings.Contains(s, "! backend image is 9 min behind") || strings.Contains(s, "quota") {
		t.Errorf("%s", s)
	}
	s = screenOf(modelOf(e, testConfig(), 200, 60))
	if !strings.Contains(s, "? 9 not known now") {
		t.Errorf("%s", s)
	}
}

func TestAProbeThatNobodyAnswersIsSeenToBeBadNow(t *testing.T) {
	e := healthy()
	e.Path.API = dr.ProbeResult{Asked: true, Word: "timed out", Level: dr.Bad, Seen: oldSince(at("03:13:00"), "timed out", "")}
	e.Path.Writes = dr.ProbeResult{Asked: true, Word: "? was 201", Status: 201, Seen: oldSince(at("03:13:00"), "read 70 s ago", "")}
	s := screenOf(modelOf(e, testConfig(), 120, 36))
	if !strings.Contains(s, "✗ API DOWN timed out") || !strings.Contains(s, "writes ? was 201 at 03:13:00") {
		t.Errorf("%s", s)
	}
}

func TestTargetGroupsThatAreTooManyShowTheUnwellAndCountTheRest(t *testing.T) {
	e, c := many(100)
	e.Regions[0].Balancers[0].Groups[70] = group("service-070", 1, 2)
	s := screenOf(modelOf(e, c, 200, 60))
	for _, want := range []string{"service-070  1/2", "99 more groups, all well", "100 groups, all well"} {
		if !strings.Contains(s, want) {
			t.Errorf("no %q in\n%s", want, s)
		}
	}
}

func TestLabelsTellNamesApart(t *testing.T) {
	for want, names := range map[string][]string{
		"balancer": {"prod-alb"}, "alb alb-2": {"estate-dev-alb", "estate-dev-alb-2"}, "a-x b-x": {"a-x", "b-x"}, "": nil,
	} {
		if got := strings.Join(labelsOf("balancer", names), " "); got != want {
			t.Errorf("%q: %q, want %q", names, got, want)
		}
	}
}

func TestAStandbysIdleServicesDoNotComeFirst(t *testing.T) {
	e, c := many(30)
	e.Regions[1].Services[20].Level, e.Regions[1].Services[20].Desired, e.Regions[1].Services[20].Running = dr.Idle, 0, 0
	if order := frameOf(e, c).order; order[3] != 0 {
		t.Errorf("the order is %v", order)
	}
}

func TestAFullBlockIsTheRPOInPanelsOfEveryHeight(t *testing.T) {
	e := healthy()
	for i := range e.Replication.Series {
		e.Replication.Series[i].Value = 80 // a quarter of the RPO and a little: half a block
	}
	for _, size := range [][2]int{{80, 24}, {120, 36}, {200, 30}, {200, 60}} {
		if s := screenOf(modelOf(e, testConfig(), size[0], size[1])); strings.Contains(s, "█ ") && size[1] < 60 {
			t.Errorf("%v draws a full block:\n%s", size, s)
		}
	}
}
