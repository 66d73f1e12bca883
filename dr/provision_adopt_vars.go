package dr

import (
	"context"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"

	"lifeboat/aws"
	"lifeboat/aws/edge"
)

// slotKeepMB is how much log a stalled replica may hold back where nobody says.
const slotKeepMB = 5120

// ownVariables are what a root must be told so that it takes over what the owner has as it is, and leaves out what he keeps. What
// lifeboat.yaml gives stands. Nothing is narrowed: methods, rules and settings of today come along, or the root is refused.
func (b *builder) ownVariables(ctx context.Context, root string, vars map[string]any) error {
	if err := b.refuseManaged(ctx, root); err != nil {
		return err
	}
	own := map[string]any{}
	for _, a := range b.kept(root) {
		switch a.Key {
		case "distribution":
			own["own_distribution"] = false
		case "registry":
			own["replicate_images"] = false
		}
	}
	for _, a := range b.adopted(root) {
		var err error
		switch a.Key {
		case "distribution":
			err = b.distributionToday(ctx, a.id, own)
		case "secret":
			err = b.secretToday(ctx, a.id, own)
		case "database":
			err = b.databaseToday(ctx, a.id, own)
		}
		if err != nil {
			return err
		}
	}
	if root == "source" && own["replicate_images"] == nil {
		if err := b.rulesToday(ctx, vars, own); err != nil {
			return err
		}
	}
	for name := range b.c.Terraform.Inputs {
		delete(own, name)
	}
	maps.Copy(vars, own)
	return nil
}

// distributionOf reads and changes a distribution by its id.
func (b *builder) distributionOf(id string) (*edge.Changer, error) {
	spec := edgeSpec(b.c, b.opt, func() map[string][]string { return nil })
	spec.Asked, spec.DistributionID = b.asked, id
	return edge.NewChanger(spec)
}

// distributionToday are the distribution's variables as its owner has it. One that has what the stack has no word for is refused: an
// apply would take it away.
func (b *builder) distributionToday(ctx context.Context, id string, own map[string]any) error {
	by, err := b.distributionOf(id)
	if err != nil {
		return err
	}
	d, err := by.Owned(ctx)
	if err != nil {
		return fmt.Errorf("the distribution %s, which is to be taken over, could not be read: %w", id, err)
	}
	if len(d.Lost) > 0 {
		return &Refusal{
			fmt.Sprintf("the stack has no word for %s of the distribution %s: taking it over would take that away", among(d.Lost), id),
			"let its owner keep it: write terraform: {declined: [distribution]} in place of adopt, and the patch for his root is printed",
		}
	}
	methods, behaviors := map[string]any{}, []any{}
	for _, h := range d.Handling {
		methods[h.Path] = h.Methods
		one := map[string]any{
			"path": h.Path, "methods": h.Methods, "bridged": readsOnly(h.Methods) && !b.proves(d.Distribution, h.Behavior), "cache_policy_id": h.CachePolicy,
			"viewer_protocol_policy": h.Protocol, "compress": h.Compress,
		}
		if h.RequestPolicy != "" {
			one["origin_request_policy_id"] = h.RequestPolicy
		}
		behaviors = append(behaviors, one)
	}
	maps.Copy(own, map[string]any{"aliases": d.Aliases, "origin_ids": originIDs(d.Distribution), "behaviors": behaviors, "methods_today": methods, "price_class": d.PriceClass})
	for name, value := range map[string]string{"cdn_certificate_arn": d.Certificate, "default_root_object": d.RootObject, "web_acl_id": d.WebACL, "cdn_comment": d.Comment} {
		if value != "" {
			own[name] = value
		}
	}
	return nil
}

// originIDs are the ids of the first origin, of the standby's and of their group, as the distribution calls them, or as the stack does
// where it has none.
func originIDs(d edge.Distribution) map[string]string {
	ids := map[string]string{"first": "origin", "second": "standby", "group": "bridge"}
	for _, g := range d.Groups {
		if len(g.Members) == 2 {
			return map[string]string{"first": g.Members[0], "second": g.Members[1], "group": g.ID}
		}
	}
	for _, behavior := range d.Behaviors {
		if !behavior.Group {
			ids["first"] = behavior.Target // the default's, which is the last
		}
	}
	for _, name := range []string{"second", "group"} {
		if ids[name] == ids["first"] {
			ids[name] += "-dr"
		}
	}
	return ids
}

// readsOnly says whether methods leave everything as it is: AWS takes an origin group for these alone.
func readsOnly(methods []string) bool {
	return !slices.ContainsFunc(methods, func(m string) bool { return m != "GET" && m != "HEAD" && m != "OPTIONS" })
}

// proves says whether a behaviour is the one by which it is seen who serves: it has one origin, or it proves nothing.
func (b *builder) proves(d edge.Distribution, behavior edge.Behavior) bool {
	u, err := url.Parse(b.c.Edge.API.URL)
	if err != nil || u.Path == "" {
		return false
	}
	of, ok := d.BehaviorFor(u.Path)
	return ok && of.Path == behavior.Path && behavior.Path != "*"
}

func (b *builder) secretToday(ctx context.Context, id string, own map[string]any) error {
	there, err := b.changer(&b.c.Regions.Primary)
	if err != nil {
		return err
	}
	s, err := there.Secret(ctx, id)
	if err != nil {
		return fmt.Errorf("the secret %s, which is to be taken over, could not be read: %w", id, err)
	}
	one := map[string]any{"name": s.Name}
	if s.About != "" {
		one["description"] = s.About
	}
	if s.Key != "" && !strings.HasPrefix(s.Key, "alias/aws/") {
		one["kms_key_id"] = s.Key
	}
	for _, r := range s.Replicas { // another key would make its copy anew
		if r.Region == b.c.Regions.Standby.Name && r.Key != "" && !strings.HasPrefix(r.Key, "alias/aws/") {
			own["standby_secret_key_arn"] = r.Key
		}
	}
	own["adopted_secret"] = one
	return nil
}

func (b *builder) databaseToday(ctx context.Context, id string, own map[string]any) error {
	there, err := b.changer(&b.c.Regions.Primary)
	if err != nil {
		return err
	}
	db, err := there.Database(ctx, id)
	if err != nil {
		return fmt.Errorf("the database %s, which is to be taken over, could not be read: %w", id, err)
	}
	if !db.Encrypted {
		return &Refusal{
			fmt.Sprintf("the database %s is not encrypted, and none of the stack's is without: taking it over would replace it", id),
			"let its owner keep it: write terraform: {declined: [database]} in place of adopt. An encrypted replica of it in the other region is not to be had either: restore an encrypted copy of a snapshot first",
		}
	}
	own["adopted_database"] = databaseVariable(db)
	return nil
}

// databaseVariable is a database as it is today, but that its storage may grow and that it has backups. It stays in the groups that it
// has: RDS moves no instance within its VPC, and another parameter group would take its owner's settings away. RDS's own group cannot be
// changed, so that one is made in its place.
func databaseVariable(db aws.Database) map[string]any {
	most, days := db.MaxStorageGiB, db.RetentionDays
	if most <= db.StorageGiB {
		most = max(2*db.StorageGiB, 100)
	}
	if days == 0 {
		days = leastRetention
	}
	one := map[string]any{
		"identifier": db.ID, "engine_version": db.Version, "instance_class": db.Class, "storage": map[string]any{"initial": db.StorageGiB, "maximum": most},
		"username": db.User, "multi_az": db.MultiAZ, "backup_retention_days": days, "slot_wal_keep_mb": slotKeepMB, "key_arn": db.KMSKey,
		"subnet_group_name": db.SubnetGroup, "security_group_ids": db.Groups,
	}
	if ownParameters(db) {
		one["parameter_group_name"] = db.ParameterGroup
	}
	if db.Name != "" {
		one["database_name"] = db.Name
	}
	return one
}

// ownParameters says whether a database has a parameter group of its owner's.
func ownParameters(db aws.Database) bool {
	return db.ParameterGroup != "" && !strings.HasPrefix(db.ParameterGroup, "default.")
}

// rulesToday keeps the registry's other rules: there is one configuration a registry, and writing it replaces all that is there.
func (b *builder) rulesToday(ctx context.Context, vars, own map[string]any) error {
	there, err := b.changer(&b.c.Regions.Primary)
	if err != nil {
		return err
	}
	account, rules, err := there.ReplicationRules(ctx)
	if err != nil {
		return fmt.Errorf("the registry's replication rules, which the root source writes as a whole, could not be read: %w", err)
	}
	others := []any{}
	ours := textsOf(vars["repositories"])
	for _, r := range rules {
		if slices.Equal(r.To, []aws.RegistryPlace{{Region: b.c.Regions.Standby.Name, Account: account}}) && len(r.Prefixes) > 0 &&
			!slices.ContainsFunc(r.Prefixes, func(p string) bool { return !slices.Contains(ours, p) }) {
			continue // what the root writes itself
		}
		var to []any
		for _, place := range r.To {
			to = append(to, map[string]any{"region": place.Region, "registry_id": place.Account})
		}
		one := map[string]any{"destinations": to}
		if len(r.Prefixes) > 0 {
			one["prefixes"] = r.Prefixes
		}
		others = append(others, one)
	}
	if len(others) > 0 {
		own["other_replication_rules"] = others
	}
	return nil
}
