//go:build unix

package tf

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

// e2e skips what takes minutes, unless the environment asks for it.
func e2e(t *testing.T, least string) {
	t.Helper()
	if got := os.Getenv("LIFEBOAT_E2E"); got != "full" && (got != "ci" || least != "ci") {
		t.Skipf("real terraform against an emulator takes minutes: LIFEBOAT_E2E=%s runs it", least)
	}
}

// dir prepares a root and opens its state.
func (a *account) dir(s Spec, migrate bool) (*Dir, error) {
	d, err := Prepare(s)
	if err != nil {
		return nil, err
	}
	return d, d.Init(a.t.Context(), migrate)
}

// provision plans a root, applies that very plan, keeps its outputs, and plans again: no changes.
func (a *account) provision(root string) error {
	begin := time.Now()
	d, err := a.dir(a.spec(root), false)
	if err != nil {
		return err
	}
	p, err := d.Plan(a.t.Context(), PlanOptions{}, nil)
	if err != nil {
		return err
	}
	planned := time.Since(begin)
	if err := p.Guard(nil); err != nil {
		return err
	}
	var shown []byte
	if a.lister != nil {
		shown = a.shownPlan(d)
	}
	done := 0
	err = d.Apply(a.t.Context(), func(e Event) {
		if e.Kind == Done {
			done++
		}
	})
	if err != nil {
		return err
	}
	applied := time.Since(begin) - planned
	if a.lister != nil {
		if err := a.listed(root, shown, d); err != nil {
			return err
		}
	}
	outputs, err := d.Outputs(a.t.Context())
	if err != nil {
		return err
	}
	a.mu.Lock()
	a.outputs[root] = outputs
	a.mu.Unlock()
	if err := a.unchanged(root); err != nil {
		return err
	}
	a.t.Logf("%-10s %s; planned in %.0f s, applied in %.0f s, then no changes", root, p.Counts().Words(), planned.Seconds(), applied.Seconds())
	if n := p.Counts(); done != n.Add+n.Change {
		return fmt.Errorf("%s: %s, and %d were told to be done", root, n.Words(), done)
	}
	return nil
}

// unchanged plans a root as it stands and finds nothing to do.
func (a *account) unchanged(root string) error {
	p, err := a.plan(a.spec(root))
	if err != nil {
		return err
	}
	if !p.Empty() {
		text, _ := json.MarshalIndent(p, "", " ")
		return fmt.Errorf("a second plan of %s: %s\n%s", root, p.Counts().Words(), text)
	}
	return nil
}

func (a *account) plan(s Spec) (*Plan, error) {
	d, err := Prepare(s)
	if err != nil {
		return nil, err
	}
	return d.Plan(a.t.Context(), PlanOptions{}, nil)
}

// together does the same with several roots side by side.
func (a *account) together(do func(root string) error, roots ...string) {
	a.t.Helper()
	var wg sync.WaitGroup
	for _, root := range roots {
		wg.Go(func() {
			if err := do(root); err != nil {
				a.t.Errorf("%s: %v", root, err)
			}
		})
	}
	wg.Wait()
	if a.t.Failed() {
		a.t.FailNow()
	}
}

func TestEveryRootIsAppliedAndThenPlansToNoChangesAlsoAfterAFailover(t *testing.T) {
	e2e(t, "full") // in CI the built program provisions every phase: views/cli
	a := newAccount(t)
	a.together(a.provision, "bootstrap")
	a.migrate()
	a.together(a.provision, "primary")
	a.noSecretInState("primary")
	a.together(a.provision, "identity")
	a.together(a.provision, "foundation", "source")
	a.together(a.provision, "data")
	a.together(a.provision, "compute")
	a.together(a.provision, "failover")
	a.noSecretInState("compute")

	full := os.Getenv("LIFEBOAT_E2E") == "full" // half an hour: give go test a -timeout
	if full {
		a.listStrategies()
	}
	a.lister.compared(t, full)
	a.whileTheOtherRegionIsDark()
	a.whileFrozen()
	a.replacementIsStopped()
	if full {
		a.cheaperStrategy()
		a.adopted()
	}
	a.failedOver()
	if full {
		a.killed()
		a.destroyed()
	}
}

// migrate moves bootstrap's state into the bucket that bootstrap made.
func (a *account) migrate() {
	a.t.Helper()
	a.moved = true
	d, err := a.dir(a.spec("bootstrap"), true)
	if err != nil {
		a.t.Fatal(err)
	}
	if text, err := os.ReadFile(filepath.Join(d.Path(), "terraform.tfstate")); err == nil && len(bytes.TrimSpace(text)) > 0 {
		a.t.Errorf("the local state is still there: %.200s", text)
	}
	if err := a.unchanged("bootstrap"); err != nil {
		a.t.Fatal(err)
	}
}

func (a *account) noSecretInState(root string) {
	a.t.Helper()
	d, err := Prepare(a.spec(root))
	if err != nil {
		a.t.Fatal(err)
	}
	state, err := d.exec.StatePull(a.t.Context())
	if err != nil || strings.Contains(state, password) || len(state) < 1000 {
		a.t.Errorf("the state of %s (%d bytes, %v) holds a password: %t", root, len(state), err, strings.Contains(state, password))
	}
}
