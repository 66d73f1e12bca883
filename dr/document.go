package dr

import "time"

// DocVersion is the version of Doc. It changes when a field is renamed, removed or given another meaning; a new field
// does not change it.
const DocVersion = 1

// Doc is an estate as `lifeboat status --json` prints it. Units are in the fields' names; null is "not known" and never
// zero; levels are good, idle, warn, bad or unknown; times are RFC 3339 in UTC, by the cloud's clock where it gives one.
// Every part has a "seen": when its values were read, whether they are old, and why.
type Doc struct {
	Version    int           `json:"version"` // 1
	Estate     string        `json:"estate"`
	Strategy   string        `json:"strategy"` // warm-standby, cold-standby, pilot-light
	Simulated  bool          `json:"simulated"`
	At         time.Time     `json:"at"`
	Complete   bool          `json:"complete"` // every reader has finished its first round, well or not
	Exit       int           `json:"exit"`     // 0 healthy, 1 degraded, 2 could not tell
	Objectives DocObjectives `json:"objectives"`

	Verdict     DocVerdict     `json:"verdict"`
	Risk        DocRisk        `json:"risk"`
	TimeToServe DocTimeToServe `json:"time_to_serve_again"`
	Replication DocReplication `json:"replication"`
	Record      DocRuns        `json:"record"`        // what the journals of the estate's runs tell
	Split       *DocSplit      `json:"second_writer"` // null: none beside the writer of record was seen
	Checks      []DocCheck     `json:"checks"`        // readiness for a failover of this minute
	Regions     []DocRegion    `json:"regions"`       // primary and standby as built
	Path        DocPath        `json:"path"`
	Feed        []DocChange    `json:"feed"` // newest first
}

// DocSeen says how far the figures beside it may be trusted.
type DocSeen struct {
	At     *time.Time `json:"at"`  // when they were read; null: never
	Old    bool       `json:"old"` // the newest attempt failed, or they are older than three periods
	Why    string     `json:"why,omitempty"`
	Remedy string     `json:"remedy,omitempty"`
}

// DocObjectives are what the estate promises.
type DocObjectives struct {
	RPO float64 `json:"rpo_seconds"`
	RTO float64 `json:"rto_seconds"`
}

// DocVerdict is what it all means. Serving is null where it is not proven.
type DocVerdict struct {
	Level   string   `json:"level"`
	Serving *string  `json:"serving"`
	Writer  *string  `json:"writer"` // the region of the writer of record
	Lines   []string `json:"lines"`
}

// DocRisk is what would be lost if the serving region were gone at Doc.At.
type DocRisk struct {
	Seconds *float64   `json:"data_at_risk_seconds"`
	AtMost  bool       `json:"at_most"` // an upper bound
	Safe    *time.Time `json:"safe_up_to"`
	From    string     `json:"from,omitempty"`
	Why     string     `json:"why,omitempty"`
	Level   string     `json:"level"`
}

// DocTimeToServe comes from past runs and drills.
type DocTimeToServe struct {
	Seconds *float64 `json:"seconds"`
	From    string   `json:"from,omitempty"` // "failover, 41 days ago"
	Why     string   `json:"why,omitempty"`
}

// DocReplication is how far the replica is behind, as three numbers.
type DocReplication struct {
	State         string     `json:"state"` // streaming, stalled, stopped, creating, none, unknown
	Level         string     `json:"level"`
	Source        string     `json:"source,omitempty"`
	SourceRegion  string     `json:"source_region,omitempty"`
	Replica       string     `json:"replica,omitempty"`
	ReplicaRegion string     `json:"replica_region,omitempty"`
	Reported      *float64   `json:"lag_reported_seconds"`
	ReportedAt    *time.Time `json:"lag_reported_at"`
	ReportedWhy   string     `json:"lag_reported_why,omitempty"`
	Corrected     *float64   `json:"lag_corrected_seconds"`
	CorrectedMost bool       `json:"lag_corrected_at_most"`
	CorrectedBy   string     `json:"lag_corrected_method,omitempty"`
	CorrectedAt   *time.Time `json:"lag_corrected_at"`
	CorrectedWhy  string     `json:"lag_corrected_why,omitempty"`
	Idle          bool       `json:"idle_primary"` // the reported lag climbs because the primary is idle
	LastContact   *time.Time `json:"last_contact"`
	SlotLag       *float64   `json:"slot_lag_bytes"`
	FreeStorage   *float64   `json:"source_free_storage_bytes"`
	UntilFull     *float64   `json:"source_disk_full_in_seconds"` // null: not growing, or not known
	Text          string     `json:"text,omitempty"`
	Series        []DocPoint `json:"lag_reported_series"`
	Seen          DocSeen    `json:"seen"`
}

// DocPoint is a datapoint of CloudWatch.
type DocPoint struct {
	At      time.Time `json:"at"`
	Seconds float64   `json:"seconds"`
}

// DocChange is a line of the feed.
type DocChange struct {
	At      time.Time `json:"at"`
	Region  string    `json:"region,omitempty"` // "": the edge
	Subject string    `json:"subject"`
	Text    string    `json:"text"`
	Level   string    `json:"level"`
}
