package terraform

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"
)

// session is one run of the stand-in.
type session struct {
	sim    simulator
	estate Estate
	dir    string
	name   string // the root's
	out    io.Writer
	errs   io.Writer
	say    *printer
	vars   variables

	pause   func(time.Duration)    // between two looks at an order
	stopped func() <-chan struct{} // closed when no more is to be begun
}

// Main runs one command of Terraform's against the simulator whose director is at address, and gives the exit code.
func Main(address string, args []string, out, errs io.Writer) int {
	dir, err := os.Getwd()
	if err != nil {
		_, _ = fmt.Fprintln(errs, err)
		return 1
	}
	s := newSession(simulator{address: address, client: http.DefaultClient}, dir, out, errs)
	s.pause, s.stopped = time.Sleep, s.interrupted
	return s.main(context.Background(), args)
}

func newSession(of simulator, dir string, out, errs io.Writer) *session {
	return &session{sim: of, dir: dir, name: filepath.Base(dir), out: out, errs: errs, say: &printer{out: out}}
}

func (s *session) main(ctx context.Context, args []string) int {
	code, err := s.run(ctx, args)
	if err == nil {
		return code
	}
	s.complain(args, err)
	return 1
}

// complain says what went wrong: as a line where lines were asked for, in words else.
func (s *session) complain(args []string, err error) {
	var p problem
	if !errors.As(err, &p) {
		p = problem{Summary: err.Error()}
	}
	if slices.Contains(args, "-json") && (args[0] == "plan" || args[0] == "apply") {
		s.say.problem(p)
		return
	}
	_, _ = fmt.Fprintf(s.errs, "\n%s\n", p.Error())
}

var commands = map[string]func(s *session, ctx context.Context, args []string) (int, error){
	"version": (*session).version, "init": (*session).init, "plan": (*session).planIt, "show": (*session).show, "apply": (*session).applyIt,
	"output": (*session).output, "state": (*session).stateOf, "import": (*session).importIt, "force-unlock": (*session).unlock, "validate": (*session).validate,
}

func (s *session) run(ctx context.Context, args []string) (int, error) {
	if len(args) == 0 || commands[args[0]] == nil {
		return 0, problem{Summary: "The stand-in for Terraform has no such command", Detail: strings.Join(args, " ")}
	}
	return commands[args[0]](s, ctx, args[1:])
}

// rooted finds out which root this is, and what the account is.
func (s *session) rooted(ctx context.Context) (root Root, err error) {
	root, ok := list.Roots[s.name]
	if !ok {
		return root, problem{Summary: "No configuration files", Detail: fmt.Sprintf("%s is no root of the stack, and the stand-in knows no other.", s.name)}
	}
	s.estate, err = s.sim.estate(ctx)
	return root, err
}

// opened also reads what variables were given.
func (s *session) opened(ctx context.Context) (root Root, b *backend, err error) {
	if root, err = s.rooted(ctx); err != nil {
		return root, nil, err
	}
	if s.vars, err = given(s.dir); err != nil {
		return root, nil, err
	}
	b, err = opened(s.dir, s.sim)
	return root, b, err
}

// split takes flags (-name or -name=value) from what they are about.
func split(args []string) (flags map[string][]string, rest []string) {
	flags = map[string][]string{}
	for i := 0; i < len(args); i++ {
		name, value, _ := strings.Cut(strings.TrimLeft(args[i], "-"), "=")
		switch {
		case !strings.HasPrefix(args[i], "-"):
			rest = append(rest, args[i])
		case name == "var" && value == "" && i+1 < len(args):
			i++
			flags[name] = append(flags[name], args[i])
		default:
			flags[name] = append(flags[name], value)
		}
	}
	return flags, rest
}

func on(flags map[string][]string, name string) bool {
	values, given := flags[name]
	return given && values[len(values)-1] != "false"
}

func (s *session) version(_ context.Context, args []string) (int, error) {
	if !slices.Contains(args, "-json") {
		_, err := fmt.Fprintf(s.out, "Terraform v%s\nSIMULATED: Lifeboat's stand-in, which makes nothing real\n", list.Terraform)
		return 0, err
	}
	return 0, s.print(map[string]any{"terraform_version": list.Terraform, "platform": "simulated", "provider_selections": map[string]string{}, "terraform_outdated": false})
}

func (s *session) print(v any) error {
	text, err := json.Marshal(v)
	if err != nil {
		return err
	}
	_, err = s.out.Write(append(text, '\n'))
	return err
}

func (s *session) init(ctx context.Context, args []string) (int, error) {
	if _, err := s.rooted(ctx); err != nil {
		return 0, err
	}
	flags, _ := split(args)
	b := &backend{dir: s.dir, sim: s.sim}
	for _, setting := range flags["backend-config"] {
		name, value, _ := strings.Cut(setting, "=")
		switch name {
		case "bucket":
			b.Bucket = value
		case "key":
			b.Key = value
		case "region":
			b.Region = value
		}
	}
	if _, err := b.load(ctx); err != nil {
		return 0, err
	}
	if on(flags, "force-copy") && b.Bucket != "" {
		if err := s.migrate(ctx, b); err != nil {
			return 0, err
		}
	}
	if err := b.keep(); err != nil {
		return 0, err
	}
	_, err := fmt.Fprintln(s.out, "\nInitializing the backend...\n\nTerraform has been successfully initialized! (SIMULATED)")
	return 0, err
}

// migrate moves a state that lies in the working directory into the bucket.
func (s *session) migrate(ctx context.Context, to *backend) error {
	from := &backend{dir: s.dir, sim: s.sim}
	old, err := from.load(ctx)
	if err != nil || len(old.Instances) == 0 {
		return err
	}
	old.Serial--
	if err := to.save(ctx, old); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(s.dir, localState), nil, 0o600)
}

func (s *session) planIt(ctx context.Context, args []string) (int, error) {
	flags, _ := split(args)
	o := options{destroy: on(flags, "destroy"), refreshOnly: on(flags, "refresh-only"), targets: flags["target"], anew: flags["replace"], json: on(flags, "json")}
	if out := flags["out"]; len(out) > 0 {
		o.out = out[0]
	}
	s.say.version()
	root, b, err := s.opened(ctx)
	if err != nil {
		return 0, err
	}
	if missing := s.vars.complete(root); len(missing) > 0 {
		for _, p := range missing[:len(missing)-1] {
			s.say.problem(p)
		}
		return 0, missing[len(missing)-1]
	}
	release, err := b.take(ctx, "OperationTypePlan")
	if err != nil {
		return 0, err
	}
	defer release()
	return s.planned(ctx, root, b, o)
}

// planned makes the plan, tells and saves it. Its code says whether there is anything to do.
func (s *session) planned(ctx context.Context, root Root, b *backend, o options) (int, error) {
	st, err := b.load(ctx)
	if err != nil {
		return 0, err
	}
	p := &planner{session: s, o: o, vars: s.vars, root: root, state: st}
	if p.imports, err = imports(s.dir); err != nil {
		return 0, err
	}
	plan := saved{Root: s.name, Serial: st.Serial, Lineage: st.Lineage, Prior: map[string]*seenT{}, Destroy: o.destroy}
	if err := p.refresh(ctx); err != nil {
		return 0, err
	}
	for _, c := range p.drift {
		plan.Prior[c.Address] = &seenT{Values: c.After}
	}
	failed := p.plan(ctx)
	s.tell(p)
	if failed != nil {
		return 0, failed
	}
	refusal, err := s.vars.refusal(ctx, s.sim)
	if err != nil {
		return 0, err
	}
	if refusal != "" {
		return 0, problem{Summary: "Module output value precondition failed", Detail: refusal, File: "roles.tf"}
	}
	return s.keepPlan(p, plan, st.Outputs)
}

// tell prints what a plan would do.
func (s *session) tell(p *planner) {
	var n counts
	for _, c := range p.drift {
		s.say.planned(c, true)
	}
	for _, address := range p.addresses() {
		if c := p.changes[address]; c.Do != nothing || c.Import != "" {
			s.say.planned(c, false)
			n.count(c)
		}
	}
	s.say.counts("plan", n)
}

func (s *session) keepPlan(p *planner, plan saved, old map[string]any) (int, error) {
	now := map[string]any{}
	if !p.o.destroy {
		now = outputs(s.name, s.vars, s.estate, p.attribute)
	}
	told := map[string]fields{}
	for name := range union(old, now) {
		action := "noop"
		if slices.Contains(changed(old, now), name) {
			action = actionOf(old, now, name)
		}
		told[name] = fields{"sensitive": false, "action": action}
	}
	s.say.outputs(told)
	for _, address := range p.addresses() {
		plan.Changes = append(plan.Changes, p.changes[address])
	}
	shown := p.shown(old, now)
	if p.o.out != "" {
		shown["standin"] = plan
		text, err := json.Marshal(shown)
		if err != nil {
			return 0, err
		}
		if err := os.WriteFile(filepath.Join(s.dir, p.o.out), text, 0o600); err != nil {
			return 0, err
		}
	}
	if p.applies(old, now) {
		return 2, nil
	}
	return 0, nil
}

func (s *session) show(ctx context.Context, args []string) (int, error) {
	_, rest := split(args)
	if len(rest) > 0 {
		shown, err := readPlan(filepath.Join(s.dir, rest[0]))
		if err != nil {
			return 0, err
		}
		delete(shown, "standin")
		return 0, s.print(shown)
	}
	_, b, err := s.opened(ctx)
	if err != nil {
		return 0, err
	}
	st, err := b.load(ctx)
	if err != nil {
		return 0, err
	}
	return 0, s.print(st.shown())
}

func readPlan(path string) (map[string]json.RawMessage, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, problem{Summary: "Failed to load plan", Detail: err.Error()}
	}
	shown := map[string]json.RawMessage{}
	if json.Unmarshal(text, &shown) != nil || shown["standin"] == nil {
		return nil, problem{Summary: "Failed to load plan", Detail: filepath.Base(path) + " is no plan of the stand-in's."}
	}
	return shown, nil
}

func (s *session) applyIt(ctx context.Context, args []string) (int, error) {
	_, rest := split(args)
	s.say.version()
	root, b, err := s.opened(ctx)
	if err != nil {
		return 0, err
	}
	if len(rest) != 1 {
		return 0, problem{Summary: "The stand-in applies saved plans only", Detail: "Give the file that plan -out wrote."}
	}
	shown, err := readPlan(filepath.Join(s.dir, rest[0]))
	if err != nil {
		return 0, err
	}
	var plan saved
	if err := json.Unmarshal(shown["standin"], &plan); err != nil {
		return 0, err
	}
	s.vars.complete(root)
	release, err := b.take(ctx, "OperationTypeApply")
	if err != nil {
		return 0, err
	}
	defer release()
	return s.applied(ctx, b, plan)
}

// applied makes a saved plan's changes and keeps the state, whatever came of them.
func (s *session) applied(ctx context.Context, b *backend, plan saved) (int, error) {
	stopped := s.stopped() // before anything is told: who hears of it may interrupt at once
	st, err := b.load(ctx)
	if err != nil {
		return 0, err
	}
	if st.Serial != plan.Serial || st.Serial > 0 && st.Lineage != plan.Lineage {
		return 0, problem{
			Summary: "Saved plan is stale",
			Detail:  "The given plan file can no longer be applied because the state was changed by another operation after the plan was created.",
		}
	}
	for address, seen := range plan.Prior {
		if i := st.Instances[address]; i != nil && seen.Values != nil {
			i.Values = seen.Values
		} else {
			delete(st.Instances, address)
		}
	}
	for _, c := range plan.Changes {
		if c.Do != nothing || c.Import != "" {
			s.say.planned(c, false)
		}
	}
	a := &applier{session: s, plan: plan, backend: b, state: st, stopped: stopped}
	problems := a.apply(ctx)
	s.concluded(a)
	if err := b.save(ctx, st); err != nil {
		return 0, err
	}
	select {
	case <-a.stopped:
		problems = append(problems, problem{Summary: "execution halted"})
	default:
	}
	for _, p := range problems {
		s.say.problem(p)
	}
	if len(problems) > 0 {
		return 1, nil
	}
	s.say.counts("apply", a.counts)
	told := map[string]fields{}
	for name, v := range st.Outputs {
		told[name] = fields{"sensitive": false, "type": typeOfValue(v), "value": v}
	}
	s.say.outputs(told)
	return 0, nil
}

// concluded computes the outputs of what is there now.
func (s *session) concluded(a *applier) {
	if a.plan.Destroy {
		a.state.Outputs = map[string]any{}
		return
	}
	a.state.Outputs = outputs(s.name, s.vars, s.estate, func(address, name string) any {
		if i := a.state.Instances[address]; i != nil {
			return i.Values[name]
		}
		return nil
	})
}

// interrupted is closed by the first interrupt; the second ends the program as it stands, and leaves the lock.
func (s *session) interrupted() <-chan struct{} {
	signals, stopped := make(chan os.Signal, 2), make(chan struct{})
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	go func() {
		<-signals
		s.say.line("info", "\nInterrupt received.\nPlease wait for Terraform to exit or data loss may occur.\nGracefully shutting down...\n", "log", nil)
		close(stopped)
		<-signals
		s.say.line("info", "\nTwo interrupts received. Exiting immediately. Note that data loss may have occurred.\n", "log", nil)
		os.Exit(1)
	}()
	return stopped
}
