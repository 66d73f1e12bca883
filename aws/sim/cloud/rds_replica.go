package cloud

import (
	"slices"
	"strings"
)

// ReplicaOrder is what CreateDBInstanceReadReplica is asked for, in the region that the replica is to be in.
type ReplicaOrder struct {
	ID                 string
	Source             string // ARN, or an identifier of the same region
	Class              string // "": the source's
	KMSKey             string // ARN, id or alias of a key of the replica's own region
	Subnets            string // DB subnet group; "": the region's first
	Parameters         string // DB parameter group; "": the region's default, as RDS takes it for a replica of another region
	Groups             []string
	MultiAZ            bool
	DeletionProtection bool
	MaxStorage         int
	Tags               []Tag
	Upkeep

	takes span // how long it is creating; none: replicaTime
}

// CreateReplica makes a replica in time: it is creating for as long as the snapshot of its source takes to come over,
// stands then where its source stood when it was ordered, and catches up.
func (w *World) CreateReplica(r *Region, order ReplicaOrder) (*Database, error) {
	source := w.sourceOf(r, order.Source)
	if source == nil {
		return nil, absent("DBInstanceNotFound", "The source instance could not be found: %s", order.Source)
	}
	if err := order.check(r, source); err != nil {
		return nil, err
	}
	db := &Database{
		ID: order.ID, ARN: r.arn("rds", "db:"+order.ID), ResourceID: "db-" + strings.ToUpper(w.hex(26)), Class: order.Class,
		Version: source.Version, Host: r.endpoint(order.ID), Port: source.Port, AZ: r.AZ(0), MultiAZ: order.MultiAZ,
		Storage: source.Storage, MaxStorage: order.MaxStorage, StorageType: source.StorageType, KMSKey: r.key(order.KMSKey),
		DeletionProtection: order.DeletionProtection, Name: source.Name, User: source.User, Subnets: order.Subnets, Parameters: order.Parameters,
		Created: w.now, Tags: order.Tags, Source: source, Groups: order.Groups, Upkeep: order.Upkeep, Timeline: source.Timeline,
		region: r, system: source.system, replay: &replay{since: w.now, from: w.now, got: w.now, hold: hold{lost: true}},
	}
	db.fill(r, source)
	source.Replicas = append(source.Replicas, db)
	r.Databases = append(r.Databases, db)
	w.born(db)
	if order.takes == (span{}) {
		order.takes = replicaTime
	}
	w.work(db, creating, w.draw(order.takes), func() { w.ready(db) })
	return db, nil
}

// fill takes what the order leaves open from the source and the region.
func (db *Database) fill(r *Region, source *Database) {
	if db.Class == "" {
		db.Class = source.Class
	}
	if db.Subnets == "" && len(r.SubnetGroups) > 0 {
		db.Subnets = r.SubnetGroups[0]
	}
	if db.Parameters == "" && len(r.ParameterGroups) > 0 {
		db.Parameters = r.ParameterGroups[0]
	}
	if len(db.Groups) == 0 && len(r.SecurityGroups) > 0 {
		db.Groups = []string{r.SecurityGroups[0].ID}
	}
	if db.KMSKey == "" {
		db.KMSKey = source.KMSKey
	}
	if db.MaxStorage == 0 {
		db.MaxStorage = source.MaxStorage
	}
}

// sourceOf finds the instance that an order in r names: by ARN in any region, by identifier in r alone.
func (w *World) sourceOf(r *Region, name string) *Database {
	for _, of := range w.Regions {
		for _, db := range of.Databases {
			if db.ARN == name || of == r && db.ID == name {
				return db
			}
		}
	}
	return nil
}

func (order ReplicaOrder) check(r *Region, source *Database) error {
	if err := r.free(order.ID); err != nil {
		return err
	}
	if err := r.known(order.Groups); err != nil {
		return err
	}
	abroad := source.region != r
	switch {
	case source.region.Dark:
		return &Refusal{Status: 503, Code: Unavailable, Message: "The source region " + source.region.Name + " does not answer."}
	case source.Source != nil:
		return refuse("InvalidDBInstanceState", "%s is a read replica itself, and PostgreSQL %s has no replicas across regions of such.", source.ID, source.Version)
	case source.Retention == 0:
		return refuse("InvalidDBInstanceState", "Automated backups are not enabled for this database instance. To enable automated backups, use ModifyDBInstance to set the backup retention period to a non-zero value.")
	case source.ManagedPassword:
		return refuse("InvalidDBInstanceState", "A read replica cannot be created from %s: its master password is managed by Secrets Manager.", source.ID)
	case abroad && order.KMSKey == "":
		return refuse("InvalidParameterCombination", "A KMS key of %s must be given for a replica of an encrypted instance in another region.", r.Name)
	case order.KMSKey != "" && r.key(order.KMSKey) == "":
		return refuse("KMSKeyNotAccessibleFault", "The specified KMS key [%s] does not exist, is not enabled or you do not have permissions to access it.", order.KMSKey)
	case order.Subnets != "" && !slices.Contains(r.SubnetGroups, order.Subnets):
		return absent("DBSubnetGroupNotFoundFault", "DB subnet group '%s' does not exist.", order.Subnets)
	case order.Parameters != "" && !slices.Contains(r.ParameterGroups, order.Parameters):
		return absent("DBParameterGroupNotFound", "DBParameterGroup not found: %s", order.Parameters)
	}
	return source.idle("replicated")
}

// key finds a KMS key of the region by ARN, id or the alias of RDS's own; "" if there is none.
func (r *Region) key(ref string) string {
	for _, arn := range r.Keys {
		if ref == arn || ref != "" && strings.HasSuffix(arn, ":key/"+ref) {
			return arn
		}
	}
	if ref == "alias/aws/rds" || ref == r.arn("kms", "alias/aws/rds") {
		return r.arn("kms", "alias/aws/rds")
	}
	return ""
}
