package dr

import "time"

// DocDatabase is an RDS instance.
type DocDatabase struct {
	ID             string     `json:"id"`
	Level          string     `json:"level"`
	Word           string     `json:"word"`
	Absent         bool       `json:"absent"`
	Role           string     `json:"role"` // writer, replica, ?
	Status         string     `json:"status,omitempty"`
	Engine         string     `json:"engine,omitempty"`
	EngineVersion  string     `json:"engine_version,omitempty"`
	Class          string     `json:"class,omitempty"`
	Source         string     `json:"source,omitempty"`
	MultiAZ        *bool      `json:"multi_az"`
	Encrypted      *bool      `json:"encrypted"`
	Protected      *bool      `json:"deletion_protection"`
	StorageGiB     *int       `json:"storage_gib"`
	MaxStorageGiB  *int       `json:"storage_max_gib"`
	RetentionDays  *int       `json:"backup_retention_days"`
	Restorable     *time.Time `json:"latest_restorable_at"`
	Connections    *float64   `json:"connections"`
	FreeStorage    *float64   `json:"free_storage_bytes"`
	ConnectionRead *DocSQL    `json:"sql"` // null: no connection is configured
	Seen           DocSeen    `json:"seen"`
}

// DocSQL is a database's own word.
type DocSQL struct {
	InRecovery *bool   `json:"in_recovery"`
	Version    string  `json:"version,omitempty"`
	CurrentLSN *string `json:"current_lsn"`
	ReceiveLSN *string `json:"receive_lsn"`
	ReplayLSN  *string `json:"replay_lsn"`
	Timeline   *uint32 `json:"timeline"`
	Others     *int    `json:"other_connections"` // not Lifeboat's own
	Seen       DocSeen `json:"seen"`
}

// DocRecoveryPoint is the newest point that the region could be restored to, by its original time.
type DocRecoveryPoint struct {
	At   *time.Time `json:"at"`
	From string     `json:"from,omitempty"`
	Seen DocSeen    `json:"seen"`
}

// DocSession is who Lifeboat is in the region.
type DocSession struct {
	Name    string     `json:"name,omitempty"`
	ARN     string     `json:"arn,omitempty"`
	Account string     `json:"account,omitempty"`
	Source  string     `json:"source,omitempty"`
	Expires *time.Time `json:"expires_at"` // null: it does not expire, or does not say
	Level   string     `json:"level"`
	Seen    DocSeen    `json:"seen"`
}

// DocFinding is one more thing that a person should know.
type DocFinding struct {
	ID     string  `json:"id"`
	Level  string  `json:"level"`
	Text   string  `json:"text"`
	Remedy string  `json:"remedy,omitempty"`
	Seen   DocSeen `json:"seen"`
}

// DocCertificate is a certificate that a listener uses.
type DocCertificate struct {
	ARN     string     `json:"arn"`
	Domain  string     `json:"domain"`
	Status  string     `json:"status"`
	Expires *time.Time `json:"expires_at"`
}

// DocImage is what a repository holds.
type DocImage struct {
	Repository string     `json:"repository"`
	Digest     string     `json:"digest"`
	Tags       []string   `json:"tags"`
	PushedAt   *time.Time `json:"pushed_at"`
	Bytes      int64      `json:"bytes"`
}

// DocSnapshot is a database snapshot.
type DocSnapshot struct {
	ID           string     `json:"id"`
	Database     string     `json:"database"`
	Status       string     `json:"status"`
	Type         string     `json:"type"`
	Created      *time.Time `json:"created_at"`
	Original     *time.Time `json:"original_at"` // of the data
	SourceRegion string     `json:"source_region,omitempty"`
}

// DocBackup is an automated backup.
type DocBackup struct {
	Database      string     `json:"database"`
	SourceRegion  string     `json:"source_region,omitempty"`
	Status        string     `json:"status"`
	Earliest      *time.Time `json:"earliest_at"`
	Latest        *time.Time `json:"latest_at"`
	RetentionDays int        `json:"retention_days"`
}

// DocPath is the way that users take.
type DocPath struct {
	DNS       DocStage      `json:"dns"`
	CDN       DocStage      `json:"cdn"`
	To        *string       `json:"to"` // the region where the path with a single origin leads
	Broken    bool          `json:"broken"`
	Bridge    *string       `json:"bridge"` // the region that origin failover can send pages to
	Bridging  bool          `json:"bridging"`
	Pages     DocProbe      `json:"pages"`
	API       DocProbe      `json:"api"`
	Writes    DocProbe      `json:"writes"`
	Agree     int           `json:"resolvers_agree"`
	Asked     int           `json:"resolvers_asked"`
	Resolvers []DocResolver `json:"resolvers"`
	Origins   []DocOrigin   `json:"cdn_origins"`
	Behaviors []DocBehavior `json:"cdn_behaviors"`
	Records   []DocRecord   `json:"dns_records"`
	Findings  []DocFinding  `json:"findings"`
}

// DocStage is one step of the way.
type DocStage struct {
	Asked bool     `json:"asked"`
	Name  string   `json:"name"`
	ID    string   `json:"id,omitempty"`
	Notes []string `json:"notes"`
	Level string   `json:"level"`
	Seen  DocSeen  `json:"seen"`
}

// DocResolver is what one resolver answers.
type DocResolver struct {
	Name      string   `json:"name"`
	Addresses []string `json:"addresses"`
	TTL       *float64 `json:"ttl_seconds"`
	API       DocProbe `json:"api"`
	Seen      DocSeen  `json:"seen"`
}

// DocOrigin is where the CDN fetches from.
type DocOrigin struct {
	ID       string  `json:"id"`
	Domain   string  `json:"domain"`
	Protocol string  `json:"protocol"`
	Region   *string `json:"region"`
	Attempts int     `json:"connect_attempts"`
	Connect  float64 `json:"connect_timeout_seconds"`
	Read     float64 `json:"read_timeout_seconds"`
}

// DocBehavior is what the CDN does with a path.
type DocBehavior struct {
	Path     string   `json:"path"`
	Target   string   `json:"target"`
	Group    bool     `json:"origin_group"`
	Members  []string `json:"group_members"`
	Statuses []int    `json:"group_statuses"`
	Methods  []string `json:"methods"`
}

// DocRecord is a DNS record.
type DocRecord struct {
	Name    string  `json:"name"`
	Type    string  `json:"type"`
	Content string  `json:"content"`
	TTL     float64 `json:"ttl_seconds"` // 0: Cloudflare's automatic
	Proxied bool    `json:"proxied"`
	Region  *string `json:"region"`
}
