package dr

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"lifeboat/dr/config"
	"lifeboat/dr/runbook"
)

func rolesConfig() *config.Config {
	c := &config.Config{Strategy: config.WarmStandby, Services: []config.Service{{Name: "backend", Full: 2, Standby: 1, Writes: true}}}
	c.Regions.Primary.Name, c.Regions.Standby.Name = east, west
	return c
}

func TestTheFirstRolesAreTheEstateAsItWasBuilt(t *testing.T) {
	s := fileRoles{path: filepath.Join(t.TempDir(), rolesFile)}
	if err := changeRoles(t.Context(), s, rolesConfig(), func(r *Roles) bool { r.Frozen = "run"; return true }); err != nil {
		t.Fatal(err)
	}
	r, mark, err := s.Read(t.Context())
	if err != nil || mark == "" {
		t.Fatal(mark, err)
	}
	if r.Version != 1 || r.Writer != east || r.Serving != east || r.Frozen != "run" || r.Capacity[west]["backend"] != (Capacity{1, 4}) {
		t.Errorf("%+v", r)
	}
}

func TestRolesThatAreSoAlreadyAreNotWrittenAgain(t *testing.T) {
	s := fileRoles{path: filepath.Join(t.TempDir(), rolesFile)}
	if err := changeRoles(t.Context(), s, rolesConfig(), func(*Roles) bool { return false }); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(s.path); err == nil {
		t.Error("a file was written though nothing changed")
	}
}

func TestAWriteThatLostARaceBeginsAnewFromWhatTheOtherWrote(t *testing.T) {
	b := &bucketInMemory{}
	s := objectRoles{objects: b, key: "k", home: west, local: fileRoles{path: filepath.Join(t.TempDir(), rolesFile)}}
	rounds := 0
	err := changeRoles(t.Context(), s, rolesConfig(), func(r *Roles) bool {
		if rounds++; rounds == 1 {
			other := func(r *Roles) bool { r.Serving = west; return true }
			if err := changeRoles(t.Context(), s, rolesConfig(), other); err != nil {
				t.Fatal(err)
			}
		}
		r.Writer = west
		return true
	})
	r, _, readErr := s.Read(t.Context())
	if err := errors.Join(err, readErr); err != nil || rounds != 2 || r.Version != 2 || r.Serving != west || r.Writer != west {
		t.Errorf("%d rounds, %+v, %v", rounds, r, err)
	}
	if local, _, err := s.local.Read(t.Context()); err != nil || local.Version != 2 {
		t.Errorf("this machine's copy is %+v, %v", local, err)
	}
}

func TestARolesFileThatIsNoneChangesNothingAndIsNamed(t *testing.T) {
	s := fileRoles{path: filepath.Join(t.TempDir(), rolesFile)}
	for _, text := range []string{"", "{", `{"roles_version": "x"}`, `{"writer": "us-east-1"}`} {
		if err := os.WriteFile(s.path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		err := changeRoles(t.Context(), s, rolesConfig(), func(r *Roles) bool { r.Version = 9; return true })
		if err == nil || !strings.Contains(err.Error(), s.path) {
			t.Errorf("%q: %v", text, err)
		}
		if now, _ := os.ReadFile(s.path); string(now) != text {
			t.Errorf("%q was changed to %q", text, now)
		}
	}
}

// bucketInMemory is one object with conditional writes.
type bucketInMemory struct {
	body []byte
	etag int
}

func (b *bucketInMemory) PutIfAbsent(_ context.Context, _ string, body []byte) error {
	if b.etag > 0 {
		return runbook.ErrPrecondition
	}
	b.body, b.etag = body, 1
	return nil
}

func (b *bucketInMemory) PutIfMatch(_ context.Context, _, etag string, body []byte) error {
	if etag != strings.Repeat("e", b.etag) {
		return runbook.ErrPrecondition
	}
	b.body, b.etag = body, b.etag+1
	return nil
}

func (b *bucketInMemory) Get(context.Context, string) (runbook.Object, error) {
	return runbook.Object{Found: b.etag > 0, Body: b.body, ETag: strings.Repeat("e", b.etag)}, nil
}

func (b *bucketInMemory) List(context.Context, string, string, string) ([]string, error) {
	return nil, nil
}
