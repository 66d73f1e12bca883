package cloud

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
)

// How long a database takes that is made for Terraform, simulated.
var (
	newDatabaseTime = span{6 * time.Minute, 9 * time.Minute}
	newReplicaTime  = span{10 * time.Minute, 15 * time.Minute}
)

func makeRole(w *World, _ *Region, p Piece, m *Making) error {
	name := text(p.Values, "name")
	m.Values["arn"] = "arn:aws:iam::" + w.Account + ":role/" + name
	if strings.HasSuffix(name, "-operator") || strings.HasSuffix(name, "-reader") {
		w.Roles = append(w.Roles, &Role{Name: name, ARN: m.Values["arn"].(string)})
	}
	return nil
}

func makeTopic(_ *World, r *Region, p Piece, m *Making) error {
	m.ID = r.arn("sns", text(p.Values, "name"))
	m.Values["arn"] = m.ID
	return nil
}

func makeSubnetGroup(_ *World, r *Region, p Piece, _ *Making) error {
	r.SubnetGroups = append(r.SubnetGroups, p.ID)
	return nil
}

func endSubnetGroup(_ *World, r *Region, p Piece, _ *Making) error {
	r.SubnetGroups = slices.DeleteFunc(slices.Clone(r.SubnetGroups), func(g string) bool { return g == p.ID })
	return nil
}

func makeParameterGroup(_ *World, r *Region, p Piece, _ *Making) error {
	r.ParameterGroups = append(r.ParameterGroups, p.ID)
	set := maps.Clone(r.Parameters)
	if set == nil {
		set = map[string]map[string]string{}
	}
	set[p.ID] = map[string]string{"max_slot_wal_keep_size": "5120", "rds.force_ssl": "1"} // the stack's groups have these
	r.Parameters = set
	return nil
}

func endParameterGroup(_ *World, r *Region, p Piece, _ *Making) error {
	r.ParameterGroups = slices.DeleteFunc(slices.Clone(r.ParameterGroups), func(g string) bool { return g == p.ID })
	r.Parameters = maps.Clone(r.Parameters)
	delete(r.Parameters, p.ID)
	return nil
}

func makeKey(_ *World, r *Region, p Piece, m *Making) error {
	arn := r.arn("kms", "key/"+p.ID)
	r.Keys = append(r.Keys, arn)
	m.Values["arn"], m.Values["key_id"] = arn, p.ID
	return nil
}

func makeBucket(w *World, r *Region, p Piece, m *Making) error {
	r.Buckets = append(r.Buckets, &Bucket{Name: p.ID, Created: w.now})
	m.Values["arn"], m.Values["region"] = "arn:aws:s3:::"+p.ID, r.Name
	return nil
}

func findBucket(w *World, r *Region, p Piece) map[string]any {
	if b, in := w.Bucket(p.ID); b == nil || in != r {
		return nil
	}
	return map[string]any{"bucket": p.ID, "arn": "arn:aws:s3:::" + p.ID}
}

func makeObject(w *World, _ *Region, p Piece, m *Making) error {
	name, key := p.needs("aws_s3_bucket", ""), text(p.Values, "key")
	b, _ := w.Bucket(name)
	if b == nil {
		return absent("NoSuchBucket", "The specified bucket does not exist: %s", name)
	}
	m.ID, m.Values["bucket"], m.Values["arn"] = key, name, "arn:aws:s3:::"+name+"/"+key
	_, err := w.Put(b, Object{Key: key, Body: []byte(text(p.Values, "content")), Type: text(p.Values, "content_type")}, Condition{})
	return err
}

// makeSecurityGroup makes a group. The one that isolates lets nobody in.
func makeSecurityGroup(_ *World, r *Region, p Piece, _ *Making) error {
	name := text(p.Values, "name")
	r.SecurityGroups = append(r.SecurityGroups, &SecurityGroup{ID: p.ID, Name: name, Ingress: !strings.HasSuffix(name, "-isolation")})
	return nil
}

func endSecurityGroup(_ *World, r *Region, p Piece, _ *Making) error {
	r.SecurityGroups = slices.DeleteFunc(slices.Clone(r.SecurityGroups), func(g *SecurityGroup) bool { return g.ID == p.ID })
	return nil
}

func findSecurityGroup(_ *World, r *Region, p Piece) map[string]any {
	for _, g := range r.SecurityGroups {
		if g.ID == p.ID {
			return map[string]any{"name": g.Name}
		}
	}
	return nil
}

func makeRepository(w *World, r *Region, p Piece, m *Making) error {
	repo := &Repository{
		Name: p.ID, ARN: r.arn("ecr", "repository/"+p.ID), URI: r.Registry() + "/" + p.ID, Created: w.now, Immutable: true, ScanOnPush: true, Tags: p.tags(w),
	}
	r.Repositories = append(r.Repositories, repo)
	m.Values["arn"], m.Values["repository_url"], m.Values["registry_id"] = repo.ARN, repo.URI, w.Account
	return nil
}

func findRepository(w *World, r *Region, p Piece) map[string]any {
	repo := r.Repository(p.ID)
	if repo == nil {
		return nil
	}
	return map[string]any{"name": repo.Name, "arn": repo.ARN, "repository_url": repo.URI, "registry_id": w.Account, "image_tag_mutability": "IMMUTABLE"}
}

// tags are those that the stack gives everything.
func (p Piece) tags(w *World) []Tag {
	return []Tag{{"Name", p.ID}, {"Estate", w.Estate}, {"ManagedBy", "lifeboat"}}
}

func makeReplication(w *World, r *Region, p Piece, m *Making) error {
	w.unreplicated = slices.DeleteFunc(w.unreplicated, func(name string) bool { return name == r.Name })
	m.ID, m.Values["registry_id"] = w.Account, w.Account
	return nil
}

func endReplication(w *World, r *Region, _ Piece, _ *Making) error {
	w.unreplicated = append(w.unreplicated, r.Name)
	return nil
}

func findReplication(w *World, r *Region, _ Piece) map[string]any {
	if !w.Replicates(r) {
		return nil
	}
	return map[string]any{"registry_id": w.Account}
}

func makeDatabase(w *World, r *Region, p Piece, m *Making) error {
	var db *Database
	if source := text(p.Values, "replicate_source_db"); source != "" {
		replica, err := w.CreateReplica(r, ReplicaOrder{
			ID: text(p.Values, "identifier"), Source: source, Class: text(p.Values, "instance_class"), KMSKey: text(p.Values, "kms_key_id"),
			Subnets: text(p.Values, "db_subnet_group_name"), Parameters: text(p.Values, "parameter_group_name"), Groups: wordsOf(p.Values, "vpc_security_group_ids"), MaxStorage: number(p.Values, "max_allocated_storage"),
			DeletionProtection: flag(p.Values, "deletion_protection"), Tags: p.tags(w), Upkeep: upkeepOf(p.Values), takes: newReplicaTime,
		})
		if err != nil {
			return err
		}
		db = replica
	} else if text(p.Values, "snapshot_identifier") != "" || first(p.Values, "restore_to_point_in_time") != nil {
		restored, err := w.Restore(r, restoreOf(w, p))
		if err != nil {
			return err
		}
		db = restored
	} else {
		db = w.newWriter(r, p)
	}
	db.Retention = number(p.Values, "backup_retention_period")
	m.ID = db.ResourceID
	for name, value := range databaseValues(db) {
		m.Values[name] = value
	}
	m.until = func() (bool, error) {
		if r.Database(db.ID) != db {
			return true, errors.New("unexpected state 'deleted', wanted target 'available'")
		}
		return db.Status != creating, nil
	}
	return nil
}

// restoreOf is the order of an instance that Terraform makes of a recovery point.
func restoreOf(w *World, p Piece) RestoreOrder {
	point := first(p.Values, "restore_to_point_in_time")
	at, _ := time.Parse(time.RFC3339, text(point, "restore_time"))
	return RestoreOrder{
		ID: text(p.Values, "identifier"), Snapshot: text(p.Values, "snapshot_identifier"), Backups: text(point, "source_db_instance_automated_backups_arn"), At: at,
		Class: text(p.Values, "instance_class"), KMSKey: text(p.Values, "kms_key_id"), Subnets: text(p.Values, "db_subnet_group_name"),
		Parameters: text(p.Values, "parameter_group_name"), Groups: wordsOf(p.Values, "vpc_security_group_ids"), Retention: number(p.Values, "backup_retention_period"),
		MultiAZ: flag(p.Values, "multi_az"), MaxStorage: number(p.Values, "max_allocated_storage"), Protected: flag(p.Values, "deletion_protection"), Tags: p.tags(w),
		Upkeep: upkeepOf(p.Values),
	}
}

// newWriter makes an instance with a history of its own.
func (w *World) newWriter(r *Region, p Piece) *Database {
	id, resource := text(p.Values, "identifier"), "db-"+strings.ToUpper(w.hex(26))
	groups := wordsOf(p.Values, "vpc_security_group_ids")
	if len(groups) == 0 {
		groups = []string{p.needs("aws_security_group", "database")}
	}
	key := text(p.Values, "kms_key_id")
	if key == "" && p.needs("aws_kms_key", "") != "" {
		key = r.arn("kms", "key/"+p.needs("aws_kms_key", ""))
	}
	db := &Database{
		ID: id, ARN: r.arn("rds", "db:"+id), ResourceID: resource, Class: text(p.Values, "instance_class"), Version: text(p.Values, "engine_version"),
		Host: r.endpoint(id), Port: 5432, AZ: r.AZ(0), MultiAZ: flag(p.Values, "multi_az"), Storage: number(p.Values, "allocated_storage"),
		MaxStorage: number(p.Values, "max_allocated_storage"), StorageType: "gp3", KMSKey: key, DeletionProtection: flag(p.Values, "deletion_protection"),
		Name: text(p.Values, "db_name"), User: text(p.Values, "username"), Subnets: text(p.Values, "db_subnet_group_name"), Parameters: text(p.Values, "parameter_group_name"), Created: w.now, Started: w.now,
		Groups: groups, Upkeep: upkeepOf(p.Values), Timeline: 1, Tags: p.tags(w), region: r, down: w.now,
	}
	db.system = w.systemID(resource)
	db.wal = &wal{segments: []segment{{at: w.now, lsn: 0x1_64000000, commit: w.now}}}
	r.Databases = append(r.Databases, db)
	w.born(db)
	w.work(db, creating, w.draw(newDatabaseTime), func() { w.ready(db) })
	return db
}

func upkeepOf(values map[string]any) Upkeep {
	return Upkeep{
		CopyTags: flag(values, "copy_tags_to_snapshot"), AutoMinor: flag(values, "auto_minor_version_upgrade"), Insights: flag(values, "performance_insights_enabled"),
		InsightsKey: text(values, "performance_insights_kms_key_id"), Logs: wordsOf(values, "enabled_cloudwatch_logs_exports"),
	}
}

func databaseValues(db *Database) map[string]any {
	return map[string]any{
		"arn": db.ARN, "identifier": db.ID, "resource_id": db.ResourceID, "address": db.Host, "endpoint": fmt.Sprintf("%s:%d", db.Host, db.Port), "port": db.Port, "availability_zone": db.AZ,
		"allocated_storage": db.Storage,
	}
}

func changeDatabase(w *World, r *Region, p Piece, m *Making) error {
	db := r.databaseOf(p)
	if db == nil {
		return absent("DBInstanceNotFound", "DBInstance %s not found.", text(p.Values, "identifier"))
	}
	retention, protected, zones := number(p.Values, "backup_retention_period"), flag(p.Values, "deletion_protection"), flag(p.Values, "multi_az")
	err := w.Modify(db, DatabaseChange{PendingChanges: PendingChanges{Retention: &retention, MultiAZ: &zones}, DeletionProtection: &protected, Now: true})
	m.until = func() (bool, error) { return db.Status != modifying, nil }
	return err
}

func endDatabase(w *World, r *Region, p Piece, m *Making) error {
	db := r.databaseOf(p)
	if db == nil {
		return nil
	}
	skip, final := flag(p.Values, "skip_final_snapshot"), text(p.Values, "final_snapshot_identifier")
	if skip {
		final = ""
	}
	if err := w.Delete(db, skip, final); err != nil {
		return err
	}
	m.until = func() (bool, error) { return r.Database(db.ID) != db, nil }
	return nil
}

// databaseOf finds an instance by the id that Terraform keeps, or by its name, as an import gives it.
func (r *Region) databaseOf(p Piece) *Database {
	for _, db := range r.Databases {
		if db.ResourceID == p.ID || db.ID == p.ID {
			return db
		}
	}
	return nil
}

// findDatabase tells what others change: whom an instance follows, and its settings.
func findDatabase(_ *World, r *Region, p Piece) map[string]any {
	db := r.databaseOf(p)
	if db == nil {
		return nil
	}
	values := databaseValues(db)
	values["id"], values["instance_class"], values["deletion_protection"] = db.ResourceID, db.Class, db.DeletionProtection
	values["multi_az"], values["max_allocated_storage"], values["engine_version"] = db.MultiAZ, db.MaxStorage, db.Version
	values["backup_retention_period"], values["copy_tags_to_snapshot"], values["performance_insights_enabled"] = db.Retention, db.CopyTags, db.Insights
	values["enabled_cloudwatch_logs_exports"], values["parameter_group_name"] = db.Logs, db.Parameters
	values["replicate_source_db"] = nil
	if db.Source != nil {
		values["replicate_source_db"] = db.Source.ARN
	}
	if len(p.Values) == 0 || p.Values["id"] == nil { // an import takes all
		values["kms_key_id"], values["db_subnet_group_name"], values["performance_insights_kms_key_id"] = db.KMSKey, db.Subnets, db.InsightsKey
		values["engine"], values["db_name"], values["username"], values["storage_type"] = "postgres", db.Name, db.User, db.StorageType
		values["publicly_accessible"], values["storage_encrypted"], values["monitoring_interval"] = false, true, 0
		values["skip_final_snapshot"], values["delete_automated_backups"] = true, true // no API tells them: the provider takes its own
	}
	return values
}

func makeBackups(w *World, r *Region, p Piece, m *Making) error {
	source := w.sourceOf(r, text(p.Values, "source_db_instance_arn"))
	if source == nil {
		return absent("DBInstanceNotFound", "The source instance could not be found: %s", text(p.Values, "source_db_instance_arn"))
	}
	b := &AutomatedBackup{
		ARN: r.arn("rds", "auto-backup:ab-"+w.hex(32)), Source: source, Status: "Pending", Retention: number(p.Values, "retention_period"),
		KMSKey: text(p.Values, "kms_key_id"), Created: w.now, behind: 5 * time.Minute,
	}
	r.Backups = append(r.Backups, b)
	w.in(r, 4*time.Minute, func() { b.Status = "Replicating" })
	m.ID, m.Values["arn"] = b.ARN, b.ARN
	m.until = func() (bool, error) { return b.Status == "Replicating", nil }
	return nil
}

func endBackups(_ *World, r *Region, p Piece, _ *Making) error {
	r.Backups = slices.DeleteFunc(slices.Clone(r.Backups), func(b *AutomatedBackup) bool { return b.ARN == p.ID })
	return nil
}

func findBackups(_ *World, r *Region, p Piece) map[string]any {
	for _, b := range r.Backups {
		if b.ARN == p.ID {
			return map[string]any{"retention_period": b.Retention, "source_db_instance_arn": b.Source.ARN}
		}
	}
	return nil
}

// makeSecret makes a secret. The primary's database has a copy of its own in the other region, which follows it.
func makeSecret(w *World, r *Region, p Piece, m *Making) error {
	name := text(p.Values, "name")
	s := &Secret{
		Name: name, ARN: r.arn("secretsmanager", "secret:"+name+"-"+w.hex(6)), Description: text(p.Values, "description"), KMSKey: text(p.Values, "kms_key_id"),
		Created: w.now, Changed: w.now, Primary: r.Name, Version: w.uuid(), Tags: p.tags(w), User: "app", Password: FirstPassword,
	}
	r.Secrets = append(r.Secrets, s)
	if r == w.Regions[0] && strings.HasSuffix(name, "/database") {
		away := w.other(r)
		s.Replicas = []SecretReplica{{Region: away.Name, Status: "InProgress"}}
		w.After(20*time.Second, func() {
			c := *s
			c.ARN, c.Replicas = strings.Replace(s.ARN, r.Name, away.Name, 1), nil
			away.Secrets = append(away.Secrets, &c)
			s.Replicas[0].Status = "InSync"
		})
	}
	m.ID, m.Values["arn"] = s.ARN, s.ARN
	return nil
}

func (r *Region) secretNamed(name string) *Secret {
	for _, s := range r.Secrets {
		if s.Name == name || s.ARN == name {
			return s
		}
	}
	return nil
}

func endSecret(w *World, _ *Region, p Piece, _ *Making) error {
	for _, r := range w.Regions {
		r.Secrets = slices.DeleteFunc(slices.Clone(r.Secrets), func(s *Secret) bool { return s.Name == text(p.Values, "name") })
	}
	return nil
}

func findSecret(_ *World, r *Region, p Piece) map[string]any {
	s := r.secretNamed(p.ID)
	if s == nil {
		return nil
	}
	return map[string]any{"id": s.ARN, "arn": s.ARN, "name": s.Name}
}
