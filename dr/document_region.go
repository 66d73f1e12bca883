package dr

import "time"

// DocRegion is one half of the estate.
type DocRegion struct {
	Name      string      `json:"name"`
	Built     string      `json:"built"`     // primary, standby
	Condition string      `json:"condition"` // serving, ready, not ready, sick, dark, silent, unknown
	Level     string      `json:"level"`
	Since     *time.Time  `json:"since"`
	Why       string      `json:"why,omitempty"`
	Remedy    string      `json:"remedy,omitempty"`
	Blocking  []string    `json:"blocking"` // what keeps a standby from being ready
	Signals   []DocSignal `json:"signals"`

	Balancers []DocBalancer    `json:"balancers"`
	Services  []DocService     `json:"services"`
	Databases []DocDatabase    `json:"databases"`
	Newest    DocRecoveryPoint `json:"newest_recovery_point"`
	Session   DocSession       `json:"session"`
	Findings  []DocFinding     `json:"findings"`

	Certificates []DocCertificate `json:"certificates"`
	Images       []DocImage       `json:"registry_images"`
	Snapshots    []DocSnapshot    `json:"database_snapshots"`
	Backups      []DocBackup      `json:"automated_backups"`

	Calls int      `json:"fast_refresh_calls"`
	Took  *float64 `json:"fast_refresh_seconds"`
	Seen  DocSeen  `json:"seen"`
}

// DocSignal is one independent sign of life.
type DocSignal struct {
	Name   string     `json:"name"`
	Asked  bool       `json:"asked"`
	Silent bool       `json:"silent"`
	Since  *time.Time `json:"silent_since"`
	Text   string     `json:"text,omitempty"`
}

// DocBalancer is a load balancer.
type DocBalancer struct {
	Name     string     `json:"name"`
	Level    string     `json:"level"`
	Word     string     `json:"word"`
	DNSName  string     `json:"dns_name,omitempty"`
	State    string     `json:"state,omitempty"`
	Healthy  *int       `json:"targets_healthy"`
	All      *int       `json:"targets"` // draining and unused ones left out
	Requests *float64   `json:"requests_per_second"`
	Errors   *float64   `json:"errors_5xx_percent"`
	P95      *float64   `json:"latency_p95_seconds"`
	Metrics  *time.Time `json:"metrics_at"`
	Probe    DocProbe   `json:"probe"`
	Groups   []DocGroup `json:"target_groups"`
	Seen     DocSeen    `json:"seen"`
}

// DocGroup is a target group.
type DocGroup struct {
	Name    string      `json:"name"`
	Level   string      `json:"level"`
	Targets []DocTarget `json:"targets"`
	Seen    DocSeen     `json:"seen"`
}

// DocTarget is an address behind a balancer.
type DocTarget struct {
	ID     string `json:"id"`
	Port   int    `json:"port"`
	Zone   string `json:"zone,omitempty"`
	State  string `json:"state"`
	Reason string `json:"reason,omitempty"`
	Text   string `json:"description,omitempty"`
}

// DocProbe is one question over HTTP and its answer.
type DocProbe struct {
	Asked  bool     `json:"asked"`
	Level  string   `json:"level"`
	Word   string   `json:"word,omitempty"`
	Status *int     `json:"status"` // null: no answer
	Took   *float64 `json:"took_seconds"`
	Region *string  `json:"region"` // that answered, by the health field
	Says   string   `json:"says,omitempty"`
	Proves bool     `json:"proves_serving"`
	Via    string   `json:"via,omitempty"`
	Seen   DocSeen  `json:"seen"`
}

// DocService is an ECS service. Counts are null where it was not seen, or is absent.
type DocService struct {
	Name           string       `json:"name"`
	ECS            string       `json:"ecs_name,omitempty"`
	Cluster        string       `json:"cluster,omitempty"`
	Level          string       `json:"level"`
	Word           string       `json:"word,omitempty"`
	Absent         bool         `json:"absent"`
	Desired        *int         `json:"desired"`
	Running        *int         `json:"running"`
	Pending        *int         `json:"pending"`
	Full           int          `json:"full"`
	Standby        int          `json:"standby"`
	Writes         bool         `json:"writes"`
	Min            *float64     `json:"autoscaling_min"`
	Max            *float64     `json:"autoscaling_max"`
	Rollout        string       `json:"rollout,omitempty"`
	TaskDefinition string       `json:"task_definition,omitempty"`
	LastEvent      *DocEvent    `json:"last_event"`
	Stopped        []DocStopped `json:"stopped_tasks"`
	Image          DocRunning   `json:"image"`
	Seen           DocSeen      `json:"seen"`
}

// DocEvent is a line of a service's own log.
type DocEvent struct {
	At   time.Time `json:"at"`
	Text string    `json:"text"`
}

// DocStopped says why a task ended.
type DocStopped struct {
	ID       string    `json:"id"`
	At       time.Time `json:"at"`
	Reason   string    `json:"reason"`
	ExitCode *int      `json:"exit_code"`
}

// DocRunning is the image that a service runs, against the serving region's.
type DocRunning struct {
	Short  string   `json:"short,omitempty"`
	Tag    string   `json:"tag,omitempty"`
	Digest string   `json:"digest,omitempty"`
	Parity string   `json:"parity,omitempty"` // is, same, behind, other, missing
	Behind *float64 `json:"behind_seconds"`
	Level  string   `json:"level"`
	Why    string   `json:"why,omitempty"`
}
