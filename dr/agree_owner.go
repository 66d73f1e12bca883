package dr

import (
	"context"
	"fmt"
	"strings"

	"lifeboat/dr/runbook"
	"lifeboat/tf"
)

const stepOwner = "owner"

// PinOwner is the name under which a run keeps what the owner of the database's root does, so that his Terraform agrees: HCL and
// commands, a line each.
const PinOwner = "terraform.owner"

// ownerStep tells what the owner of a root does that Lifeboat does not run. It asks nothing but his state, where lifeboat.yaml says where
// that is, and changes nothing.
func (w *crew) ownerStep(after ...string) runbook.Step {
	var calls []runbook.Call
	if w.build != nil && strings.HasPrefix(w.c.Terraform.OwnerState, "s3://") {
		calls = tried(call("s3:GetObject", runbook.Data, w.c.Regions.Primary.Name))
	}
	return runbook.Step{
		ID: stepOwner, Title: "what the owner's Terraform needs", Why: "a state follows a database under its new name, and the next apply would give that one its old name again",
		After: after, Calls: calls, Timeout: shortStep, PlannedOnly: w.p.kind.Moves(),
		Paper: func(runbook.Pins) []string { return lines(w.ownerBlocks("aws_db_instance.NAME")) },
		Await: func(ctx context.Context, t *runbook.Task) (runbook.Seen, error) {
			text := t.Pin(PinOwner)
			if text == "" && !t.DryRun {
				text = w.ownerBlocks(w.ownerAddress(ctx))
				if _, err := t.Decide(ctx, PinOwner, text); err != nil {
					return runbook.Seen{}, err
				}
			}
			return runbook.Seen{So: true, Text: fmt.Sprintf("the root that holds %s is not Lifeboat's to run: the report has what its owner does", w.p.rebuild.Name())}, nil
		},
	}
}

// ownerAddress is the old database's address in its owner's root; one with NAME in it where his state is not known.
func (w *crew) ownerAddress(ctx context.Context) string {
	const unknown = "aws_db_instance.NAME"
	if w.build == nil || w.p.from != w.c.Regions.Primary.Name {
		return unknown
	}
	list, err := w.build.ownersState(ctx)
	if err != nil {
		return unknown
	}
	r := w.p.rebuild
	for _, id := range []string{r.Old, r.Name(), r.Kept} {
		if at := tf.HolderOf(list, "aws_db_instance", id); id != "" && at != "" {
			return at
		}
	}
	return unknown
}

// ownerBlocks are what the owner does in the root that has the old database under an address. A block that removes cannot stand beside
// the resource's own.
func (w *crew) ownerBlocks(address string) string {
	r := w.p.rebuild
	text := "# The root that has " + r.Name() + ": its state follows the old database"
	if r.Kept != "" {
		text += ",\n# kept as " + r.Kept
	}
	return text + ".\n# Before that root is applied again:\n" +
		"# 1. It lets go of the old one:\n#    terraform state rm '" + address + "'\n" +
		"#    or by an apply with this block in the place of the resource's:\n" + tf.Removed(address) +
		"# 2. It takes on the new one, with the resource's block there again.\n" +
		fmt.Sprintf("#    While %s writes, that has\n#    replicate_source_db = %q\n", w.p.to, r.Order.Source) +
		tf.ImportBlock(address, r.Name())
}

// OwnerLines are what the owner of a root does after a run, that Lifeboat does not do; none where there is nothing.
func OwnerLines(pins runbook.Pins) []string { return lines(pins[PinOwner]) }
