package dr

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/sync/errgroup"

	"lifeboat/tf"
)

// firstState is bootstrap's own state until it is in the bucket that it makes: on this machine, whichever run goes on with it.
func (b *builder) firstState() string { return filepath.Join(b.state.Dir, "bootstrap.tfstate") }

// home is where a root's state is now: in the bucket, or, for bootstrap before it has moved, in a file.
func (b *builder) home(ctx context.Context, root string) (*tf.Backend, string, error) {
	at := b.backend()
	if root != "bootstrap" {
		if at == nil {
			return nil, "", &errNotYet{root, "bootstrap"}
		}
		return at, "", nil
	}
	if at == nil {
		return nil, b.firstState(), nil
	}
	moved, err := b.moved(ctx)
	if err != nil || moved {
		return at, "", err
	}
	return nil, b.firstState(), nil
}

// moved says whether bootstrap's state is in its bucket.
func (b *builder) moved(ctx context.Context) (bool, error) {
	if b.c.Simulated != nil { // the stand-in keeps its states by itself
		b.mu.Lock()
		defer b.mu.Unlock()
		return b.migrated || b.c.Terraform.State.Bucket != "", nil
	}
	s, err := b.store()
	if err != nil || s == nil {
		return false, err
	}
	o, err := s.Get(ctx, b.backend().Key("bootstrap"))
	return o.Found, err
}

// spec is how a root is run: its variables, the roles file, where its state is.
func (b *builder) spec(ctx context.Context, root string) (tf.Spec, error) {
	s := tf.Spec{Program: b.program, Base: b.dir, Root: root, Env: b.env(root)}
	var err error
	if s.Backend, s.Local, err = b.home(ctx, root); err != nil {
		return s, err
	}
	if s.Vars, err = b.variables(ctx, root); err != nil {
		return s, err
	}
	r, _, err := b.roles(ctx)
	if err != nil {
		return s, fmt.Errorf("the roles file, which says who writes and how many tasks run where: %w", err)
	}
	if b.sizes != nil {
		r = b.sizes(root, r)
	}
	if s.Roles, err = json.Marshal(r); err != nil {
		return s, err
	}
	if s.Secrets, err = b.secrets(root); err != nil {
		return s, err
	}
	if s.Imports, err = b.pendingImports(root); err != nil {
		return s, err
	}
	own, err := b.ownImports(ctx, root)
	s.Imports = append(s.Imports, own...)
	return s, err
}

// ready prepares a root and opens its state.
func (b *builder) ready(ctx context.Context, s tf.Spec) (*tf.Dir, error) {
	d, err := tf.Prepare(s)
	if err != nil {
		return nil, err
	}
	where := s.Local
	if s.Backend != nil {
		where = s.Backend.Bucket + "/" + s.Backend.Key(s.Root)
	}
	b.mu.Lock()
	done := b.opened[d.Path()] == where
	b.mu.Unlock()
	if done {
		return d, nil
	}
	if err := d.Init(ctx, false); err != nil {
		return nil, err
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.opened[d.Path()] = where
	return d, nil
}

// bare opens a root's state and nothing else of it.
func (b *builder) bare(ctx context.Context, root string) (*tf.Dir, error) {
	at, local, err := b.home(ctx, root)
	if err != nil {
		return nil, err
	}
	return b.ready(ctx, tf.Spec{Program: b.program, Base: b.dir, Root: root, Env: b.env(root), Backend: at, Local: local, Bare: true})
}

// learn reads the outputs of roots that are not known yet, several at once.
func (b *builder) learn(ctx context.Context, roots []string) error {
	if b.outputsOf("bootstrap") == nil && !slices.Contains(roots, "bootstrap") {
		roots = append([]string{"bootstrap"}, roots...)
	}
	var g errgroup.Group
	g.SetLimit(atOnce)
	for _, root := range roots {
		if b.outputsOf(root) != nil {
			continue
		}
		if root == "bootstrap" { // it tells where the others are
			if err := b.learnOne(ctx, root); err != nil {
				return err
			}
			continue
		}
		g.Go(func() error { return b.learnOne(ctx, root) })
	}
	return g.Wait()
}

func (b *builder) learnOne(ctx context.Context, root string) error {
	b.learning.Lock(root)
	defer b.learning.Unlock(root)
	if b.outputsOf(root) != nil { // meanwhile
		return nil
	}
	if root == "bootstrap" && b.bucket() == "" && b.c.Simulated == nil {
		if _, err := os.Stat(b.firstState()); errors.Is(err, fs.ErrNotExist) {
			return nil
		}
	}
	d, err := b.bare(ctx, root)
	if notYet(err) {
		return nil
	}
	if err != nil {
		return err
	}
	out, err := d.Outputs(ctx)
	if err == nil && len(out) > 0 {
		b.take(root, out)
	}
	return err
}

// secrets are a root's passwords: those of the environment, else ones made up, which are kept until the root was applied so that a
// second try sends the same. They are in no journal and on no screen.
func (b *builder) secrets(root string) (map[string]string, error) {
	declared, err := tf.Variables(root)
	if err != nil {
		return nil, err
	}
	kept := map[string]string{}
	path := b.secretsPath(root)
	data, err := os.ReadFile(path)
	if err == nil {
		err = json.Unmarshal(data, &kept)
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("the passwords that were made up for %s: %w", root, err)
	}
	out, made := map[string]string{}, false
	for _, v := range declared {
		if !v.Secret {
			continue
		}
		if out[v.Name] = b.opt.Env("TF_VAR_" + v.Name); out[v.Name] != "" {
			continue
		}
		if kept[v.Name] == "" {
			kept[v.Name], made = password(), true
		}
		out[v.Name] = kept[v.Name]
	}
	if made {
		err = writeJSON(path, kept) // for this user only
	} else {
		err = nil
	}
	return out, err
}

func (b *builder) secretsPath(root string) string {
	return filepath.Join(b.dir, "secrets", root+".json")
}

// password is one that nobody has to type: 32 letters and digits, which every service takes.
func password() string {
	const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz23456789"
	var b strings.Builder
	for b.Len() < 32 {
		var raw [64]byte
		_, _ = rand.Read(raw[:]) // it never fails
		for _, c := range raw {
			if int(c) < 256-256%len(letters) && b.Len() < 32 { // each letter is as likely as every other
				b.WriteByte(letters[int(c)%len(letters)])
			}
		}
	}
	return b.String()
}

// settle forgets what a root needed until it was applied.
func (b *builder) settle(root string) error {
	var errs []error
	for _, path := range []string{b.secretsPath(root), b.importsPath(root)} {
		if err := os.Remove(path); !errors.Is(err, fs.ErrNotExist) {
			errs = append(errs, err)
		}
	}
	return errors.Join(errs...)
}
