package tf

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"strings"

	"github.com/hashicorp/terraform-exec/tfexec"
	tfjson "github.com/hashicorp/terraform-json"
)

// engine is Terraform in one working directory. What a plan and an apply tell is written line by line.
type engine interface {
	Init(ctx context.Context, settings map[string]string, migrate bool) error
	Plan(ctx context.Context, o PlanOptions, told io.Writer) error
	Planned(ctx context.Context) (*tfjson.Plan, error)
	Apply(ctx context.Context, told io.Writer) error
	Show(ctx context.Context) (*tfjson.State, error)
	StatePull(ctx context.Context) (string, error)
	StatePush(ctx context.Context, path string) error
	Output(ctx context.Context) (map[string]tfexec.OutputMeta, error)
	Import(ctx context.Context, address, id string) error
	StateRm(ctx context.Context, address string) error
	ForceUnlock(ctx context.Context, id string) error
	Validate(ctx context.Context) (*tfjson.ValidateOutput, error)
}

// process is a program of its own, run by terraform-exec.
type process struct{ exec *tfexec.Terraform }

func (p process) Init(ctx context.Context, settings map[string]string, migrate bool) error {
	opts := []tfexec.InitOption{tfexec.ForceCopy(migrate)}
	if !migrate {
		opts = append(opts, tfexec.Reconfigure(true))
	}
	for name, value := range settings {
		opts = append(opts, tfexec.BackendConfig(name+"="+value))
	}
	return p.exec.Init(ctx, opts...)
}

func (p process) Plan(ctx context.Context, o PlanOptions, told io.Writer) error {
	opts := []tfexec.PlanOption{tfexec.Out(planFile), tfexec.Destroy(o.Destroy), tfexec.RefreshOnly(o.RefreshOnly)}
	for _, t := range o.Targets {
		opts = append(opts, tfexec.Target(t))
	}
	for _, r := range o.Replace {
		opts = append(opts, tfexec.Replace(r))
	}
	defer p.exec.SetStdout(nil)
	_, err := p.exec.PlanJSON(ctx, told, opts...)
	return err
}

func (p process) Planned(ctx context.Context) (*tfjson.Plan, error) {
	return p.exec.ShowPlanFile(ctx, planFile)
}

func (p process) Apply(ctx context.Context, told io.Writer) error {
	defer p.exec.SetStdout(nil)
	return p.exec.ApplyJSON(ctx, told, tfexec.DirOrPlan(planFile))
}

func (p process) Show(ctx context.Context) (*tfjson.State, error) { return p.exec.Show(ctx) }

func (p process) StatePull(ctx context.Context) (string, error) { return p.exec.StatePull(ctx) }

func (p process) StatePush(ctx context.Context, path string) error {
	return p.exec.StatePush(ctx, path)
}

func (p process) Output(ctx context.Context) (map[string]tfexec.OutputMeta, error) {
	return p.exec.Output(ctx)
}

func (p process) Import(ctx context.Context, address, id string) error {
	return p.exec.Import(ctx, address, id)
}

func (p process) StateRm(ctx context.Context, address string) error {
	return p.exec.StateRm(ctx, address)
}

func (p process) ForceUnlock(ctx context.Context, id string) error {
	return p.exec.ForceUnlock(ctx, id)
}

func (p process) Validate(ctx context.Context) (*tfjson.ValidateOutput, error) {
	return p.exec.Validate(ctx)
}

// Within runs a command of Terraform's in a working directory without a process of its own, and gives its exit code. The end of ctx is
// the interrupt.
type Within func(ctx context.Context, dir string, args []string, out, errs io.Writer) int

// within is a Terraform of this very process: the stand-in, in tests whose clock a process would not know.
type within struct {
	run Within
	dir string
}

// do runs a command. Its error is what it complained of.
func (w within) do(ctx context.Context, out io.Writer, args ...string) error {
	var errs bytes.Buffer
	switch code := w.run(ctx, w.dir, args, out, &errs); {
	case code == 0 || args[0] == "plan" && code == 2:
		return nil
	case ctx.Err() != nil:
		return ctx.Err()
	}
	return errors.New(strings.TrimSpace("exit status 1\n" + errs.String()))
}

// read runs a command that prints JSON.
func (w within) read(ctx context.Context, into any, args ...string) error {
	var out bytes.Buffer
	if err := w.do(ctx, &out, args...); err != nil {
		return err
	}
	return json.Unmarshal(out.Bytes(), into)
}

func (w within) Init(ctx context.Context, settings map[string]string, migrate bool) error {
	args := []string{"init"}
	if migrate {
		args = append(args, "-force-copy")
	}
	for name, value := range settings {
		args = append(args, "-backend-config="+name+"="+value)
	}
	return w.do(ctx, io.Discard, args...)
}

func (w within) Plan(ctx context.Context, o PlanOptions, told io.Writer) error {
	args := []string{"plan", "-json", "-out=" + planFile}
	if o.Destroy {
		args = append(args, "-destroy")
	}
	if o.RefreshOnly {
		args = append(args, "-refresh-only")
	}
	for _, t := range o.Targets {
		args = append(args, "-target="+t)
	}
	for _, r := range o.Replace {
		args = append(args, "-replace="+r)
	}
	return w.do(ctx, told, args...)
}

func (w within) Planned(ctx context.Context) (*tfjson.Plan, error) {
	p := &tfjson.Plan{}
	return p, w.read(ctx, p, "show", "-json", planFile)
}

func (w within) Apply(ctx context.Context, told io.Writer) error {
	return w.do(ctx, told, "apply", "-json", planFile)
}

func (w within) Show(ctx context.Context) (*tfjson.State, error) {
	s := &tfjson.State{}
	return s, w.read(ctx, s, "show", "-json")
}

func (w within) StatePull(ctx context.Context) (string, error) {
	var out bytes.Buffer
	err := w.do(ctx, &out, "state", "pull")
	return out.String(), err
}

func (w within) StatePush(ctx context.Context, path string) error {
	return w.do(ctx, io.Discard, "state", "push", path)
}

func (w within) Output(ctx context.Context) (map[string]tfexec.OutputMeta, error) {
	out := map[string]tfexec.OutputMeta{}
	return out, w.read(ctx, &out, "output", "-json")
}

func (w within) Import(ctx context.Context, address, id string) error {
	return w.do(ctx, io.Discard, "import", address, id)
}

func (w within) StateRm(ctx context.Context, address string) error {
	return w.do(ctx, io.Discard, "state", "rm", address)
}

func (w within) ForceUnlock(ctx context.Context, id string) error {
	return w.do(ctx, io.Discard, "force-unlock", "-force", id)
}

func (w within) Validate(ctx context.Context) (*tfjson.ValidateOutput, error) {
	out := &tfjson.ValidateOutput{}
	return out, w.read(ctx, out, "validate", "-json")
}
