package dr

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"sync"
	"time"

	"lifeboat/aws"
	"lifeboat/dr/config"
	"lifeboat/dr/runbook"
	"lifeboat/tf"
)

// builder is what the steps of a run of Provision act through. It is made anew by every process that takes the run up, and knows then
// what lifeboat.yaml, the states and the run's directory say.
type builder struct {
	c       *config.Config
	opt     Options
	asked   func(context.Context, aws.Asked)
	state   *State
	watch   *Watch
	now     func() time.Time
	run     string
	phase   string
	dir     string // ProvisionDir
	program tf.Program

	writing  sync.Mutex // lifeboat.yaml
	learning turns      // a root's bare directory is one for all who read it
	besides  besides
	kicked   time.Time // when everything was last asked to be read anew
	// unchecked is why the roles are those of local and are compared with no bucket; "" they are the bucket's.
	unchecked string
	local     RolesStore

	mu       sync.Mutex
	made     map[string]*savedPlan        // plans that can be applied, by root
	clean    map[string]bool              // roots whose newest plan here was empty
	tried    map[string]bool              // roots whose apply has failed and is not looked at yet
	opened   map[string]string            // working directories that were initialised, and for which backend
	outputs  map[string]map[string]any    // of other roots, by root
	migrated bool                         // bootstrap's state was moved by this process
	pinned   string                       // the bucket of the states, as this run has pinned it
	digests  map[string]string            // images to run, by service
	images   map[string]map[string]string // by root, then by service: those of its last apply, for a look that chooses none
	point    *RestorePoint                // what the standby's database is restored from; nil: lifeboat.yaml's input

	// overlay are variables that a run sets for a root for a while, over all others; nil as a value leaves a variable to its default.
	// sizes are the roles file's as a dry run would leave it. Nil: a run of Provision sets neither.
	overlay func(root string) map[string]any
	sizes   func(root string, r Roles) Roles
	// anew are addresses that a root's plan makes anew though nothing of them differs; nil: none.
	anew    func(ctx context.Context, root string) ([]string, error)
	learned map[string]Learned // what the account has told the run when it began, by variable
}

// turns lets one at a time through for each name.
type turns struct {
	mu  sync.Mutex
	has map[string]*sync.Mutex
}

func (t *turns) of(name string) *sync.Mutex {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.has == nil {
		t.has = map[string]*sync.Mutex{}
	}
	if t.has[name] == nil {
		t.has[name] = &sync.Mutex{}
	}
	return t.has[name]
}

func (t *turns) Lock(name string)   { t.of(name).Lock() }
func (t *turns) Unlock(name string) { t.of(name).Unlock() }

// savedPlan is a plan in its file.
type savedPlan struct {
	dir   *tf.Dir
	plan  *tf.Plan
	print string // of the file
}

// StackRolesKey is where the stack keeps the roles file, in the bucket of the states.
const StackRolesKey = "lifeboat/" + rolesFile

// pins of a run of Provision.
const (
	PinPhase   = "phase"
	pinPrimary = "primary" // config.Ownership
	pinBucket  = "state.bucket"
	pinDigest  = "digest." // and the service's name
)

// newBuilder makes what a run acts through from its pins.
func (r *Runner) newBuilder(ctx context.Context, pins runbook.Pins, run string) (*builder, error) {
	if primary := config.Ownership(pins[pinPrimary]); primary != r.c.Terraform.Primary {
		return nil, &Refusal{fmt.Sprintf("the run was begun with terraform.primary: %s, and lifeboat.yaml says %q now", primary, r.c.Terraform.Primary), "start a new one"}
	}
	program, err := findTerraform(ctx, r.c, r.opt.Terraform)
	if err != nil {
		return nil, &Refusal{"terraform cannot be run: " + err.Error(), ""}
	}
	b := bareBuilder(r.c, r.state, r.opt.Options)
	b.watch, b.asked, b.run, b.phase, b.program = r.watch, r.opt.Asked, run, pins[PinPhase], program
	b.dir, b.pinned = ProvisionDir(r.c, run), pins[pinBucket]
	b.besides.managed = pins[pinManaged]
	if text := pins[PinPoint]; text != "" {
		p, err := readPoint(text)
		if err != nil {
			return nil, fmt.Errorf("pin %s: %w", PinPoint, err)
		}
		b.point = &p
	}
	for name, value := range pins {
		if service, ok := strings.CutPrefix(name, pinDigest); ok {
			b.digests[service] = value
		}
	}
	return b, b.takeInputs(pins)
}

func bareBuilder(c *config.Config, s *State, opt Options) *builder {
	return &builder{
		c: c, opt: opt, state: s, now: opt.Now,
		made: map[string]*savedPlan{}, clean: map[string]bool{}, tried: map[string]bool{}, opened: map[string]string{},
		outputs: map[string]map[string]any{}, digests: map[string]string{}, learned: map[string]Learned{},
	}
}

// findTerraform is the program that provisions an estate. A simulated one is provisioned by Lifeboat itself, which stands in for it.
func findTerraform(ctx context.Context, c *config.Config, within tf.Within) (tf.Program, error) {
	if within != nil {
		return tf.Program{Version: "simulated", Within: within}, nil
	}
	if c.Simulated != nil {
		self, err := os.Executable()
		return tf.Program{Path: self, Version: "simulated"}, err
	}
	return tf.FindAt(ctx, c.Terraform.Program)
}

// TerraformWords is the program that an estate is provisioned with, as a person calls it: "terraform 1.11.4"; "" where there is none.
func TerraformWords(ctx context.Context, c *config.Config) string {
	p, err := findTerraform(ctx, c, nil)
	if err != nil {
		return ""
	}
	return p.Words()
}

// ours says whether the stack makes the primary.
func (b *builder) ours() bool { return b.c.Terraform.Primary == config.Ours }

// phaseRoots are the roots of a run of a phase, in order. The primary's phase makes the bucket of the states first, and once there is a distribution
// identity is told of it.
func phaseRoots(phase string) []tf.Root {
	var names []string
	switch phase {
	case "primary":
		names = []string{"bootstrap", "primary"}
	case "failover":
		names = []string{"failover", "identity"}
	default:
		return tf.RootsOf(phase)
	}
	var list []tf.Root
	for _, name := range names {
		root, _ := tf.RootOf(name)
		list = append(list, root)
	}
	return list
}

func (b *builder) roots() []tf.Root { return phaseRoots(b.phase) }

// bucket is that of the states; "" while there is none.
func (b *builder) bucket() string {
	if b.c.Terraform.State.Bucket != "" {
		return b.c.Terraform.State.Bucket
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if name, _ := b.outputs["bootstrap"]["state_bucket"].(string); name != "" {
		return name
	}
	return b.pinned
}

// backend is where roots' states are kept; nil before there is a bucket.
func (b *builder) backend() *tf.Backend {
	bucket := b.bucket()
	if bucket == "" {
		return nil
	}
	return &tf.Backend{Bucket: bucket, Region: b.c.Regions.Standby.Name, Prefix: b.c.Terraform.State.Prefix}
}

// store opens the bucket of the states, nil while there is none.
func (b *builder) store() (runbook.Objects, error) {
	bucket := b.bucket()
	if bucket == "" {
		return nil, nil
	}
	spec := accessSpec(&b.c.Regions.Standby, b.opt)
	spec.CallTimeout, spec.Asked = b.c.Waits.Call.D(), b.asked
	raw, err := aws.NewBucket(spec, nil, bucket)
	return objects{raw}, err
}

// regionOf is the region whose credentials and endpoint a root is run with.
func (b *builder) regionOf(root string) *config.Region {
	if root == "primary" || root == "source" {
		return &b.c.Regions.Primary
	}
	return &b.c.Regions.Standby
}

// env is what Terraform needs beside this process's own environment: it acts as whoever runs Lifeboat, by the profile of the region.
func (b *builder) env(root string) map[string]string {
	r := b.regionOf(root)
	env := map[string]string{"AWS_EC2_METADATA_DISABLED": b.opt.Env("AWS_EC2_METADATA_DISABLED")}
	for name, value := range map[string]string{"AWS_PROFILE": r.Profile, "AWS_ENDPOINT_URL": r.Endpoint, "AWS_CA_BUNDLE": r.CAFile} {
		if value != "" {
			env[name] = value
		}
	}
	if env["AWS_EC2_METADATA_DISABLED"] == "" {
		delete(env, "AWS_EC2_METADATA_DISABLED")
	}
	if b.c.Simulated != nil {
		env[tf.ProgramEnv] = b.c.Simulated.Director
	}
	return env
}

// changer reads a region afresh.
func (b *builder) changer(r *config.Region) (*aws.Changer, error) {
	spec := accessSpec(r, b.opt)
	spec.CallTimeout, spec.MetricEvery, spec.Asked = b.c.Waits.Call.D(), b.c.Refresh.Metrics.D(), b.asked
	return aws.NewChanger(spec, nil)
}

// place is where the standby is, for ARNs.
func (b *builder) place(ctx context.Context, root string) (tf.Place, error) {
	r := b.regionOf(root)
	c, err := b.changer(r)
	if err != nil {
		return tf.Place{}, err
	}
	who, err := c.Identity(ctx)
	if err != nil {
		return tf.Place{}, err
	}
	partition := "aws"
	if parts := strings.SplitN(who.ARN, ":", 3); len(parts) == 3 {
		partition = parts[1]
	}
	return tf.Place{Partition: partition, Region: r.Name, Account: who.Account}, nil
}

// roles reads who writes and how many tasks run where; those of an estate as it was built where there is no file yet. mark is "" then.
func (b *builder) roles(ctx context.Context) (r Roles, mark string, err error) {
	s, err := b.rolesStore()
	if err != nil {
		return r, "", err
	}
	r, mark, err = s.Read(ctx)
	if err == nil && mark == "" {
		r = firstRoles(b.c)
		r.Version = 1
	}
	return r, mark, err
}

// rolesStore is the file that the stack's plans are compared with: lifeboat.yaml's, else the one in the bucket of the states, else this
// machine's, from which bootstrap makes the bucket's first one.
func (b *builder) rolesStore() (RolesStore, error) {
	switch {
	case b.unchecked != "":
		return b.local, nil
	case b.c.Roles.Bucket != "":
		return b.state.Roles, nil
	}
	s, err := b.store()
	if err != nil || s == nil {
		return b.state.Roles, err
	}
	return objectRoles{objects: s, key: StackRolesKey, home: b.c.Regions.Standby.Name, local: fileRoles{path: b.state.Dir + "/" + rolesFile}}, nil
}

// rolesPlace is where the file is, as the stack's variables say it; "" while there is no bucket.
func (b *builder) rolesPlace() (bucket, key string) {
	if b.c.Roles.Bucket != "" {
		return b.c.Roles.Bucket, b.c.Roles.Key
	}
	return b.bucket(), StackRolesKey
}

// frozen refuses while another run holds the estate's freeze.
func (b *builder) frozen(ctx context.Context) error {
	r, _, err := b.roles(ctx)
	switch {
	case err != nil:
		return fmt.Errorf("whether the estate is frozen cannot be told: %w", err)
	case r.Frozen != "" && r.Frozen != b.run:
		return &Refusal{"the estate is frozen by the run " + r.Frozen + ": nothing is planned or applied until it is closed",
			"go on with it (lifeboat resume " + r.Frozen + ") or read its report"}
	}
	return nil
}

// take keeps the outputs of a root.
func (b *builder) take(root string, outputs map[string]any) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.outputs[root] = outputs
}

func (b *builder) outputsOf(root string) map[string]any {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.outputs[root]
}

func (b *builder) output(root, name string) string {
	s, _ := b.outputsOf(root)[name].(string)
	return s
}

// planOf is the plan of a root that can be applied, nil where there is none.
func (b *builder) planOf(root string) *savedPlan {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.made[root]
}

func (b *builder) setPlan(root string, m *savedPlan) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.made[root] = m
	b.clean[root] = m != nil && m.plan.Empty()
}

// errNotYet is a root that cannot be planned before another was made.
type errNotYet struct{ root, needs string }

func (e *errNotYet) Error() string {
	return fmt.Sprintf("%s cannot be planned yet: it needs what %s makes, and that is not there", e.root, e.needs)
}

// notYet says whether an error is a root's that has to wait for another.
func notYet(err error) bool {
	var n *errNotYet
	return errors.As(err, &n)
}

// procedure makes the graph of the run.
func (b *builder) procedure() runbook.Procedure {
	p := runbook.Procedure{
		Name: string(Provision), Title: provisionTitle(b.phase), From: b.c.Regions.Primary.Name, To: b.c.Regions.Standby.Name,
	}
	if b.phase == "validation" {
		p.Steps = b.validation()
	} else {
		p.Steps = b.building()
	}
	b.amend(&p)
	for i := range p.Steps {
		if s := &p.Steps[i]; s.Do != nil && s.Await == nil && s.Verify == nil && !strings.HasPrefix(s.ID, "apply-") {
			s.Await = s.Check
		}
	}
	return p
}

func provisionTitle(phase string) string { return "provision phase " + phase }
