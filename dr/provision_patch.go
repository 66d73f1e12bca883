package dr

import (
	"context"
	"slices"
	"strings"

	"lifeboat/aws"
	"lifeboat/aws/edge"
	"lifeboat/tf"
)

// What an owner keeps he patches himself: what the standby needs of it is printed as HCL for his root, and what it has already is not.

// slotParameter limits the log that a stalled replica may hold back.
const slotParameter = "max_slot_wal_keep_size"

// patch is what an owner writes into his root for what he keeps; "" where it has all that the standby needs.
func (b *builder) patch(ctx context.Context, key string) (string, error) {
	switch key {
	case "distribution":
		return b.distributionPatch(ctx)
	case "secret":
		return b.secretPatch(ctx)
	case "registry":
		return b.registryPatch(ctx)
	}
	return b.databasePatch(ctx)
}

func (b *builder) secretPatch(ctx context.Context) (string, error) {
	name, _ := b.inputs()["database_secret_name"].(string)
	if err := b.learn(ctx, []string{"foundation"}); err != nil {
		return "", err
	}
	there, err := b.changer(&b.c.Regions.Primary)
	if err != nil {
		return "", err
	}
	s, err := there.Secret(ctx, name)
	if err != nil {
		return "", err
	}
	standby := b.c.Regions.Standby.Name
	if slices.ContainsFunc(s.Replicas, func(r aws.SecretReplica) bool { return r.Region == standby }) {
		return "", nil
	}
	return tf.SecretPatch(name, standby, b.output("foundation", "application_key_arn")), nil
}

func (b *builder) registryPatch(ctx context.Context) (string, error) {
	there, err := b.changer(&b.c.Regions.Primary)
	if err != nil {
		return "", err
	}
	account, rules, err := there.ReplicationRules(ctx)
	if err != nil {
		return "", err
	}
	standby := aws.RegistryPlace{Region: b.c.Regions.Standby.Name, Account: account}
	left := slices.DeleteFunc(textsOf(b.inputs()["repositories"]), func(name string) bool { return copied(rules, standby, name) })
	if len(left) == 0 {
		return "", nil
	}
	return tf.RegistryPatch(account, standby.Region, left), nil
}

// copied says whether a repository's images are copied to a registry.
func copied(rules []aws.ReplicationRule, to aws.RegistryPlace, name string) bool {
	return slices.ContainsFunc(rules, func(r aws.ReplicationRule) bool {
		return slices.Contains(r.To, to) && (len(r.Prefixes) == 0 || slices.ContainsFunc(r.Prefixes, func(p string) bool { return strings.HasPrefix(name, p) }))
	})
}

func (b *builder) databasePatch(ctx context.Context) (string, error) {
	name, _ := b.inputs()["primary_database_identifier"].(string)
	there, err := b.changer(&b.c.Regions.Primary)
	if err != nil {
		return "", err
	}
	db, err := there.Database(ctx, name)
	if err != nil {
		return "", err
	}
	p := tf.DatabasePatch{
		Name: db.ID, Storage: db.StorageGiB, MaxStorage: db.MaxStorageGiB, RetentionDays: db.RetentionDays, Protected: db.DeletionProtection, Parameters: db.ParameterGroup,
	}
	p.SlotKeepMB, err = slotMissing(ctx, there, db)
	return p.HCL(), err
}

// slotMissing is the limit that a database's parameter group is to have, in MB; 0 where it has one.
func slotMissing(ctx context.Context, there *aws.Changer, db aws.Database) (int, error) {
	if !ownParameters(db) { // RDS's own has none
		return slotKeepMB, nil
	}
	now, err := there.Parameter(ctx, db.ParameterGroup, slotParameter)
	if err != nil || now != "" && now != "-1" {
		return 0, err
	}
	return slotKeepMB, nil
}

// leftToHim is what an owner still does himself for what is taken over: the parameter group of a database stays his. "" for nothing.
func (b *builder) leftToHim(ctx context.Context, o Owned) string {
	if o.Key != "database" {
		return ""
	}
	there, err := b.changer(&b.c.Regions.Primary)
	if err != nil {
		return ""
	}
	db, err := there.Database(ctx, o.ID)
	if err != nil || !ownParameters(db) {
		return ""
	}
	keep, err := slotMissing(ctx, there, db)
	if err != nil || keep == 0 {
		return ""
	}
	return tf.ParameterPatch(db.ParameterGroup, keep)
}

func (b *builder) distributionPatch(ctx context.Context) (string, error) {
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
	p.FirstDomain, _ = b.inputs()["origin_domain"].(string)
	for _, path := range d.Behaviors {
		if readsOnly(path.Methods) && !b.proves(d, path) {
			p.Bridged = append(p.Bridged, tf.PatchedPath{Path: path.Path, Methods: path.Methods})
		} else {
			p.Kept = append(p.Kept, tf.PatchedPath{Path: path.Path, Methods: path.Methods})
		}
	}
	if bridges(d, p) {
		return "", nil
	}
	return p.HCL(), nil
}

// bridges says whether a distribution has what its patch says.
func bridges(d edge.Distribution, p tf.DistributionPatch) bool {
	domain := map[string]string{}
	for _, o := range d.Origins {
		domain[o.ID] = o.Domain
	}
	if domain[p.First] != p.FirstDomain || p.Balancer != "" && domain[p.Second] != p.Balancer {
		return false
	}
	if p.Balancer == "" {
		return true
	}
	group := slices.ContainsFunc(d.Groups, func(g edge.OriginGroup) bool {
		return g.ID == p.Group && slices.Equal(g.Members, []string{p.First, p.Second}) &&
			!slices.ContainsFunc([]int{500, 502, 503, 504}, func(status int) bool { return !slices.Contains(g.Statuses, status) })
	})
	return group && !slices.ContainsFunc(d.Behaviors, func(of edge.Behavior) bool {
		return of.Target != p.Group && slices.ContainsFunc(p.Bridged, func(path tf.PatchedPath) bool { return path.Path == of.Path })
	})
}
