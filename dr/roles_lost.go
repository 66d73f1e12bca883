package dr

import (
	"context"
	"errors"
	"fmt"

	"lifeboat/dr/runbook"
)

// A failover that leaves the region of the roles file's bucket must not lean on that. It goes on with this machine's copy, behind an
// override that says so, and writes the roles back once the region answers again.

const (
	checkRoles    = "roles"
	stepRolesBack = "roles-back"
)

// OverrideRoles is what is typed to fail over while the roles file is in the region that is left.
const OverrideRoles = "go on with this machine's copy of the roles"

// roles is where the run reads and writes the roles.
func (w *crew) roles() RolesStore {
	if o, lost := w.lostRoles(); lost {
		return o.local
	}
	return w.state.Roles
}

// lostRoles is the bucket's file, where it is in the region that an unplanned run leaves.
func (w *crew) lostRoles() (objectRoles, bool) {
	o, bucket := w.state.Roles.(objectRoles)
	return o, bucket && w.p.kind == Failover && o.home == w.p.from
}

// uncheckedRoles has the run's plans go by this machine's copy of the roles: the stack compares it with no bucket then, and is told why.
func (w *crew) uncheckedRoles() {
	if o, lost := w.lostRoles(); lost && w.build != nil {
		w.build.local, w.build.unchecked = o.local, "its bucket is in "+o.home+", which is left: run "+w.run+" goes on with a copy"
	}
}

// failingRoles is what must be overridden where the roles file is in the region that is left.
func (w *crew) failingRoles(ctx context.Context) []runbook.Failing {
	o, lost := w.lostRoles()
	if !lost {
		return nil
	}
	copied := "there is no copy of it on this machine, so it is made anew by lifeboat.yaml and what is now"
	switch r, mark, err := o.local.Read(ctx); {
	case err != nil:
		copied = "its copy on this machine cannot be read: " + whyOf(err)
	case mark != "":
		copied = fmt.Sprintf("this machine's copy of it is version %d, and another machine may have written a later one", r.Version)
	}
	text := fmt.Sprintf("the roles file is in %s, the region that is left; %s. Terraform is not held meanwhile: stop the pipelines that apply it", o.home, copied)
	return []runbook.Failing{{ID: checkRoles, Text: text, Override: OverrideRoles}}
}

// rolesBackSteps write the roles back where they belong, as soon as that region answers; none where they never left.
func (w *crew) rolesBackSteps(after ...string) []runbook.Step {
	o, lost := w.lostRoles()
	if !lost {
		return nil
	}
	return []runbook.Step{{
		ID: stepRolesBack, Title: "write the roles back to their bucket", Why: "Terraform compares them with the bucket's, and every other machine reads them there", After: after,
		Calls:   tried(call("s3:GetObject", runbook.Data, o.home), call("s3:PutObject", runbook.Data, o.home)),
		Undoing: runbook.UndoSeconds, Timeout: shortStep, Deadline: w.c.Waits.Fence.D(), Keep: w.c.Refresh.Fast.D(), Before: w.fence.allowed,
		Paper: func(runbook.Pins) []string {
			return []string{fmt.Sprintf("aws s3 cp %s s3://%s/%s --content-type application/json --region %s", o.local.path, w.c.Roles.Bucket, o.key, o.home)}
		},
		Check: func(ctx context.Context, _ *runbook.Task) (runbook.Seen, error) {
			ours, theirs, _, err := bothRoles(ctx, o)
			if err != nil {
				return runbook.Seen{}, err
			}
			return runbook.Seen{So: asJSON(ours) == asJSON(theirs), Text: fmt.Sprintf("the bucket has version %d, this machine version %d", theirs.Version, ours.Version)}, nil
		},
		Do: func(ctx context.Context, t *runbook.Task) error {
			ours, theirs, mark, err := bothRoles(ctx, o)
			switch {
			case err != nil:
				return err
			case theirs.Frozen != "" && theirs.Frozen != t.Run:
				return runbook.Never(fmt.Errorf("the roles in the bucket were frozen by run %s meanwhile: look at its report before they are replaced", theirs.Frozen))
			case theirs.Version >= ours.Version: // the copy was not the newest: what is now counts
				ours.Version = theirs.Version + 1
			}
			err = o.Write(ctx, ours, mark)
			if errors.Is(err, ErrRolesChanged) {
				return fmt.Errorf("%w: they are read again at the next try", err)
			}
			return err
		},
	}}
}

// bothRoles are this machine's copy and the bucket's file, with the mark of that. The copy is not made anew by it.
func bothRoles(ctx context.Context, o objectRoles) (ours, theirs Roles, mark string, err error) {
	if ours, _, err = o.local.Read(ctx); err == nil {
		theirs, mark, err = o.read(ctx)
	}
	return ours, theirs, mark, err
}
