package views

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"

	"lifeboat/dr"
	"lifeboat/dr/runbook"
	"lifeboat/ui"
)

func TestANewcomerIsLedFromTheCockpitToTheGateOfTheFirstApply(t *testing.T) {
	runs := newFakeMaker(nil, testPath(), foundationPlan())
	m := makerModel(runs, 120, 36)
	m.shows(t, "◆  2  Data", "next", "TT-67  cross-region replica of the database", "after data", "nothing is missing: Enter opens it")
	m.types("enter")
	m.shows(t, "! Enter tells it what is missing: Public names")
	m.types("b")
	m.shows(t, "begin phase: it must be told first: Public names")
	if len(runs.begun) > 0 {
		t.Fatalf("begun %+v", runs.begun)
	}
	m.types("enter")
	m.shows(t, "Public names", "a list, parted by commas, required")
	m.types("davidshaevel.com", "enter")
	m.shows(t, "6 of 6 told", "you, not written yet")
	m.types("b")
	if len(runs.made.set) != 1 || runs.made.set[0]["domains"] != "davidshaevel.com" || len(runs.made.set[0]) != 1 {
		t.Fatalf("written %+v", runs.made.set)
	}
	if len(runs.begun) != 1 || runs.begun[0].Kind != dr.Provision || runs.begun[0].Phase != "data" || runs.begun[0].DryRun {
		t.Fatalf("begun %+v", runs.begun)
	}
	if s, ok := m.top().(*runScreen); !ok || s.id != makeRun {
		t.Fatalf("after it began %T is shown", m.top())
	}
	m.types("esc")
	m.shows(t, "Provision  us-west-2")
}

func TestTheGateOfAnApplyShowsItsPlanAndTakesOnlyItsPhrase(t *testing.T) {
	runs := newFakeMaker(atApplyGate, withRun(testPath(), "foundation"), foundationPlan())
	m := makerModel(runs, 80, 24, "enter")
	m.shows(t, "foundation  14 to add", "type  apply foundation", "▾ network  12 to add")
	m.hides(t, "public ", "of 60:00", "latest safe start")
	m.types("enter", "apply", "enter", "yes")
	if len(runs.taken) > 0 {
		t.Fatalf("taken %+v", runs.taken)
	}
	m.types("esc", "enter", "apply foundation", "enter")
	if len(runs.taken) != 1 || runs.taken[0].Phrase != "apply foundation" {
		t.Fatalf("taken %+v\n%s", runs.taken, screenOf(m))
	}
}

func TestWhatWouldBeLostMustBeNamedOneByOne(t *testing.T) {
	runs := newFakeMaker(atRiskyGate, withRun(testPath(), "data"), riskyPlan())
	m := makerModel(runs, 120, 36, "enter")
	m.shows(t, "✗ REPLACE the database dr-db", "the gate wants its name typed: dr-db", "✗ DESTROY the image repository grafana", "kms_key_id cannot be changed in place", "type  dr-db")
	m.types("apply data", "enter")
	m.shows(t, "that is not the phrase")
	m.types("esc", "enter", "dr-db", "enter", "the key is lost", "enter", "grafana", "enter", "moved to Docker Hub", "enter", "apply data", "enter")
	if len(runs.taken) != 1 || len(runs.taken[0].Overrides) != 2 || runs.taken[0].Overrides[0].Phrase != "dr-db" {
		t.Fatalf("taken %+v\n%s", runs.taken, screenOf(m))
	}
}

func TestAPhaseWhoseRunIsOpenIsThatRunAndLeavingItLeadsBackToThePath(t *testing.T) {
	runs := newFakeMaker(applying, withRun(testPath(), "foundation"), foundationPlan())
	runs.made.progress["foundation"] = testProgress()
	m := makerModel(runs, 80, 24)
	m.shows(t, "▸  1  Foundation   under way", "Enter goes to the run")
	m.types("enter")
	m.shows(t, "PROVISION", "foundation in us-west-2", "roots 2 of 3 done", "4 of 14", "▸ network.aws_nat_gateway.this", "making")
	m.types("d")
	m.shows(t, "Provision  us-west-2", "›▸  1  Foundation")
}

func TestAfterAPhaseEnterOpensTheNext(t *testing.T) {
	runs := newFakeMaker(phaseMade, testPath(), foundationPlan())
	m := makerModel(runs, 120, 36)
	m.home()
	m.types("H", "enter")
	m.shows(t, "✓ phase done: foundation is there.  Enter opens the next: data", "planned again: no changes; 4 of 4 endpoints available")
	m.hides(t, "has taken over", "outage", "users served")
	m.types("enter")
	m.shows(t, "Provision  2 Data")
	m.types("esc")
	m.shows(t, "Provision  us-west-2", "›◆  2  Data")
}

func TestAFailedApplySaysWhatFailedWhyAndWhatTheKeysDo(t *testing.T) {
	runs := newFakeMaker(applyFailed, withRun(testPath(), "foundation"), foundationPlan())
	runs.made.progress["foundation"] = failedProgress()
	m := makerModel(runs, 120, 36, "enter")
	m.shows(t, "✗ apply foundation failed", "7 of 14 were made, and stay", "✗ network.aws_nat_gateway.this", "Release an address",
		"try again: plan anew, show it, and ask again", "stop; the run can be resumed")
	m.hides(t, "go on without what needs the region being left")
	m.types("t", "enter")
	if len(runs.taken) != 1 || runs.taken[0].Choice != runbook.Retry {
		t.Errorf("taken %+v", runs.taken)
	}
}

func TestWhatIsTypedIsCheckedAsItIsTypedAndWrongInputIsNeverWritten(t *testing.T) {
	runs := newFakeMaker(nil, testPath())
	m := makerModel(runs, 80, 24, "enter", "i", "esc", "up", "up", "up", "up", "enter")
	m.types("backspace", "backspace", "backspace")
	m.shows(t, "✗ a network is written like 10.1.0.0/16")
	m.types("enter")
	m.shows(t, "› 10.1.0.0")
	m.types("/", "2", "0", "enter")
	m.hides(t, "✗ a network")
	if _, ok := m.top().(*inputsScreen); !ok || m.path.drafts["data"]["vpc_cidr"] != "10.1.0.0/20" {
		t.Fatalf("drafts %v", m.path.drafts)
	}
	m.types("esc", "esc", "esc", "esc", "p", "enter")
	m.shows(t, "10.1.0.0/20", "you, not written yet")
}

func TestWhatTheDoorRefusesStaysTypedAndIsSaid(t *testing.T) {
	runs := newFakeMaker(nil, testPath())
	runs.made.setErr = errors.New("domains: davidshaevel.org is in no zone of Cloudflare's\ncidr: \"10\" is no network")
	m := makerModel(runs, 80, 24, "enter", "enter", "davidshaevel.org", "enter", "b")
	m.shows(t, "✗ it was not written", "✗ domains: davidshaevel.org is in no zone of Cloudflare's", "✗ cidr: \"10\" is no network", "davidshaevel.org")
	if len(runs.begun) > 0 {
		t.Errorf("begun %+v", runs.begun)
	}
}

func TestASecretIsNotAskedForAndIsSaidWhereItComesFrom(t *testing.T) {
	runs := newFakeMaker(nil, testPath())
	m := makerModel(runs, 80, 24, "enter", "i", "esc", "down", "down", "down", "enter", "hunter2")
	m.hides(t, "hunter2")
	m.shows(t, "not asked here, kept nowhere", "TF_VAR_database_password")
}

func TestWithoutADoorNothingIsProvisioned(t *testing.T) {
	m := modelOf(healthy(), testConfig(), 120, 36)
	m.types("p")
	m.shows(t, "provision: read only")
}

func TestAPathThatCannotBeReadSaysWhy(t *testing.T) {
	runs := newFakeMaker(nil, Provisioning{})
	runs.made.pathErr = errors.New("s3:GetObject of the state: access denied")
	m := makerModel(runs, 80, 24)
	m.shows(t, "! what is there cannot be read: s3:GetObject of the state: access denied")
	runs.made.pathErr, runs.made.path = nil, testPath()
	m.types("r")
	m.shows(t, "◆  2  Data")
}

func TestAttributesAreShownBeforeAndAfterAndSecretsNever(t *testing.T) {
	d := newPlanDoc(riskyPlan())
	for i, n := range d.shown {
		if n.kind == planRisk {
			d.toggle(i)
			break
		}
	}
	lines, _ := d.window(200, 0, 60)
	for _, want := range []string{`key/1f" → "arn:aws:kms:us-west-2:123456789012:key/2e"  ✗ forces a new one`, "password  (sensitive)", `"dr-db.c1.us-west-2.rds.amazonaws.com" → known after apply`} {
		if !contains(lines, want) {
			t.Errorf("no %q", want)
		}
	}
}

func TestAPlanNarrowsToWhatIsTyped(t *testing.T) {
	runs := newFakeMaker(atApplyGate, withRun(testPath(), "foundation"), manyPlan(500))
	m := makerModel(runs, 80, 24, "enter", "esc", "v", "/", "alarm-499")
	m.shows(t, "/alarm-499", "this[499]")
	m.hides(t, "alarm-498", "this[1]")
	m.types("enter", "down", "down", "enter")
	m.shows(t, `field_0  "value 0 of 499"`)
	m.types("esc", "esc")
	m.shows(t, "PROVISION", "apply foundation")
}

// TestRandomKeysOrderNoChangeOfWhatIsProvisioned presses keys at random on the path, its inputs, plans and gates.
func TestRandomKeysOrderNoChangeOfWhatIsProvisioned(t *testing.T) {
	tales := []tale{planning, atApplyGate, atRiskyGate, applying, applyFailed, phaseMade, onlyPlanned, validated}
	keys := append(runPool(), tea.KeyPressMsg{Code: 'p', Text: "p"}, tea.KeyPressMsg{Code: 'v', Text: "v"}, tea.KeyPressMsg{Code: 'i', Text: "i"}, tea.KeyPressMsg{Code: 'a', Text: "a"},
		tea.PasteMsg{Content: "apply"}, tea.PasteMsg{Content: "dr-"}, tea.PasteMsg{Content: "apply foundatio"}, tea.PasteMsg{Content: "10.0.0.0/8, x"})
	began := 0
	for seed := range uint64(2) {
		r := rand.New(rand.NewPCG(seed, 11))
		runs := newFakeMaker(tales[0], withRun(testPath(), "foundation"), foundationPlan(), riskyPlan())
		m := newRoot(Options{Source: &calm{still{e: healthy()}}, Config: testConfig(), Runs: runs, Now: at10(r), Width: 80, Height: 24, NoColor: true})
		m.checkInput = checkLikeDr
		m.take(healthy())
		m.Update(runsMsg{lines: runs.lines})
		answers := make(chan tea.Msg, 1000)
		for i := range 1500 {
			var msg tea.Msg = keys[r.IntN(len(keys))]
			switch r.IntN(50) {
			case 0:
				msg = tea.WindowSizeMsg{Width: r.IntN(210), Height: r.IntN(70)}
			case 1, 2:
				runs.set(tales[r.IntN(len(tales))].told().update())
				u := runs.current()
				msg = runMsg{id: makeRun, update: &u}
			case 3:
				m.home()
				m.Update(runsMsg{lines: []RunLine{}})
			case 4:
				msg = progressMsg{rootOf{makeRun, "foundation"}, []dr.RootProgress{testProgress(), failedProgress()}[r.IntN(2)]}
			case 5, 6:
				m.openRun(makeRun)
			case 7, 8, 9:
				m.home()
				m.openPath()
			}
			_, cmd := m.Update(msg)
			m.async(cmd, answers)
			m.drain(answers)
			checkScreen(t, m, fmt.Sprintf("seed %d, step %d", seed, i))
		}
		runs.mu.Lock()
		for _, a := range runs.taken {
			if !slices.Contains([]runbook.Choice{runbook.Retry, runbook.LookAgain, runbook.Stop, runbook.CallOff}, a.Choice) {
				t.Errorf("seed %d: random keys answered %+v", seed, a)
			}
		}
		began += len(runs.begun)
		t.Logf("seed %d: %d begun, %d written, %d answers", seed, len(runs.begun), len(runs.made.set), len(runs.taken))
		runs.mu.Unlock()
	}
	if began == 0 {
		t.Error("the keys did little: no phase was begun")
	}
}

// streamed is an apply of n resources after some events.
func streamed(n, events int) dr.RootProgress {
	p := dr.RootProgress{Root: "foundation", Op: "apply", Began: noon.Add(-time.Minute), Total: n}
	for i, c := range manyPlan(n).Changes {
		l := dr.ResourceLine{Address: c.Address, Type: c.Type, Action: c.Action, State: dr.LineWaiting}
		switch {
		case i < events%n:
			l.State, l.Elapsed = dr.LineDone, time.Second
			p.Done++
		case i < events%n+10:
			l.State, l.Began = dr.LineGoing, noon.Add(-10*time.Second)
		}
		p.Lines = append(p.Lines, l)
	}
	return p
}

// BenchmarkKeyWhileApplying is a key and its frame while an apply of 1,000 resources streams: a hundred lines change with
// each of ten updates a second, and a key comes between two of them.
func BenchmarkKeyWhileApplying(b *testing.B) {
	runs := newFakeMaker(applying, withRun(testPath(), "foundation"), manyPlan(1000))
	m := makerModel(runs, 200, 60, "enter")
	m.theme = ui.NewTheme(ui.Dark)
	updates := make([]dr.RootProgress, 10)
	for i := range updates {
		updates[i] = streamed(1000, 100*i)
	}
	var took []time.Duration
	for i := 0; b.Loop(); i++ {
		now := updates[i%10]
		now.Lines = slices.Clone(now.Lines)
		m.Update(progressMsg{rootOf{makeRun, "foundation"}, now})
		began := time.Now()
		m.Update(tea.KeyPressMsg{Code: 'j', Text: "j"})
		m.View()
		took = append(took, time.Since(began))
	}
	slices.Sort(took)
	b.ReportMetric(float64(took[len(took)*99/100].Microseconds()), "p99-key-µs")
}

// BenchmarkPlanScroll is a key and its frame in a plan of 500 resources, all of it open.
func BenchmarkPlanScroll(b *testing.B) {
	runs := newFakeMaker(atApplyGate, withRun(testPath(), "foundation"), manyPlan(500))
	m := makerModel(runs, 200, 60, "enter", "esc", "v", "a")
	for b.Loop() {
		m.Update(tea.KeyPressMsg{Code: 'j', Text: "j"})
		m.View()
	}
}

func TestKeysAreQuickWhileAThousandResourcesAreMade(t *testing.T) {
	runs := newFakeMaker(applying, withRun(testPath(), "foundation"), manyPlan(1000))
	m := makerModel(runs, 200, 60, "enter")
	best := time.Hour
	for i := range 20 {
		m.Update(progressMsg{rootOf{makeRun, "foundation"}, streamed(1000, 50*i)})
		began := time.Now()
		m.Update(tea.KeyPressMsg{Code: 'j', Text: "j"})
		m.View()
		best = min(best, time.Since(began))
	}
	if best > 30*time.Millisecond {
		t.Errorf("the quickest key took %s", best)
	}
}

func TestProgressIsFollowedForAsLongAsItIsWanted(t *testing.T) {
	runs := newFakeMaker(nil, testPath())
	runs.made.progress["foundation"] = testProgress()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	got := make(chan tea.Msg, 10)
	f := newProgressFollower(ctx, runs, func(msg tea.Msg) { got <- msg })
	of := rootOf{makeRun, "foundation"}
	f.follow([]rootOf{of})
	f.follow([]rootOf{of})
	select {
	case msg := <-got:
		if p, ok := msg.(progressMsg); !ok || p.of != of || p.now.Done != 4 {
			t.Errorf("got %+v", msg)
		}
	case <-time.After(5 * time.Second):
		t.Fatal("nothing came")
	}
	f.follow(nil)
	if len(f.going) != 0 || len(got) != 0 {
		t.Errorf("still followed: %v", f.going)
	}
}

func TestOfAllStatesOfAPhaseEachHasAGlyphAndAWordOfItsOwn(t *testing.T) {
	m := makerModel(newFakeMaker(nil, testPath()), 120, 36)
	seen := map[string]bool{}
	for _, x := range []dr.PhaseState{{State: dr.PhaseThere}, {State: dr.PhaseTheirs}, {State: dr.PhasePartly}, {Name: "data", State: dr.PhaseNotYet}, {State: dr.PhaseNotYet}, {State: dr.PhaseUnknown}} {
		_, mark, word := m.pathDraw(80).state(x)
		if seen[mark] || seen[word] || strings.TrimSpace(mark+word) == "" {
			t.Errorf("%q %q is another's too", mark, word)
		}
		seen[mark], seen[word] = true, true
	}
}
