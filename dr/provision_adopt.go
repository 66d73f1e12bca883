package dr

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"

	"lifeboat/aws"
	"lifeboat/dr/runbook"
	"lifeboat/tf"
)

// A resource has one owner. What lifeboat.yaml says to adopt is imported by the root that shall own it, once the owner's own root has let
// go of it; what its owner keeps is left out of the stack, and he gets a patch for his root.

// takenOver is a resource of the owner's that a root takes over, by what Terraform imports it by.
type takenOver struct {
	tf.Adoption
	id string
}

// adopted are those that a root takes over. Where the stack makes the primary, its secret and database are its own.
func (b *builder) adopted(root string) []takenOver {
	var list []takenOver
	for _, a := range tf.Adoptions {
		id := b.c.Terraform.Adopt[a.Key]
		if a.Root != root || id == "" || b.ours() && (a.Key == "secret" || a.Key == "database") {
			continue
		}
		list = append(list, takenOver{a, id})
	}
	return list
}

// kept are the resources of a root that their owner keeps.
func (b *builder) kept(root string) []tf.Adoption {
	return slices.DeleteFunc(slices.Clone(tf.Adoptions), func(a tf.Adoption) bool {
		return a.Root != root || !slices.Contains(b.c.Terraform.Declined, a.Key)
	})
}

// ownImports are what a root takes over of the owner's with its next apply, beside what an apply has found there. What it holds already
// Terraform passes by.
func (b *builder) ownImports(_ context.Context, root string) ([]tf.Import, error) {
	var list []tf.Import
	for _, a := range b.adopted(root) {
		list = append(list, tf.Import{To: a.Address, ID: a.id})
	}
	return list, nil
}

// errNoOwnerState says that nothing tells what the owner's own root holds.
var errNoOwnerState = errors.New("lifeboat.yaml has no terraform.owner_state")

// ownersState is what the owner's own root holds.
func (b *builder) ownersState(ctx context.Context) ([]tf.Held, error) {
	where := b.c.Terraform.OwnerState
	if where == "" {
		return nil, errNoOwnerState
	}
	data, err := b.ownersFile(ctx, where)
	if err != nil {
		return nil, fmt.Errorf("the owner's state %s: %w", where, err)
	}
	list, err := tf.ReadState(data)
	if err != nil {
		return nil, fmt.Errorf("the owner's state %s: %w", where, err)
	}
	return list, nil
}

func (b *builder) ownersFile(ctx context.Context, where string) ([]byte, error) {
	rest, bucket := strings.CutPrefix(where, "s3://")
	if !bucket {
		return os.ReadFile(where)
	}
	name, key, _ := strings.Cut(rest, "/")
	spec := accessSpec(&b.c.Regions.Primary, b.opt)
	spec.CallTimeout, spec.Asked = b.c.Waits.Call.D(), b.asked
	s, err := aws.NewBucket(spec, nil, name)
	if err != nil {
		return nil, err
	}
	o, err := s.Get(ctx, key)
	if err == nil && !o.Found {
		err = fs.ErrNotExist
	}
	return o.Body, err
}

// heldTwice refuses to take over what the owner's state still holds.
func (b *builder) heldTwice(ctx context.Context, root string) error {
	m := b.planOf(root)
	if m == nil {
		return nil
	}
	for _, o := range b.ownedBriefly(ctx, root, notImported(m.plan.Changes)) {
		switch {
		case o.State == OwnedHeld:
			return &Refusal{
				fmt.Sprintf("the owner's state %s still holds %s %s, as %s: two states that hold one resource undo each other", b.c.Terraform.OwnerState, o.What, o.ID, o.Holder),
				"let go of it in his root first, and apply that:\n" + o.Block,
			}
		case o.State == OwnedUnseen && !errors.Is(o.unseen, errNoOwnerState): // without one a person has said so at the gate
			return fmt.Errorf("whether the owner has let go of what is taken over cannot be seen: %w", o.unseen)
		}
	}
	return nil
}

// AdoptPhrase is what is typed to take over a resource while nothing shows whether its owner has let go of it.
func AdoptPhrase(key, id string) string { return "adopt " + key + " " + id }

// ownNotice adds to a root's gate what it takes over and what it leaves to its owner.
func (b *builder) ownNotice(ctx context.Context, root string, n *runbook.Notice) {
	m := b.planOf(root)
	if m == nil {
		return
	}
	for _, o := range b.owned(ctx, root, notImported(m.plan.Changes)) {
		if o.State == OwnedAdopted && o.Block == "" {
			continue // nothing is asked of anybody any more
		}
		n.What = append(n.What, o.Words())
		n.What = append(n.What, lines(o.Block)...)
		if o.State == OwnedUnseen {
			n.Failing = append(n.Failing, runbook.Failing{
				ID:       "owner of " + o.Key,
				Text:     fmt.Sprintf("whether the owner's state still holds %s %s cannot be seen (%v); two states that hold one resource undo each other", o.What, plain(o.ID), o.unseen),
				Override: AdoptPhrase(o.Key, o.ID),
			})
		}
	}
}

// lines are those of a text, without the last one's end.
func lines(text string) []string {
	text = strings.TrimRight(text, "\n")
	if text == "" {
		return nil
	}
	return strings.Split(text, "\n")
}
