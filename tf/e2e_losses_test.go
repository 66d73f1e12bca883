//go:build unix

package tf

import (
	"fmt"
	"path/filepath"
	"regexp"
	"strings"
	"time"
)

func (a *account) replacementIsStopped() {
	a.t.Helper()
	s := a.spec("data")
	s.Vars["database_key_arn"] = s.Vars["application_key_arn"]
	p, err := a.plan(s)
	if err != nil {
		a.t.Fatal(err)
	}
	if err := p.Guard(nil); err == nil || !strings.Contains(err.Error(), "replace the database shop-dr-db") || !strings.Contains(err.Error(), "kms_key_id") {
		a.t.Errorf("another key would replace the database: %v", err)
	}
}

// cheaperStrategy only plans: what changes, and that neither writer nor key, bucket or repository would go.
func (a *account) cheaperStrategy() {
	a.t.Helper()
	for _, root := range []string{"foundation", "data", "compute"} {
		s := a.spec(root)
		s.Vars["strategy"], s.Vars["roles_unchecked"] = "pilot-light", "the test's own sizes"
		s.Roles = regexp.MustCompile(`"(min|max)":\d+`).ReplaceAll(a.roles, []byte(`"$1":0`))
		p, err := a.plan(s)
		if err != nil {
			a.t.Errorf("%s: %v", root, err)
			continue
		}
		a.t.Logf("%s from warm standby to pilot light: %s", root, p.Counts().Words())
		for _, f := range p.Findings() {
			if f.Name != "shop-dr-db" {
				a.t.Errorf("%s would %s", root, f.Words())
			}
		}
	}
}

// unprotected is what a copy that is thrown away needs: prevent_destroy is a literal, and override files stand beside what
// they override.
const unprotected = "resource %q %q {\n  lifecycle {\n    prevent_destroy = false\n  }\n}\n"

// destroyed takes everything down, in a copy of the stack without its protection.
func (a *account) destroyed() {
	a.t.Helper()
	a.base = a.t.TempDir()
	for _, root := range []string{"failover", "compute", "data", "source", "foundation", "identity", "primary"} {
		s := a.spec(root)
		for name, value := range map[string]any{"deletion_protection": false, "skip_final_snapshot": true} {
			s.Vars[name] = value
		}
		d, err := Prepare(s)
		if err != nil {
			a.t.Fatal(err)
		}
		for module, of := range map[string]string{"key": "aws_kms_key", "registry": "aws_ecr_repository"} {
			path := filepath.Join(d.Path(), "..", "modules", module, "copy_override.tf")
			if err := put(path, []byte(fmt.Sprintf(unprotected, of, "this"))); err != nil {
				a.t.Fatal(err)
			}
		}
		if err := a.takeDown(d); err != nil {
			a.t.Fatalf("%s: %v", root, err)
		}
	}
}

// takeDown gives up the protection, and then the root.
func (a *account) takeDown(d *Dir) error {
	begin := time.Now()
	if err := d.Init(a.t.Context(), false); err != nil {
		return err
	}
	for _, o := range []PlanOptions{{}, {Destroy: true}} {
		p, err := d.Plan(a.t.Context(), o, nil)
		if err != nil {
			return err
		}
		if err := d.Apply(a.t.Context(), nil); err != nil {
			return err
		}
		a.t.Logf("%-10s %s (%.0f s)", d.spec.Root, p.Counts().Words(), time.Since(begin).Seconds())
	}
	left, err := d.State(a.t.Context())
	if err != nil || len(left) > 0 {
		return fmt.Errorf("%d resources are left in the state, %v", len(left), err)
	}
	return nil
}
