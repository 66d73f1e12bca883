package tf

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"
)

// The provider cache is not made for two that fill it at once.
var filling sync.Mutex

// Init fetches the provider and opens the backend. With migrate a state that lies in the working directory is moved into
// the backend: bootstrap's, once its bucket is there.
func (d *Dir) Init(ctx context.Context, migrate bool) error {
	d.one.Lock()
	defer d.one.Unlock()
	if !d.spec.Bare {
		filling.Lock()
		defer filling.Unlock()
	}
	settings := map[string]string{}
	if b := d.spec.Backend; b != nil {
		settings["bucket"], settings["key"], settings["region"] = b.Bucket, b.Key(d.spec.Root), b.Region
		maps.Copy(settings, b.More)
	}
	return d.plainly("init", d.exec.Init(ctx, settings, migrate))
}

// PlanOptions say what is planned.
type PlanOptions struct {
	Destroy     bool
	RefreshOnly bool     // what was changed behind Terraform's back; nothing else
	Targets     []string // addresses; empty: all
	Replace     []string // addresses that are made anew though nothing of them differs
}

// Plan plans into a file of the working directory and reads it. each, where given, is told what happens meanwhile, one
// event after another. An error that Terraform explains is a *Failure.
func (d *Dir) Plan(ctx context.Context, o PlanOptions, each func(Event)) (*Plan, error) {
	d.one.Lock()
	defer d.one.Unlock()
	_ = os.Remove(filepath.Join(d.path, planFile))
	err := d.followed("plan", each, func(f *follower) error { return d.exec.Plan(ctx, o, f) })
	if err != nil {
		return nil, err
	}
	raw, err := d.exec.Planned(ctx)
	if err != nil {
		return nil, d.plainly("show", err)
	}
	p := ReadPlan(d.spec.Root, raw)
	p.File = filepath.Join(d.path, planFile)
	for i := range p.Changes {
		c := &p.Changes[i]
		c.Asked = c.Action == Replace && len(c.Because) == 0 && slices.Contains(o.Replace, c.Address)
	}
	return p, nil
}

// Digest names the file that Plan wrote, "" where there is none: what Apply applies has the same.
func (d *Dir) Digest() string {
	file, err := os.ReadFile(filepath.Join(d.path, planFile))
	if err != nil {
		return ""
	}
	sum := sha256.Sum256(file)
	return hex.EncodeToString(sum[:])
}

// Apply applies the file that Plan wrote, and nothing else. When ctx ends Terraform is interrupted: it finishes the writes
// that it is in, saves the state, lets go of the lock, and Apply returns.
func (d *Dir) Apply(ctx context.Context, each func(Event)) error {
	d.one.Lock()
	defer d.one.Unlock()
	return d.followed("apply", each, func(f *follower) error { return d.exec.Apply(ctx, f) })
}

// followed runs a command that prints events, and makes a Failure of what it said when it failed.
func (d *Dir) followed(op string, each func(Event), run func(*follower) error) error {
	log, err := d.openLog(op)
	if err != nil {
		return err
	}
	defer func() { _ = log.Close() }()
	f := &follower{each: d.discreet(each), log: func(text []byte) { _, _ = fmt.Fprintln(log, d.masked(string(text))) }}
	err = d.secret(func() error { return run(f) })
	if err == nil {
		return nil
	}
	problems := f.problems
	if len(problems) == 0 {
		problems = fromStderr(err)
	}
	return &Failure{Op: op, Root: d.spec.Root, Problems: d.maskedAll(problems), Lock: lockIn(problems), Log: log.Name(), Cause: causeOf(err)}
}

// discreet tells nobody the secrets that a provider puts into its words.
func (d *Dir) discreet(each func(Event)) func(Event) {
	if each == nil {
		return nil
	}
	return func(e Event) {
		if e.Problem != nil {
			p := *e.Problem
			p.Summary, p.Detail = d.masked(p.Summary), d.masked(p.Detail)
			e.Problem = &p
		}
		each(e)
	}
}

// plainly makes a Failure of an error of a command that prints no events.
func (d *Dir) plainly(op string, err error) error {
	if err == nil {
		return nil
	}
	problems := fromStderr(err)
	return &Failure{Op: op, Root: d.spec.Root, Problems: d.maskedAll(problems), Lock: lockIn(problems), Cause: causeOf(err)}
}

// causeOf keeps of an error what callers ask for, and not its text, which may hold what is to be masked.
func causeOf(err error) error {
	for _, kept := range []error{context.Canceled, context.DeadlineExceeded, os.ErrNotExist, os.ErrPermission} {
		if errors.Is(err, kept) {
			return kept
		}
	}
	return nil
}

func (d *Dir) openLog(op string) (*os.File, error) {
	name := fmt.Sprintf("%s-%s-%s.jsonl", d.spec.Root, op, time.Now().UTC().Format("20060102T150405.000"))
	return os.OpenFile(filepath.Join(d.logs, name), os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
}

// masked takes out the secrets that this root was given.
func (d *Dir) masked(s string) string {
	for _, secret := range d.spec.Secrets {
		if secret != "" {
			s = strings.ReplaceAll(s, secret, "(secret)")
		}
	}
	return s
}

func (d *Dir) maskedAll(problems []Diagnostic) []Diagnostic {
	for i, p := range problems {
		problems[i].Summary, problems[i].Detail = d.masked(p.Summary), d.masked(p.Detail)
	}
	return problems
}
