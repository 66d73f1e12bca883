package dr

import (
	"context"
	"fmt"
	"slices"

	"lifeboat/dr/config"
	"lifeboat/tf"
)

// OwnedState is what becomes of a resource that usually is the owner's.
type OwnedState string

const (
	OwnedTheirs  OwnedState = "theirs"  // he keeps it: no plan of the stack has it, and no "no changes" is said of it
	OwnedAdopted OwnedState = "adopted" // the stack's state holds it
	OwnedHeld    OwnedState = "held"    // to be taken over, and his state still holds it: nothing is applied before he has let go
	OwnedFree    OwnedState = "free"    // to be taken over, and his state does not hold it any more
	OwnedUnseen  OwnedState = "unseen"  // to be taken over, and what his state holds cannot be seen
)

// Owned is a resource that usually belongs to the owner's own Terraform, and what becomes of it.
type Owned struct {
	Key    string     `json:"key"` // as lifeboat.yaml calls it
	What   string     `json:"what"`
	Root   string     `json:"root"`         // the stack's, which it is or would be in
	ID     string     `json:"id,omitempty"` // what Terraform imports it by; "" where he keeps it
	State  OwnedState `json:"state"`
	Holder string     `json:"holder,omitempty"` // its address in his state
	From   string     `json:"owner_state,omitempty"`
	Block  string     `json:"block,omitempty"` // HCL for his root: what lets go of it, or the patch of what he keeps
	Why    string     `json:"why,omitempty"`   // why there is no patch, or why his state cannot be seen

	unseen error
}

// Words say what becomes of it; where there is a Block it comes after them.
func (o Owned) Words() string {
	name := o.What
	if o.ID != "" {
		name += " " + plain(o.ID)
	}
	switch o.State {
	case OwnedTheirs:
		return o.theirWords()
	case OwnedAdopted:
		if o.Block != "" {
			return name + " is the stack's now. In your root:"
		}
		return name + " is the stack's now"
	case OwnedHeld:
		return fmt.Sprintf("REFUSED as long as the owner's state %s holds %s, as %s. In his root, applied first:", o.From, name, plain(o.Holder))
	case OwnedFree:
		words := fmt.Sprintf("take over %s: the owner's state %s does not hold it any more", name, o.From)
		if o.Block != "" {
			words += ". In his root:"
		}
		return words
	}
	return fmt.Sprintf("take over %s. His root lets go of it first, by this block with its own address:", name)
}

func (o Owned) theirWords() string {
	words := "yours, not under \"no changes\": " + o.What
	switch {
	case o.Why != "":
		return words + "; its patch could not be made: " + o.Why
	case o.Block != "":
		return words + ". In your root:"
	}
	return words + ". It has what the standby needs of it"
}

// owned are the resources of a root that it takes over or leaves to their owner, each with what he writes into his root for it. holds
// says of an address whether the stack's own state has it.
func (b *builder) owned(ctx context.Context, root string, holds func(address string) bool) []Owned {
	list := b.ownedBriefly(ctx, root, holds)
	for i := range list {
		switch o := &list[i]; o.State {
		case OwnedAdopted, OwnedFree:
			o.Block = b.leftToHim(ctx, *o)
		case OwnedTheirs:
			patch, err := b.patch(ctx, o.Key)
			o.Block, o.Why = patch, whyOf(err)
		}
	}
	return list
}

// ProvisionOwned is what of the owner's own Terraform a phase takes over or leaves to him, with what he writes into his root for it: by
// lifeboat.yaml, which must have been read just now, his state, the stack's, and the cloud. It changes nothing.
func ProvisionOwned(ctx context.Context, c *config.Config, s *State, opt Options, phase string) ([]Owned, error) {
	ctx, cancel := context.WithTimeout(ctx, pathPatience)
	defer cancel()
	b := bareBuilder(c, s, opt.withDefaults())
	var err error
	if b.program, err = findTerraform(ctx, c, nil); err != nil {
		return nil, err
	}
	b.dir = ProvisionDir(c, "states")
	if err := b.learn(ctx, []string{"bootstrap"}); err != nil {
		return nil, err
	}
	var list []Owned
	for _, root := range phaseRoots(phase) {
		if len(b.adopted(root.Name))+len(b.kept(root.Name)) == 0 {
			continue
		}
		r, held := b.held(ctx, root.Name)
		if r.State == PhaseUnknown {
			list = append(list, b.ownedUnread(root.Name, r.Why)...)
			continue
		}
		list = append(list, b.owned(ctx, root.Name, holdsAt(held))...)
	}
	return list, nil
}

// ownedBriefly are the same without patches, for which the cloud would have to be asked. The owner's state is read where the stack's does
// not hold one of them.
func (b *builder) ownedBriefly(ctx context.Context, root string, holds func(address string) bool) []Owned {
	var list []Owned
	var his *ownersRoot
	for _, a := range b.adopted(root) {
		o := Owned{Key: a.Key, What: a.What, Root: root, ID: a.id, State: OwnedAdopted}
		if !holds(a.Address) {
			if his == nil {
				his = b.ownersRoot(ctx)
			}
			his.judge(&o, a)
		}
		list = append(list, o)
	}
	for _, a := range b.kept(root) {
		list = append(list, Owned{Key: a.Key, What: a.What, Root: root, State: OwnedTheirs})
	}
	return list
}

// ownedUnread are the same where the stack's own state cannot be read.
func (b *builder) ownedUnread(root, why string) []Owned {
	var list []Owned
	for _, a := range b.adopted(root) {
		list = append(list, Owned{Key: a.Key, What: a.What, Root: root, ID: a.id, State: OwnedUnseen, Why: why})
	}
	for _, a := range b.kept(root) {
		list = append(list, Owned{Key: a.Key, What: a.What, Root: root, State: OwnedTheirs})
	}
	return list
}

// holdsAt says of an address whether a state holds it.
func holdsAt(state []tf.Held) func(address string) bool {
	return func(address string) bool {
		return slices.ContainsFunc(state, func(h tf.Held) bool { return h.Address == address })
	}
}

// ownersRoot is what the owner's own root holds, or why that cannot be seen.
type ownersRoot struct {
	from string
	list []tf.Held
	err  error
}

func (b *builder) ownersRoot(ctx context.Context) *ownersRoot {
	list, err := b.ownersState(ctx)
	return &ownersRoot{b.c.Terraform.OwnerState, list, err}
}

// judge says whether the owner has let go of what is to be taken over.
func (r *ownersRoot) judge(o *Owned, a takenOver) {
	o.From = r.from
	if r.err != nil {
		o.State, o.Block, o.Why, o.unseen = OwnedUnseen, tf.Removed(a.Type()+".NAME"), whyOf(r.err), r.err
		return
	}
	o.State, o.Holder = OwnedFree, tf.HolderOf(r.list, a.Type(), a.id)
	if o.Holder != "" {
		o.State, o.Block = OwnedHeld, tf.Removed(o.Holder)
	}
}

// notImported says of a plan's addresses whether the state had them before: they are not imported by it.
func notImported(changes []tf.Change) func(address string) bool {
	imported := map[string]bool{}
	for _, c := range changes {
		if c.ID != "" {
			imported[c.Address] = true
		}
	}
	return func(address string) bool { return !imported[address] }
}
