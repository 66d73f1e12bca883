package tf

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"github.com/hashicorp/terraform-exec/tfexec"
)

// Spec is what a root is to be run with.
type Spec struct {
	Program Program
	Base    string // the run's own folder, below the user's cache; made where it is missing
	Root    string // the root's name

	// Vars are the root's variables by name, as JSON values: inputs and outputs of other roots. Those that the root does
	// not declare are left out.
	Vars map[string]any
	// Roles is the roles file; nil: none, and Terraform refuses to plan.
	Roles []byte
	// Secrets are ephemeral variables, sent to AWS when something is made and kept nowhere. They stand in a file that only
	// this user may read while a plan or an apply runs, and in no log.
	Secrets map[string]string
	// Backend is where the state is kept; nil: a file in the working directory, as for bootstrap's first apply.
	Backend *Backend
	// Local is the file of the state where Backend is nil; "" keeps it in the working directory.
	Local string
	// Bare opens the root's state alone, in a directory of its own: no provider is fetched, and nothing can be planned. State
	// needs providers too.
	Bare bool
	// Imports take resources that are in the cloud already into the state with the next apply. The plan counts them.
	Imports []Import
	// Env is added to this process's environment: credentials, endpoints.
	Env map[string]string
	// Override is HCL that is merged over the root's, as Terraform's override files are; "" for none.
	Override string
}

// Backend is the bucket of a state. Its key is terraform/<root>.tfstate.
type Backend struct {
	Bucket, Region string
	Prefix         string            // before the key; usually empty
	More           map[string]string // further settings of Terraform's S3 backend
}

// Key is where a root's state is in the bucket.
func (b Backend) Key(root string) string { return b.Prefix + "terraform/" + root + ".tfstate" }

// Dir is a root in a working directory of its own.
type Dir struct {
	spec Spec
	path string // where Terraform runs
	logs string
	exec engine
	one  sync.Mutex // one Terraform at a time
}

// Names of what is written beside the root's own files.
const (
	varsFile     = "lifeboat.auto.tfvars.json"
	rolesFile    = "roles.auto.tfvars.json"
	secretsFile  = "secrets.auto.tfvars.json"
	overrideFile = "lifeboat_override.tf"
	importsFile  = "lifeboat_imports.tf"
	bareFile     = "state.tf"
	planFile     = "plan.tfplan"
)

// Prepare writes the stack, the variables and the CLI configuration into the run's folder. Calling it again for the same
// folder renews them and keeps what Terraform left there, a local state too.
func Prepare(s Spec) (*Dir, error) {
	if _, ok := RootOf(s.Root); !ok {
		return nil, fmt.Errorf("there is no root %q in the stack", s.Root)
	}
	d := &Dir{spec: s, path: filepath.Join(s.Base, "stack", s.Root), logs: filepath.Join(s.Base, "logs")}
	if s.Bare {
		d.path = filepath.Join(s.Base, "states", s.Root)
	}
	if err := d.write(); err != nil {
		return nil, fmt.Errorf("the working directory of %s: %w", s.Root, err)
	}
	if s.Program.Within != nil {
		d.exec = within{s.Program.Within, d.path}
		return d, nil
	}
	exec, err := tfexec.NewTerraform(d.path, s.Program.Path)
	if err != nil {
		return nil, err
	}
	d.exec = process{exec}
	// An interrupted Terraform is waited for as long as its current writes take.
	_ = exec.SetWaitDelay(0)
	env, err := d.environment()
	if err != nil {
		return nil, err
	}
	return d, exec.SetEnv(env)
}

// Path is the working directory.
func (d *Dir) Path() string { return d.path }

func (d *Dir) write() error {
	for _, dir := range []string{d.path, d.logs} {
		if err := os.MkdirAll(dir, 0o700); err != nil {
			return err
		}
	}
	config := []byte(cliConfig(Mirror()))
	if d.spec.Bare {
		return errors.Join(put(filepath.Join(d.path, bareFile), []byte(d.backend())), put(filepath.Join(d.spec.Base, "cli.tfrc"), config))
	}
	if err := export(filepath.Join(d.spec.Base, "stack"), d.spec.Root); err != nil {
		return err
	}
	vars, err := d.variables()
	if err != nil {
		return err
	}
	for name, content := range map[string][]byte{
		varsFile: vars, rolesFile: d.spec.Roles, overrideFile: d.override(), importsFile: imports(d.spec.Imports), "../../cli.tfrc": config,
	} {
		if err := put(filepath.Join(d.path, name), content); err != nil {
			return err
		}
	}
	return nil
}

// put writes a file that only this user may read, whole or not at all, and removes it where it is to hold nothing. What
// holds it already is left alone: roots that run side by side share the modules.
func put(path string, content []byte) error {
	if content == nil {
		if err := os.Remove(path); !errors.Is(err, fs.ErrNotExist) {
			return err
		}
		return nil
	}
	if now, err := os.ReadFile(path); err == nil && bytes.Equal(now, content) {
		return nil
	}
	f, err := os.CreateTemp(filepath.Dir(path), ".lifeboat-*")
	if err != nil {
		return err
	}
	defer func() { _ = os.Remove(f.Name()) }()
	if _, err := f.Write(content); err != nil {
		_ = f.Close()
		return err
	}
	if err := f.Close(); err != nil {
		return err
	}
	return os.Rename(f.Name(), path)
}

// Export writes a root, and the modules that it is made of, as they would stand in a repository of the user's own.
func Export(dir, root string) error {
	if _, ok := RootOf(root); !ok {
		return fmt.Errorf("there is no root %q in the stack", root)
	}
	return export(dir, root)
}

func export(dir, root string) error {
	return fs.WalkDir(files, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || !strings.HasPrefix(name, root+"/") && !strings.HasPrefix(name, "modules/") {
			return err
		}
		content, err := files.ReadFile(name)
		if err != nil {
			return err
		}
		path := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			return err
		}
		return put(path, content)
	})
}

// variables are those of Vars that the root declares. A secret among them is left out: it comes by Secrets only.
func (d *Dir) variables() ([]byte, error) {
	declared, err := Variables(d.spec.Root)
	if err != nil {
		return nil, err
	}
	vars := maps.Clone(d.spec.Vars)
	maps.DeleteFunc(vars, func(name string, _ any) bool {
		return !slices.ContainsFunc(declared, func(v Variable) bool { return v.Name == name && !v.Secret })
	})
	if vars == nil {
		vars = map[string]any{}
	}
	return json.MarshalIndent(vars, "", "  ")
}

// override is the HCL merged over the root's: the test's or copy's own, and for bootstrap, whose own files know no backend,
// the backend. A root without a backend in Spec keeps its state in the working directory.
func (d *Dir) override() []byte {
	var b strings.Builder
	if d.spec.Local != "" || (d.spec.Backend != nil) == (d.spec.Root == "bootstrap") {
		b.WriteString(d.backend())
	}
	b.WriteString(d.spec.Override)
	if b.Len() == 0 {
		return nil
	}
	return []byte(b.String())
}

// backend is the block that says where the state is.
func (d *Dir) backend() string {
	if d.spec.Backend != nil {
		return "terraform {\n  backend \"s3\" {\n    use_lockfile = true\n    encrypt      = true\n  }\n}\n"
	}
	path := d.spec.Local
	if path == "" {
		path = "terraform.tfstate"
	}
	return "terraform {\n  backend \"local\" {\n    path = " + hcl(path) + "\n  }\n}\n"
}

// environment is this process's own with what the run adds. Terraform's variables are left out: they would change what is
// planned, and in which workspace.
func (d *Dir) environment() (map[string]string, error) {
	env := map[string]string{}
	for _, e := range os.Environ() {
		if name, value, ok := strings.Cut(e, "="); ok && name != "" {
			env[name] = value
		}
	}
	maps.Copy(env, d.spec.Env)
	env = tfexec.CleanEnv(env)
	if own := ownConfig(); own != "" {
		env["TF_CLI_CONFIG_FILE"] = own
	} else {
		env["TF_CLI_CONFIG_FILE"] = filepath.Join(d.spec.Base, "cli.tfrc")
	}
	if env["TF_PLUGIN_CACHE_DIR"] == "" {
		cache, err := os.UserCacheDir()
		if err != nil {
			return nil, err
		}
		env["TF_PLUGIN_CACHE_DIR"] = filepath.Join(cache, "lifeboat", "terraform-plugins")
	}
	if err := os.MkdirAll(env["TF_PLUGIN_CACHE_DIR"], 0o700); err != nil {
		return nil, err
	}
	// The stack commits no lock file, so there is none that a cached provider could break.
	env["TF_PLUGIN_CACHE_MAY_BREAK_DEPENDENCY_LOCK_FILE"] = "true"
	return env, nil
}

// secret writes the ephemeral variables for as long as do takes.
func (d *Dir) secret(do func() error) error {
	if len(d.spec.Secrets) == 0 {
		return do()
	}
	content, err := json.Marshal(d.spec.Secrets)
	if err != nil {
		return err
	}
	path := filepath.Join(d.path, secretsFile)
	if err := put(path, content); err != nil {
		return err
	}
	return errors.Join(do(), put(path, nil))
}
