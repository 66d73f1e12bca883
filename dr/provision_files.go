package dr

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/adrg/xdg"

	"lifeboat/dr/config"
	"lifeboat/tf"
)

// ProvisionDir is where a run of Provision works: stack/<root> for Terraform, plans/<root>.json, events/<root>.jsonl and logs. It lies
// below the user's cache; a simulated estate's lies beside its config.
func ProvisionDir(c *config.Config, run string) string {
	if c.Simulated != nil {
		return filepath.Join(simulatedDir(c), "terraform", run)
	}
	return filepath.Join(xdg.CacheHome, "lifeboat", "terraform", c.Estate, run)
}

func planPath(dir, root string) string   { return filepath.Join(dir, "plans", root+".json") }
func eventsPath(dir, root string) string { return filepath.Join(dir, "events", root+".jsonl") }

// ReadRootPlans are the plans of a run's directory, in the order of the stack. There may be none yet.
func ReadRootPlans(dir string) ([]RootPlan, error) {
	var list []RootPlan
	for _, root := range tf.Roots {
		p, err := readRootPlan(dir, root.Name)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return nil, err
		}
		list = append(list, p)
	}
	return list, nil
}

func readRootPlan(dir, root string) (RootPlan, error) {
	var p RootPlan
	data, err := os.ReadFile(planPath(dir, root))
	if err == nil {
		err = json.Unmarshal(data, &p)
	}
	if err != nil {
		return p, fmt.Errorf("the plan of %s: %w", root, err)
	}
	return p, nil
}

func writeRootPlan(dir string, p RootPlan) error { return writeJSON(planPath(dir, p.Root), p) }

// eventsHead is the first line of a file of events: what they are of. The last line of one that is over has Over.
type eventsHead struct {
	Op    string    `json:"op"`
	Began time.Time `json:"began"`
	Over  bool      `json:"over,omitempty"`
}

// eventsWriter keeps what Terraform tells, a line an event.
type eventsWriter struct{ f *os.File }

// beginEvents begins a new file of events: whoever reads the old one sees that it is another.
func beginEvents(dir, root, op string, began time.Time) (*eventsWriter, error) {
	path := eventsPath(dir, root)
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return nil, err
	}
	f, err := os.CreateTemp(filepath.Dir(path), "."+root+"-*")
	if err != nil {
		return nil, err
	}
	w := &eventsWriter{f}
	w.put(eventsHead{Op: op, Began: began})
	return w, os.Rename(f.Name(), path)
}

// put writes a line. Events are only shown: one that could not be kept stops nothing.
func (w *eventsWriter) put(v any) {
	if line, err := json.Marshal(v); err == nil {
		_, _ = w.f.Write(append(line, '\n'))
	}
}

func (w *eventsWriter) close(op string, began time.Time) {
	w.put(eventsHead{Op: op, Began: began, Over: true})
	_ = w.f.Close()
}

// ReadProgress is how far Terraform is with a root, by the files of a run's directory. Whoever asks again and again keeps a
// ProgressReader, which reads only what was added.
func ReadProgress(dir, root string) (RootProgress, error) {
	return NewProgressReader(dir, root).Read()
}

// ProgressReader follows the events of a root.
type ProgressReader struct {
	dir, root string
	of        fs.FileInfo // the file that was read last; a new plan or apply begins another
	offset    int64
	now       RootProgress
	at        map[string]int // of now.Lines, by address
}

// NewProgressReader follows a root of a run's directory from the beginning.
func NewProgressReader(dir, root string) *ProgressReader {
	return &ProgressReader{dir: dir, root: root}
}

// Read is the progress as it is now; before anything was begun it has no Op.
func (r *ProgressReader) Read() (RootProgress, error) {
	f, err := os.Open(eventsPath(r.dir, r.root))
	if errors.Is(err, fs.ErrNotExist) {
		return RootProgress{Root: r.root}, nil
	}
	if err != nil {
		return RootProgress{}, err
	}
	defer func() { _ = f.Close() }()
	info, err := f.Stat()
	if err != nil {
		return RootProgress{}, err
	}
	if r.of == nil || !os.SameFile(r.of, info) {
		r.of, r.offset, r.at, r.now = info, 0, map[string]int{}, RootProgress{Root: r.root}
	}
	if _, err := f.Seek(r.offset, io.SeekStart); err != nil {
		return RootProgress{}, err
	}
	r.lines(f)
	now := r.now
	now.Lines, now.Problems = slices.Clone(r.now.Lines), slices.Clone(r.now.Problems)
	return now, nil
}

// lines takes in what was added. A line that is still being written waits for its end.
func (r *ProgressReader) lines(f io.Reader) {
	in := bufio.NewReader(f)
	for {
		text, err := in.ReadBytes('\n')
		if err != nil {
			return
		}
		r.offset += int64(len(text))
		if strings.HasPrefix(string(text), `{"op":`) {
			r.head(text)
			continue
		}
		var e tf.Event
		if json.Unmarshal(text, &e) == nil {
			r.now.take(e, r.at)
		}
	}
}

func (r *ProgressReader) head(text []byte) {
	var h eventsHead
	if json.Unmarshal(text, &h) != nil {
		return
	}
	r.now.Op, r.now.Began, r.now.Over = h.Op, h.Began, h.Over
	if h.Op != "apply" || h.Over {
		return
	}
	p, err := readRootPlan(r.dir, r.root)
	if err != nil {
		return // its lines come with its events
	}
	for _, c := range p.Changes {
		r.at[c.Address] = len(r.now.Lines)
		r.now.Lines = append(r.now.Lines, ResourceLine{Address: c.Address, Type: c.Type, ID: c.ID, Action: c.Action, State: LineWaiting})
	}
	r.now.Total = len(p.Changes)
}

// take adds an event. at is where each address has its line.
func (p *RootProgress) take(e tf.Event, at map[string]int) {
	switch e.Kind {
	case tf.Refreshed:
		if p.Op != "apply" {
			p.Done++
		}
	case tf.Planned, tf.Started, tf.Going, tf.Done, tf.Failed:
		p.line(e, at)
	case tf.Problem:
		p.problem(*e.Problem, at)
	}
}

var lineStates = map[tf.EventKind]LineState{
	tf.Planned: LineWaiting, tf.Started: LineGoing, tf.Going: LineGoing, tf.Done: LineDone, tf.Failed: LineFailed,
}

func (p *RootProgress) line(e tf.Event, at map[string]int) {
	i, known := at[e.Address]
	if !known {
		i = len(p.Lines)
		at[e.Address] = i
		p.Lines = append(p.Lines, ResourceLine{Address: e.Address, Type: e.Type, Action: e.Action})
	}
	l := &p.Lines[i]
	was := l.State
	l.State, l.Elapsed = lineStates[e.Kind], max(l.Elapsed, e.Elapsed)
	if e.ID != "" {
		l.ID = e.ID
	}
	if e.Kind == tf.Started {
		l.Began = e.At
	}
	if l.State == LineDone && l.Action == PlanReplace && !l.half { // the old one is gone, or the new one made: the other follows
		l.State, l.half = LineGoing, true
	}
	switch {
	case p.Op != "apply" || was == l.State:
	case l.State == LineDone:
		p.Done++
	case l.State == LineFailed:
		p.Failed++
	}
}

// problem goes to the resource that it is about, and into the list of all.
func (p *RootProgress) problem(d PlanProblem, at map[string]int) {
	p.Problems = append(p.Problems, d)
	if i, known := at[d.Address]; known && !d.Warning {
		p.Lines[i].Problem = strings.TrimSpace(d.Words())
	}
}
