package dr

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/adrg/xdg"

	"lifeboat/aws"
	"lifeboat/aws/fault"
	"lifeboat/dr/config"
	"lifeboat/dr/runbook"
)

// State is where an estate's runs, its lease and its roles are kept: files of this machine, or a bucket that every
// operator reaches. Orders, sockets and logs of runs are this machine's in any case.
type State struct {
	ID      string // of the estate: its name and its account numbers
	Dir     string // this machine's directory of the estate; it is there
	Archive runbook.Archive
	Roles   RolesStore
	Shared  bool // others than this machine see it
	Where   string
	lease   func() runbook.Lease
}

// Lease is the estate's lock, made anew: a lock belongs to one run.
func (s *State) Lease() runbook.Lease { return s.lease() }

// OpenState finds an estate's state. Account numbers are part of its place, so that two estates of one name in two accounts
// are never taken for each other; they are asked of STS once, and then remembered on this machine. A simulated estate's
// state lies beside its config and counts for no other.
func OpenState(ctx context.Context, c *config.Config, opt Options) (*State, error) {
	c.Defaults()
	opt = opt.withDefaults()
	s, err := stateDir(ctx, c, opt)
	if err != nil {
		return nil, err
	}
	if err := os.MkdirAll(s.Dir, 0o700); err != nil {
		return nil, fmt.Errorf("the directory of the estate's runs: %w", err)
	}
	if err := s.keepIn(c, opt); err != nil {
		return nil, err
	}
	return s, nil
}

// JournalsOf opens an estate's journals for a Watch. Where the account must be asked for and does not answer it fails for now.
func JournalsOf(c *config.Config, opt Options) OpenJournals {
	return func(ctx context.Context) (Journals, error) {
		s, err := OpenState(ctx, c, opt)
		if err != nil {
			return Journals{}, err
		}
		j := Journals{Archive: s.Archive, Lease: s.Lease, Where: s.Where, Shared: s.Shared, Dir: s.Dir}
		if s.Shared {
			j.Region = homeOfState(c)
		}
		return j, nil
	}
}

// keepIn chooses where journal, lease and roles are. They are written with the credentials that read: the plan is in the journal
// before anybody has passed a gate.
func (s *State) keepIn(c *config.Config, opt Options) error {
	s.Archive = runbook.FileArchive{Dir: filepath.Join(s.Dir, "runs")}
	s.lease = func() runbook.Lease { return runbook.NewFileLease(s.Dir) }
	s.Where = "this machine only"
	local := fileRoles{path: filepath.Join(s.Dir, rolesFile)}
	s.Roles = local
	if c.Journal.Bucket != "" {
		objects, err := bucketOf(c, opt, c.Journal.Bucket)
		if err != nil {
			return err
		}
		prefix := c.Journal.Prefix + s.ID + "/"
		s.Archive = runbook.ObjectArchive{Objects: objects, Prefix: prefix}
		s.lease = func() runbook.Lease {
			return runbook.NewObjectLease(objects, prefix+"lease.json", c.Journal.Lease.D(), longestRequest(c))
		}
		s.Shared, s.Where = true, "s3://"+c.Journal.Bucket+"/"+prefix
	}
	if c.Roles.Bucket != "" {
		objects, err := bucketOf(c, opt, c.Roles.Bucket)
		if err != nil {
			return err
		}
		s.Roles = objectRoles{objects: objects, key: c.Roles.Key, home: homeOfState(c), local: local}
	}
	return nil
}

// longestRequest is how long a request of a holder that has lost its lease may still be under way.
func longestRequest(c *config.Config) time.Duration { return 2 * c.Waits.Call.D() }

func bucketOf(c *config.Config, opt Options, name string) (objects, error) {
	spec := accessSpec(regionNamed(c, homeOfState(c)), opt)
	spec.CallTimeout = c.Waits.Call.D()
	b, err := aws.NewBucket(spec, nil, name)
	if err != nil {
		return objects{}, fmt.Errorf("the bucket %s: %w", name, err)
	}
	return objects{b}, nil
}

// homeOfState is the region of the buckets that runs and roles are kept in.
func homeOfState(c *config.Config) string {
	if c.Journal.Region != "" {
		return c.Journal.Region
	}
	return c.Regions.Standby.Name
}

// regionNamed is a region of the config by its AWS name; the standby where it is neither.
func regionNamed(c *config.Config, name string) *config.Region {
	if c.Regions.Primary.Name == name {
		return &c.Regions.Primary
	}
	return &c.Regions.Standby
}

// stateDir is this machine's directory of an estate.
func stateDir(ctx context.Context, c *config.Config, opt Options) (*State, error) {
	if c.Simulated != nil {
		return &State{ID: c.Estate + "-simulated", Dir: simulatedDir(c)}, nil
	}
	home := filepath.Join(xdg.StateHome, "lifeboat", "estates")
	accounts, err := knownAccounts(ctx, c, opt, filepath.Join(home, "accounts.json"))
	if err != nil {
		return nil, err
	}
	id := c.Estate + "-" + strings.Join(accounts, "-")
	return &State{ID: id, Dir: filepath.Join(home, id)}, nil
}

// simulatedDir lies beside the config that the simulator wrote, and goes with it.
func simulatedDir(c *config.Config) string {
	if c.Path == "" {
		return filepath.Join(os.TempDir(), fmt.Sprintf("lifeboat-%d-%s", os.Getuid(), strings.ReplaceAll(c.Simulated.Director, ":", "-")))
	}
	return StateBeside(c.Path)
}

// StateBeside is where the runs of a simulated estate are kept, by the path of the config that its simulator wrote.
func StateBeside(config string) string {
	path, err := filepath.Abs(config)
	if err != nil {
		path = config
	}
	return strings.TrimSuffix(path, filepath.Ext(path)) + "-state"
}

// knownAccounts are the estate's account numbers, one where both regions have the same. What STS said once is kept by the way
// that a config reaches AWS: an estate must open while a region, or both, do not answer.
func knownAccounts(ctx context.Context, c *config.Config, opt Options, memory string) ([]string, error) {
	known := map[string][]string{}
	data, err := os.ReadFile(memory)
	if err == nil {
		err = json.Unmarshal(data, &known)
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("the accounts that are known: %w", err)
	}
	way := wayOf(c, opt)
	if accounts := known[way]; len(accounts) > 0 {
		return accounts, nil
	}
	accounts, err := askAccounts(ctx, c, opt)
	if err != nil {
		return nil, fmt.Errorf("the estate's account is not known yet on this machine, and could not be asked for: %w", err)
	}
	known[way] = accounts
	return accounts, writeJSON(memory, known)
}

// wayOf is how a config reaches AWS: with other credentials the same config may be another estate.
func wayOf(c *config.Config, opt Options) string {
	words := []string{c.Estate, opt.Env("AWS_PROFILE"), opt.Env("AWS_ACCESS_KEY_ID")}
	for _, r := range []*config.Region{&c.Regions.Primary, &c.Regions.Standby} {
		words = append(words, r.Name, r.Profile, r.RoleARN, r.Endpoint)
	}
	return strings.Join(words, "|")
}

// askAccounts asks the standby first: its answer is enough where both regions are reached in the same way.
func askAccounts(ctx context.Context, c *config.Config, opt Options) ([]string, error) {
	var accounts []string
	p, s := &c.Regions.Primary, &c.Regions.Standby
	for _, r := range []*config.Region{s, p} {
		if r == p && p.Profile == s.Profile && p.RoleARN == s.RoleARN && p.Endpoint == s.Endpoint {
			continue
		}
		spec := accessSpec(r, opt)
		spec.CallTimeout = c.Waits.Call.D()
		changer, err := aws.NewChanger(spec, nil)
		if err != nil {
			return nil, err
		}
		id, err := changer.Identity(ctx)
		if err != nil {
			return nil, err
		}
		if id.Account == "" {
			return nil, fault.New(fault.Unreadable, "sts:GetCallerIdentity", r.Name, errors.New("the answer names no account"))
		}
		if !slices.Contains(accounts, id.Account) {
			accounts = append(accounts, id.Account)
		}
	}
	return accounts, nil
}

// writeJSON replaces a file as a whole and makes it durable.
func writeJSON(path string, v any) error {
	data, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	f, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+"-*")
	if err != nil {
		return err
	}
	_, err = f.Write(append(data, '\n'))
	if err = errors.Join(err, f.Sync(), f.Close()); err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		os.Remove(f.Name())
	}
	return err
}

// objects is a bucket as the engine wants it.
type objects struct{ bucket *aws.Bucket }

func (o objects) PutIfAbsent(ctx context.Context, key string, body []byte) error {
	return precondition(o.bucket.PutIfAbsent(ctx, key, body))
}

func (o objects) PutIfMatch(ctx context.Context, key, etag string, body []byte) error {
	return precondition(o.bucket.PutIfMatch(ctx, key, etag, body))
}

func (o objects) Get(ctx context.Context, key string) (runbook.Object, error) {
	v, err := o.bucket.Get(ctx, key)
	return runbook.Object{Found: v.Found, Body: v.Body, ETag: v.ETag, Date: v.Date}, err
}

func (o objects) List(ctx context.Context, prefix, after, delimiter string) ([]string, error) {
	return o.bucket.List(ctx, prefix, after, delimiter)
}

func precondition(err error) error {
	if errors.Is(err, aws.ErrPrecondition) {
		return runbook.ErrPrecondition
	}
	return err
}
