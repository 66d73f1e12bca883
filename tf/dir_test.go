package tf

import (
	"context"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func TestARootGetsItsOwnVariablesItsRolesAndNoOthers(t *testing.T) {
	d := faked(t, "well", Spec{Vars: map[string]any{"estate": "shop", "vpc_id": "vpc-1"}, Roles: []byte(`{"roles_version":1}`)})
	text, err := os.ReadFile(filepath.Join(d.Path(), varsFile))
	if err != nil {
		t.Fatal(err)
	}
	var vars map[string]any
	if err := json.Unmarshal(text, &vars); err != nil || vars["estate"] != "shop" || len(vars) != 1 {
		t.Errorf("%v, %v: data has no vpc_id", vars, err)
	}
	if _, err := os.Stat(filepath.Join(d.Path(), rolesFile)); err != nil {
		t.Error(err)
	}
	if _, err := os.Stat(filepath.Join(d.Path(), "..", "modules", "postgres", "main.tf")); err != nil {
		t.Errorf("the modules are not beside the root: %v", err)
	}
	d.spec.Roles = nil
	if _, err := Prepare(d.spec); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(d.Path(), rolesFile)); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("an old roles file is left: %v", err)
	}
	if _, err := Prepare(Spec{Root: "nowhere", Base: t.TempDir()}); err == nil {
		t.Error("a root that is not there is prepared")
	}
}

func TestEverythingThatIsWrittenIsForThisUserOnly(t *testing.T) {
	d := faked(t, "well", Spec{})
	err := filepath.WalkDir(d.spec.Base, func(path string, e fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := e.Info()
		if err == nil && path != d.spec.Base && info.Mode().Perm()&0o077 != 0 {
			t.Errorf("%s: %s", path, info.Mode())
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestWhatElseIsInTheEnvironmentDoesNotChangeAPlan(t *testing.T) {
	for _, name := range []string{"TF_VAR_estate", "TF_CLI_ARGS", "TF_CLI_ARGS_plan", "TF_WORKSPACE", "TF_LOG"} {
		t.Setenv(name, "mine")
	}
	d := faked(t, "well", Spec{Env: map[string]string{"AWS_ENDPOINT_URL": "http://127.0.0.1:1"}})
	env, err := d.environment()
	if err != nil {
		t.Fatal(err)
	}
	for name, value := range env {
		if value == "mine" {
			t.Errorf("%s comes through", name)
		}
	}
	if env["AWS_ENDPOINT_URL"] == "" || env["PATH"] == "" || env["TF_CLI_CONFIG_FILE"] == "" || env["TF_PLUGIN_CACHE_DIR"] == "" {
		t.Errorf("something is missing in %v", env)
	}
}

func TestAStateIsWhereTheSpecSays(t *testing.T) {
	bucket := &Backend{Bucket: "shop-state", Region: "us-west-2"}
	for _, c := range []struct {
		root    string
		backend *Backend
		want    string
	}{
		{"bootstrap", nil, ""}, {"bootstrap", bucket, `backend "s3"`}, {"data", nil, `backend "local"`}, {"data", bucket, ""},
	} {
		d := faked(t, "well", Spec{Root: c.root, Backend: c.backend})
		text, err := os.ReadFile(filepath.Join(d.Path(), overrideFile))
		if c.want == "" && !errors.Is(err, fs.ErrNotExist) || c.want != "" && !strings.Contains(string(text), c.want) {
			t.Errorf("%s with %v: %q, %v", c.root, c.backend, text, err)
		}
	}
	if got := bucket.Key("data"); got != "terraform/data.tfstate" {
		t.Error(got)
	}
}

func TestAPlanIsMadeReadAndThenAppliedFromItsFile(t *testing.T) {
	d := faked(t, "well", Spec{})
	if err := d.Apply(t.Context(), nil); err == nil {
		t.Error("without a plan there is nothing to apply")
	}
	var planned, applied []Event
	p, err := d.Plan(t.Context(), PlanOptions{}, func(e Event) { planned = append(planned, e) })
	if err != nil {
		t.Fatal(err)
	}
	if len(p.Changes) != 6 || p.Root != "data" || filepath.Dir(p.File) != d.Path() || len(planned) != 8 {
		t.Errorf("%d changes of %s in %s, %d events", len(p.Changes), p.Root, p.File, len(planned))
	}
	err = d.Apply(t.Context(), func(e Event) { applied = append(applied, e) })
	var f *Failure
	if !errors.As(err, &f) || f.Op != "apply" || len(f.Problems) != 2 || strings.Join(f.Existing(), "") != "aws_cloudwatch_log_group.x" || len(applied) != 9 {
		t.Errorf("%v, %d events", err, len(applied))
	}
}

func TestASecretIsThereForAnApplyAndNowhereElse(t *testing.T) {
	d := faked(t, "well", Spec{Secrets: map[string]string{"grafana_password": "correct-horse-battery"}})
	if _, err := d.Plan(t.Context(), PlanOptions{}, nil); err != nil {
		t.Fatal(err)
	}
	err := d.Apply(t.Context(), nil)
	var f *Failure
	if !errors.As(err, &f) || !strings.Contains(f.Problems[0].Detail, "(secret)") {
		t.Fatalf("the stand-in was not given the secret: %v", err)
	}
	if strings.Contains(err.Error(), "correct-horse") {
		t.Errorf("an error tells it: %v", err)
	}
	err = filepath.WalkDir(d.spec.Base, func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		text, err := os.ReadFile(path)
		if strings.Contains(string(text), "correct-horse") {
			t.Errorf("%s holds it", path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestAnInterruptedApplyFinishesWhatItIsWriting(t *testing.T) {
	d := faked(t, "interrupted", Spec{})
	if _, err := d.Plan(t.Context(), PlanOptions{}, nil); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	var seen []EventKind
	err := d.Apply(ctx, func(e Event) {
		seen = append(seen, e.Kind)
		if e.Kind == Started {
			cancel()
		}
	})
	if !errors.Is(err, context.Canceled) || !slices.Contains(seen, Done) {
		t.Errorf("%v after %v", err, seen)
	}
}

func TestAStateThatAnotherHoldsSaysSo(t *testing.T) {
	d := faked(t, "locked", Spec{})
	_, err := d.Plan(t.Context(), PlanOptions{}, nil)
	if l := LockOf(err); l == nil || l.Who != "ada@bridge" {
		t.Errorf("%v", err)
	}
	var f *Failure
	if errors.As(err, &f) {
		if _, err := os.Stat(f.Log); err != nil {
			t.Errorf("the log that the failure names: %v", err)
		}
	}
}
