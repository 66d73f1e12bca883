package dr

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"

	"lifeboat/dr/config"
	"lifeboat/dr/runbook"
)

const rolesFile = "roles.auto.tfvars.json"

// Roles says who writes and how many tasks run where. Terraform reads the file as variables, so that a plan agrees with what
// a run has changed; its version grows with every change, and a root refuses a file that is older than the newest.
type Roles struct {
	Version int    `json:"roles_version"`
	Writer  string `json:"writer_region"`  // the writer of record
	Serving string `json:"serving_region"` // where users are sent
	Frozen  string `json:"frozen_by"`      // the run during which nothing may be applied; "" none
	// NoStandby says that nothing follows the writer: from a promotion until a standby was made anew.
	NoStandby bool                           `json:"no_standby,omitempty"`
	Capacity  map[string]map[string]Capacity `json:"capacity"` // region -> the estate's service
}

// Capacity is the floor and ceiling of a service's number of tasks.
type Capacity struct {
	Min int `json:"min"`
	Max int `json:"max"`
}

// RolesStore keeps the roles file. Mark is what a write must find unchanged; "" where there is no file.
type RolesStore interface {
	Read(ctx context.Context) (r Roles, mark string, err error)
	// Write replaces what Read saw. It fails with ErrRolesChanged where somebody else has written meanwhile.
	Write(ctx context.Context, r Roles, mark string) error
	// Home is the region that answers for it; "" for this machine.
	Home() string
}

// ErrRolesChanged is a roles file that somebody else has written.
var ErrRolesChanged = errors.New("the roles file was changed by somebody else meanwhile")

// firstRoles are those of an estate that never had a file: as it was built.
func firstRoles(c *config.Config) Roles {
	p, s := c.Regions.Primary.Name, c.Regions.Standby.Name
	r := Roles{Writer: p, Serving: p, Capacity: map[string]map[string]Capacity{p: {}, s: {}}}
	for _, v := range c.Services {
		r.Capacity[p][v.Name] = Capacity{Min: v.Full, Max: ceiling(v.Full)}
		if c.Strategy == config.WarmStandby { // the others rest without tasks: room for any would make a pilot light burn
			r.Capacity[s][v.Name] = Capacity{Min: v.Standby, Max: ceiling(v.Full)}
		} else {
			r.Capacity[s][v.Name] = Capacity{}
		}
	}
	return r
}

// ceiling is how many tasks a service may grow to where nothing says it: twice its full size, four at least.
func ceiling(full int) int { return max(2*full, 4) }

// change reads the roles, lets f change them and writes them back with the next version. f says false where they already are
// as it wants them. A write that lost a race begins anew; c gives the roles of an estate that has none yet.
func changeRoles(ctx context.Context, s RolesStore, c *config.Config, f func(*Roles) bool) error {
	for {
		r, mark, err := s.Read(ctx)
		if err != nil {
			return err
		}
		if mark == "" {
			r = firstRoles(c)
		}
		if !f(&r) {
			return nil
		}
		r.Version++
		if err := s.Write(ctx, r, mark); !errors.Is(err, ErrRolesChanged) || ctx.Err() != nil {
			return err
		}
	}
}

// fileRoles is the file on this machine.
type fileRoles struct{ path string }

func (fileRoles) Home() string { return "" }

func (f fileRoles) Read(context.Context) (r Roles, mark string, err error) {
	data, err := os.ReadFile(f.path)
	if errors.Is(err, fs.ErrNotExist) {
		return r, "", nil
	}
	if err != nil {
		return r, "", err
	}
	r, err = readRoles(f.path, data)
	return r, string(data), err
}

func readRoles(where string, data []byte) (r Roles, err error) {
	d := json.NewDecoder(strings.NewReader(string(data)))
	d.DisallowUnknownFields()
	if err = d.Decode(&r); err != nil {
		return r, fmt.Errorf("the roles file %s cannot be read: %w; restore it from its earlier version", where, err)
	}
	return r, nil
}

func (f fileRoles) Write(ctx context.Context, r Roles, mark string) error {
	_, now, err := f.Read(ctx)
	if err != nil {
		return err
	}
	if now != mark {
		return ErrRolesChanged
	}
	return writeJSON(f.path, r)
}

// objectRoles is the file in a bucket, with a copy on this machine for the hour in which the bucket does not answer.
type objectRoles struct {
	objects runbook.Objects
	key     string
	home    string
	local   fileRoles
}

func (o objectRoles) Home() string { return o.home }

func (o objectRoles) Read(ctx context.Context) (r Roles, mark string, err error) {
	r, mark, err = o.read(ctx)
	if err == nil && mark != "" {
		err = o.remember(ctx, r)
	}
	return r, mark, err
}

func (o objectRoles) read(ctx context.Context) (r Roles, mark string, err error) {
	v, err := o.objects.Get(ctx, o.key)
	if err != nil || !v.Found {
		return r, "", err
	}
	r, err = readRoles(o.key, v.Body)
	return r, v.ETag, err
}

// remember keeps what was read as this machine's copy, where that is older.
func (o objectRoles) remember(ctx context.Context, r Roles) error {
	if had, mark, err := o.local.Read(ctx); err == nil && mark != "" && had.Version >= r.Version {
		return nil
	}
	return writeJSON(o.local.path, r)
}

func (o objectRoles) Write(ctx context.Context, r Roles, mark string) error {
	body, err := json.MarshalIndent(r, "", "  ")
	if err != nil {
		return err
	}
	if mark == "" {
		err = o.objects.PutIfAbsent(ctx, o.key, body)
	} else {
		err = o.objects.PutIfMatch(ctx, o.key, mark, body)
	}
	if errors.Is(err, runbook.ErrPrecondition) {
		return ErrRolesChanged
	}
	if err != nil {
		return err
	}
	return writeJSON(o.local.path, r)
}
