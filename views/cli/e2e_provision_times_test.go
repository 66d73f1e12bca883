//go:build unix

package cli_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// terraformLog is what Terraform has told of one plan or apply of a root: its own lines, under its own times.
type terraformLog struct {
	root, op string
	took     time.Duration // from when Lifeboat began it to the last line
	lines    []terraformLine
}

type terraformLine struct {
	At     time.Time `json:"@timestamp"`
	Type   string    `json:"type"`
	Change struct {
		Resource struct{ Addr string }
		Action   string
	}
	Hook struct {
		Resource struct{ Addr string }
		Action   string
	}
}

// logs are those of a run, in the order in which they were begun.
func (p *provisioner) logs(run string) (list []terraformLog) {
	p.Helper()
	paths, _ := filepath.Glob(filepath.Join(p.folder("XDG_CACHE_HOME"), "lifeboat", "terraform", "shop", run, "logs", "*.jsonl"))
	slices.SortFunc(paths, func(a, b string) int { return strings.Compare(begun(a), begun(b)) })
	for _, path := range paths {
		parts := strings.SplitN(filepath.Base(path), "-", 3) // foundation-apply-20261126T040628.761.jsonl
		began, err := time.Parse("20060102T150405.000", begun(path))
		text, readErr := os.ReadFile(path)
		if err != nil || readErr != nil || len(parts) != 3 {
			p.Fatalf("the log %s: %v %v", path, err, readErr)
		}
		l := terraformLog{root: parts[0], op: parts[1]}
		for line := range strings.Lines(string(text)) {
			var x terraformLine
			if json.Unmarshal([]byte(line), &x) == nil && !x.At.IsZero() {
				l.lines, l.took = append(l.lines, x), x.At.Sub(began)
			}
		}
		list = append(list, l)
	}
	return list
}

// begun is the time in a log's name.
func begun(path string) string {
	parts := strings.SplitN(strings.TrimSuffix(filepath.Base(path), ".jsonl"), "-", 3)
	return parts[len(parts)-1]
}

// newest is the run that was begun last.
func (p *provisioner) newest() string {
	p.Helper()
	paths, _ := filepath.Glob(filepath.Join(p.folder("XDG_STATE_HOME"), "lifeboat", "estates", "*", "runs", "*-provision*.jsonl"))
	if len(paths) == 0 {
		p.Fatal("there is no run")
	}
	slices.SortFunc(paths, func(a, b string) int { return strings.Compare(filepath.Base(a), filepath.Base(b)) })
	return strings.TrimSuffix(filepath.Base(paths[len(paths)-1]), ".jsonl")
}

// times says how long Terraform took for each plan and apply of a run, and of how many resources.
func (p *provisioner) times(run string) {
	p.Helper()
	for _, l := range p.logs(run) {
		made := 0
		for _, x := range l.lines {
			if x.Type == "planned_change" && l.op == "plan" || x.Type == "apply_complete" && x.Hook.Action != "read" {
				made++
			}
		}
		p.Logf("  %-10s %-5s %5.1f s  %3d resources", l.root, l.op, l.took.Seconds(), made)
	}
}

// note takes down what the plans of a run have anything to do with.
func (p *provisioner) note(run string) {
	p.Helper()
	for _, l := range p.logs(run) {
		for _, x := range l.lines {
			if l.op != "plan" || x.Type != "planned_change" || x.Change.Action == "read" {
				continue
			}
			if p.made[l.root] == nil {
				p.made[l.root] = map[string]bool{}
			}
			p.made[l.root][x.Change.Resource.Addr] = true
		}
	}
}

// painted keeps when a screen has first shown what became of a resource, and how long after Terraform's own line that was.
type painted struct {
	mu     sync.Mutex
	first  map[string]time.Time // by "▸ address" or "✓ address", of the phase that goes on
	lags   []time.Duration
	events int
}

// becomes matches a resource's line in an apply.
var becomes = regexp.MustCompile(`(?m)(▸|✓) (\S+) +(?:making|made|changing|changed|importing|imported) `)

func (c *painted) see(screen string) {
	now := time.Now()
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, m := range becomes.FindAllStringSubmatch(screen, -1) {
		if key := m[1] + " " + m[2]; c.first[key].IsZero() {
			if c.first == nil {
				c.first = map[string]time.Time{}
			}
			c.first[key] = now
		}
	}
}

// measured holds what a run's screens have shown against Terraform's lines, and forgets the screens. Of resources that were tried twice,
// and of roots that are applied beside the one that is shown, nothing can be told.
func (p *provisioner) measured(run string) {
	p.Helper()
	told := map[string][]time.Time{}
	for _, l := range p.logs(run) {
		mark := ""
		for _, x := range l.lines {
			if mark = map[string]string{"apply_start": "▸ ", "apply_complete": "✓ "}[x.Type]; l.op == "apply" && mark != "" && x.Hook.Action != "read" && l.root != "source" {
				key := mark + strings.ReplaceAll(x.Hook.Resource.Addr, "module.", "")
				told[key] = append(told[key], x.At)
			}
		}
	}
	p.cells.mu.Lock()
	defer p.cells.mu.Unlock()
	for key, at := range told {
		if len(at) > 1 {
			continue
		}
		p.cells.events++
		if seen := p.cells.first[key]; !seen.IsZero() {
			p.cells.lags = append(p.cells.lags, seen.Sub(at[0]))
		}
	}
	p.cells.first = nil
}

// tell says how long after Terraform's line the screen showed it.
func (c *painted) tell(t testing.TB) {
	t.Helper()
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.lags) == 0 {
		t.Fatal("no line of Terraform's was seen on the screen")
	}
	slices.Sort(c.lags)
	at := func(share float64) time.Duration {
		return c.lags[int(share*float64(len(c.lags)-1))].Round(time.Millisecond)
	}
	t.Logf("from a line of Terraform's to its cell on the screen: p50 %s, p99 %s, at most %s; %d of %d lines were seen, the others came and went between two frames or had no room",
		at(0.50), at(0.99), at(1), len(c.lags), c.events)
}
