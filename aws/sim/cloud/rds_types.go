package cloud

import "time"

// Database is an RDS PostgreSQL instance.
type Database struct {
	ID, ARN, ResourceID string
	Class, Version      string
	Status              string // available, rebooting, stopped, storage-full, ...
	Host                string // endpoint
	Port                int
	AZ                  string
	MultiAZ             bool
	Storage             int // GiB
	MaxStorage          int // GiB that storage may grow to by itself; 0: it does not
	StorageType         string
	ManagedPassword     bool // Secrets Manager holds and rotates the master password
	KMSKey              string
	Retention           int // days of automated backups; 0: none
	DeletionProtection  bool
	Name, User          string
	Subnets             string // DB subnet group
	Parameters          string // DB parameter group
	Created             time.Time
	Started             time.Time // when its server last came up
	Tags                []Tag
	Source              *Database // nil: a writer
	Replicas            []*Database
	Groups              []string // security groups, by id
	Upkeep
	Pending  PendingChanges // changes that wait, or are being made
	Timeline int            // PostgreSQL's, one more with each promotion

	region *Region
	system uint64 // PostgreSQL's system identifier, which replicas share and keep
	job    int    // counts what was begun on it, so that what was overtaken does not end
	strays []*Connection

	passwords []credential // of the master user, oldest first; none: FirstPassword
	wal       *wal         // a writer's own history
	replay    *replay      // a replica's progress in its source's history
	down      time.Time    // since when it takes no connections; zero while it does
}

// Upkeep is how an instance is looked after. A replica takes none of it from its source.
type Upkeep struct {
	CopyTags    bool     // of the instance to its snapshots
	AutoMinor   bool     // minor versions are upgraded by themselves
	Insights    bool     // Performance Insights are on
	InsightsKey string   // their key; "" where they are off
	Logs        []string // what goes to CloudWatch
}

// PendingChanges are changes of an instance that wait for its maintenance window, or are being made. What is nil or empty
// does not change.
type PendingChanges struct {
	Retention *int
	MultiAZ   *bool
	ID        string
}

// SecurityGroup is a firewall for instances. One without ingress lets no application in.
type SecurityGroup struct {
	ID, Name string
	Ingress  bool
}

// Snapshot is a DB snapshot. A copy keeps the original's time in Original; Created is its own.
type Snapshot struct {
	ID, ARN   string
	Database  string // DBInstanceIdentifier
	Status    string
	Type      string // manual or automated
	Created   time.Time
	Original  time.Time
	SourceARN string // of a copy: the snapshot it was made from
	SourceReg string // of a copy: the region it was made from
	Storage   int
	Version   string
	KMSKey    string
	Percent   int
	Tags      []Tag

	of *Database // whose it is
}

// AutomatedBackup is the replication of an instance's automated backups to another region. It is held by the region that
// receives it; Source stays in the region it comes from.
type AutomatedBackup struct {
	ARN       string
	Source    *Database
	Status    string // Replicating, Retained
	Retention int
	KMSKey    string
	Created   time.Time
	behind    time.Duration // how far the newest restorable moment trails the source's, simulated
}

// Row is one row that an application wrote.
type Row struct {
	Number int64
	Text   string
	At     time.Time // commit time
	LSN    LSN       // where its commit ends
}

// Connection is one session on a database.
type Connection struct {
	PID         int
	User        string
	Application string
	Client      string // address
	Since       time.Time
	State       string // active or idle
}
