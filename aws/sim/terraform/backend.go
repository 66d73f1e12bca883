package terraform

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/user"
	"path/filepath"
	"time"
)

// backend is where a root's state is: an object in a simulated bucket, or a file in the working directory.
type backend struct {
	Bucket string `json:"bucket,omitempty"` // "": a file
	Key    string `json:"key,omitempty"`
	Region string `json:"region,omitempty"`

	dir string
	sim simulator
}

const (
	localState = "terraform.tfstate"
	localLock  = ".terraform.tfstate.lock.info"
	initiated  = ".terraform/terraform.tfstate" // where Terraform keeps what init was told
)

// initFile is what init leaves, in Terraform's own form.
type initFile struct {
	Version int `json:"version"`
	Backend struct {
		Type   string  `json:"type"`
		Config backend `json:"config"`
	} `json:"backend"`
}

// opened is the backend that init was told of.
func opened(dir string, sim simulator) (*backend, error) {
	text, err := os.ReadFile(filepath.Join(dir, initiated))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, problem{
			Summary: `Backend initialization required, please run "terraform init"`,
			Detail:  "Reason: Initial configuration of the requested backend",
		}
	}
	if err != nil {
		return nil, err
	}
	var f initFile
	if err := json.Unmarshal(text, &f); err != nil {
		return nil, fmt.Errorf("%s: %w", initiated, err)
	}
	b := f.Backend.Config
	b.dir, b.sim = dir, sim
	return &b, nil
}

// keep writes down what init was told.
func (b *backend) keep() error {
	f := initFile{Version: 3}
	f.Backend.Type, f.Backend.Config = "local", *b
	if b.Bucket != "" {
		f.Backend.Type = "s3"
	}
	text, err := json.MarshalIndent(f, "", "  ")
	if err != nil {
		return err
	}
	path := filepath.Join(b.dir, initiated)
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	return os.WriteFile(path, text, 0o600)
}

// load reads the state; a new one where there is none.
func (b *backend) load(ctx context.Context) (*state, error) {
	var text []byte
	var err error
	if b.Bucket == "" {
		text, err = os.ReadFile(filepath.Join(b.dir, localState))
		if errors.Is(err, fs.ErrNotExist) {
			return newState(), nil
		}
	} else {
		text, err = b.sim.read(ctx, b.Bucket, b.Key)
	}
	switch {
	case errors.Is(err, errNone):
		return newState(), nil
	case errors.Is(err, errNoBucket):
		return nil, b.noBucket()
	case err != nil:
		return nil, problem{Summary: "Error loading state", Detail: err.Error()}
	}
	return readState(text)
}

func (b *backend) noBucket() error {
	return problem{
		Summary: fmt.Sprintf("Failed to get existing workspaces: S3 bucket %q does not exist.", b.Bucket),
		Detail: "The referenced S3 bucket must have been previously created. If the S3 bucket\n" +
			"was created within the last minute, please wait for a minute or two and try\nagain.",
	}
}

// save writes the state as its next version.
func (b *backend) save(ctx context.Context, s *state) error {
	s.Serial++
	text, err := s.write()
	if err != nil {
		return err
	}
	if b.Bucket == "" {
		return os.WriteFile(filepath.Join(b.dir, localState), text, 0o600)
	}
	return b.sim.write(ctx, File{Bucket: b.Bucket, Key: b.Key, Body: text, Type: "application/json"})
}

// lock is who holds a state, as Terraform writes it beside the state.
type lock struct {
	ID        string
	Operation string
	Info      string
	Who       string
	Version   string
	Created   time.Time
	Path      string
}

// take locks the state, or says who holds it.
func (b *backend) take(ctx context.Context, operation string) (release func(), err error) {
	l := lock{ID: uuid(), Operation: operation, Who: whoami(), Version: list.Terraform, Created: time.Now().UTC(), Path: localState}
	if b.Bucket != "" {
		l.Path = b.Bucket + "/" + b.Key
	}
	text, err := json.Marshal(l)
	if err != nil {
		return nil, err
	}
	if b.Bucket == "" {
		err = exclusive(filepath.Join(b.dir, localLock), text)
	} else {
		err = b.sim.write(ctx, File{Bucket: b.Bucket, Key: b.Key + ".tflock", Body: text, New: true, Type: "application/json"})
	}
	switch {
	case errors.Is(err, errThere):
		return nil, b.held(ctx)
	case errors.Is(err, errNoBucket):
		return nil, b.noBucket()
	case err != nil:
		return nil, problem{Summary: "Error acquiring the state lock", Detail: "Error message: " + err.Error()}
	}
	return func() { _ = b.release(context.WithoutCancel(ctx)) }, nil
}

func exclusive(path string, text []byte) error {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if errors.Is(err, fs.ErrExist) {
		return errThere
	}
	if err != nil {
		return err
	}
	_, err = f.Write(text)
	return errors.Join(err, f.Close())
}

func (b *backend) release(ctx context.Context) error {
	if b.Bucket == "" {
		return os.Remove(filepath.Join(b.dir, localLock))
	}
	return b.sim.remove(ctx, b.Bucket, b.Key+".tflock")
}

// holder reads the lock; nil where there is none.
func (b *backend) holder(ctx context.Context) (*lock, error) {
	var text []byte
	var err error
	if b.Bucket == "" {
		text, err = os.ReadFile(filepath.Join(b.dir, localLock))
	} else {
		text, err = b.sim.read(ctx, b.Bucket, b.Key+".tflock")
	}
	if errors.Is(err, errNone) || errors.Is(err, errNoBucket) || errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var l lock
	if err := json.Unmarshal(text, &l); err != nil {
		return nil, fmt.Errorf("the lock of the state cannot be read: %w", err)
	}
	return &l, nil
}

// held is Terraform's account of a state that another holds.
func (b *backend) held(ctx context.Context) error {
	l, err := b.holder(ctx)
	if err != nil || l == nil {
		l = &lock{}
	}
	said := "operation error S3: PutObject, https response error StatusCode: 412, RequestID: 00000000-0000-4000-8000-000000000000, HostID: simulated, " +
		"api error PreconditionFailed: At least one of the pre-conditions you specified did not hold"
	if b.Bucket == "" {
		said = "resource temporarily unavailable"
	}
	return problem{Summary: "Error acquiring the state lock", Detail: fmt.Sprintf("Error message: %s\nLock Info:\n  ID:        %s\n  Path:      %s\n"+
		"  Operation: %s\n  Who:       %s\n  Version:   %s\n  Created:   %s\n  Info:      %s\n\n\n"+
		"Terraform acquires a state lock to protect the state from being written\nby multiple users at the same time. Please resolve the issue above and try\n"+
		"again. For most commands, you can disable locking with the \"-lock=false\"\nflag, but this is not recommended.",
		said, l.ID, l.Path, l.Operation, l.Who, l.Version, l.Created, l.Info)}
}

func whoami() string {
	name := "simulated"
	if u, err := user.Current(); err == nil {
		name = u.Username
	}
	host, err := os.Hostname()
	if err != nil {
		host = "localhost"
	}
	return name + "@" + host
}
