package dr

import (
	"context"
	"time"

	"lifeboat/dr/config"
	"lifeboat/dr/runbook"
)

// A run that moves users, or makes a standby anew, reaches Terraform by a builder, as a run of Provision does. Whether it has one is
// decided with its plan and pinned: what is unknown then makes it go without, and never keeps it from starting.

// pinUnbuilt keeps why a run that moves users, or makes a standby anew, runs no Terraform; it has no other pins of a builder then.
const pinUnbuilt = "terraform.none"

// buildPatience is how long a run's plan waits for what tells whether it reaches Terraform. Users wait for that plan.
const buildPatience = 10 * time.Second

// pinBuild decides whether a run reaches Terraform, and by what states.
func (r *Runner) pinBuild(ctx context.Context, pins runbook.Pins, run string) {
	ctx, cancel := context.WithTimeout(ctx, buildPatience)
	defer cancel()
	bucket, why := r.statesOf(ctx, run)
	if why != "" {
		pins[pinUnbuilt] = why
		return
	}
	pins[pinPrimary], pins[pinBucket] = string(r.c.Terraform.Primary), bucket
}

// statesOf is the bucket of the stack's states: lifeboat.yaml's, else the one that bootstrap has made; or why it is not known.
func (r *Runner) statesOf(ctx context.Context, run string) (bucket, why string) {
	t := r.c.Terraform
	if t.Primary == "" {
		return "", "lifeboat.yaml has no terraform: section that says whose the primary is"
	}
	b, err := r.newBuilder(ctx, runbook.Pins{pinPrimary: string(t.Primary)}, run)
	if err != nil {
		return "", err.Error()
	}
	if b.bucket() == "" {
		if err := b.learn(ctx, []string{"bootstrap"}); err != nil {
			return "", "the state of bootstrap, which tells where the others are, could not be read: " + whyOf(err)
		}
	}
	if bucket = b.bucket(); bucket == "" {
		return "", "there is no bucket of states yet: nothing of the stack is there"
	}
	return bucket, ""
}

// builderOf makes the builder that a run's pins tell of; nil, with the reason, where it has none. It never fails: a run that cannot reach
// Terraform any more does all else.
func (r *Runner) builderOf(ctx context.Context, pins runbook.Pins, run string) (b *builder, why string) {
	if why := pins[pinUnbuilt]; why != "" {
		return nil, why
	}
	if config.Ownership(pins[pinPrimary]) == "" {
		return nil, "the run was planned without Terraform"
	}
	ctx, cancel := context.WithTimeout(ctx, buildPatience)
	defer cancel()
	b, err := r.newBuilder(ctx, pins, run)
	if err != nil {
		return nil, err.Error()
	}
	return b, ""
}
