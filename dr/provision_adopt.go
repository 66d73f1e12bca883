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

// owned is a resource of the owner's that a root takes over, by what Terraform imports it by.
type owned struct {
	tf.Adoption
	id string
}

// adopted are those that a root takes over. Where the stack makes the primary, its secret and database are its own.
func (b *builder) adopted(root string) []owned {
	var list []owned
	for _, a := range tf.Adoptions {
		id := b.c.Terraform.Adopt[a.Key]
		if a.Root != root || id == "" || b.ours() && (a.Key == "secret" || a.Key == "database") {
			continue
		}
		list = append(list, owned{a, id})
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

// taken are the resources that a plan takes over.
func (b *builder) taken(root string, changes []tf.Change) []owned {
	return slices.DeleteFunc(b.adopted(root), func(a owned) bool {
		return !slices.ContainsFunc(changes, func(c tf.Change) bool { return c.Address == a.Address && c.ID != "" })
	})
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
	taken := b.taken(root, m.plan.Changes)
	if len(taken) == 0 {
		return nil
	}
	list, err := b.ownersState(ctx)
	if errors.Is(err, errNoOwnerState) {
		return nil // a person has said so at the gate
	}
	if err != nil {
		return fmt.Errorf("whether the owner has let go of what is taken over cannot be seen: %w", err)
	}
	for _, a := range taken {
		if at := tf.HolderOf(list, a.Type(), a.id); at != "" {
			return &Refusal{
				fmt.Sprintf("the owner's state %s still holds %s %s, as %s: two states that hold one resource undo each other", b.c.Terraform.OwnerState, a.What, a.id, at),
				"let go of it in his root first, and apply that:\n" + tf.Removed(at),
			}
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
	if taken := b.taken(root, m.plan.Changes); len(taken) > 0 {
		list, err := b.ownersState(ctx)
		for _, a := range taken {
			b.takeWords(a, list, err, n)
		}
	}
	for _, t := range b.theirs(ctx, root) {
		n.What = append(n.What, t.Words())
		n.What = append(n.What, lines(t.Patch)...)
	}
}

// takeWords say of one resource whether it can be taken over.
func (b *builder) takeWords(a owned, list []tf.Held, err error, n *runbook.Notice) {
	at := tf.HolderOf(list, a.Type(), a.id)
	switch {
	case err == nil && at == "":
		n.What = append(n.What, fmt.Sprintf("take over %s %s: the owner's state %s does not hold it any more", a.What, plain(a.id), b.c.Terraform.OwnerState))
		return
	case err == nil:
		n.What = append(n.What, fmt.Sprintf("REFUSED as long as the owner's state %s holds %s %s, as %s. In his root, applied first:", b.c.Terraform.OwnerState, a.What, plain(a.id), plain(at)))
		n.What = append(n.What, lines(tf.Removed(at))...)
		return
	}
	n.What = append(n.What, fmt.Sprintf("take over %s %s. His root lets go of it first, by this block with its own address:", a.What, plain(a.id)))
	n.What = append(n.What, lines(tf.Removed(a.Type()+".NAME"))...)
	n.Failing = append(n.Failing, runbook.Failing{
		ID:       "owner of " + a.Key,
		Text:     fmt.Sprintf("whether the owner's state still holds %s %s cannot be seen (%v); two states that hold one resource undo each other", a.What, plain(a.id), err),
		Override: AdoptPhrase(a.Key, a.id),
	})
}

// lines are those of a text, without the last one's end.
func lines(text string) []string {
	text = strings.TrimRight(text, "\n")
	if text == "" {
		return nil
	}
	return strings.Split(text, "\n")
}

// Theirs is a resource that its owner keeps: no plan of the stack has it, and no "no changes" is said of it.
type Theirs struct {
	Key   string `json:"key"` // as lifeboat.yaml calls it
	What  string `json:"what"`
	Patch string `json:"patch,omitempty"` // HCL for the owner's root
	Why   string `json:"why,omitempty"`   // why there is no patch
}

// Words say whose it is.
func (t Theirs) Words() string {
	words := "yours, not under \"no changes\": " + t.What
	switch {
	case t.Why != "":
		return words + "; its patch could not be made: " + t.Why
	case t.Patch != "":
		return words + ". In your root:"
	}
	return words
}

// theirs are the resources of a root that their owner keeps, each with what he adds to his root.
func (b *builder) theirs(ctx context.Context, root string) []Theirs {
	var list []Theirs
	for _, a := range b.kept(root) {
		t := Theirs{Key: a.Key, What: a.What}
		patch, err := b.patch(ctx, a.Key)
		if err != nil {
			t.Why = whyOf(err)
		}
		t.Patch = patch
		list = append(list, t)
	}
	return list
}

// patch is what an owner writes into his root for what he keeps.
func (b *builder) patch(ctx context.Context, key string) (string, error) {
	standby := b.c.Regions.Standby.Name
	vars := b.inputs()
	switch key {
	case "distribution":
		return b.distributionPatch(ctx, vars)
	case "secret":
		name, _ := vars["database_secret_name"].(string)
		return tf.SecretPatch(name, standby, b.output("foundation", "application_key_arn")), b.learn(ctx, []string{"foundation"})
	case "registry":
		at, err := b.place(ctx, "source")
		return tf.RegistryPatch(at.Account, standby, textsOf(vars["repositories"])), err
	}
	name, _ := vars["primary_database_identifier"].(string)
	there, err := b.changer(&b.c.Regions.Primary)
	if err != nil {
		return "", err
	}
	db, err := there.Database(ctx, name)
	if err != nil {
		return "", err
	}
	return tf.DatabasePatch{
		Name: db.ID, Storage: db.StorageGiB, MaxStorage: db.MaxStorageGiB, RetentionDays: db.RetentionDays, Protected: db.DeletionProtection, SlotKeepMB: slotKeepMB,
	}.HCL(), nil
}

func (b *builder) distributionPatch(ctx context.Context, vars map[string]any) (string, error) {
	if err := b.learn(ctx, []string{"compute"}); err != nil {
		return "", err
	}
	by, err := b.distributionOf(b.c.Edge.Distribution)
	if err != nil {
		return "", err
	}
	d, err := by.Distribution(ctx)
	if err != nil {
		return "", err
	}
	ids := originIDs(d)
	p := tf.DistributionPatch{ID: d.ID, First: ids["first"], Second: ids["second"], Group: ids["group"], Balancer: b.output("compute", "load_balancer_dns_name")}
	p.FirstDomain, _ = vars["origin_domain"].(string)
	for _, path := range d.Behaviors {
		if readsOnly(path.Methods) && !b.proves(d, path) {
			p.Bridged = append(p.Bridged, tf.PatchedPath{Path: path.Path, Methods: path.Methods})
		} else {
			p.Kept = append(p.Kept, tf.PatchedPath{Path: path.Path, Methods: path.Methods})
		}
	}
	return p.HCL(), nil
}
