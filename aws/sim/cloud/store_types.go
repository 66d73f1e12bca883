package cloud

import "time"

// Repository is an ECR repository.
type Repository struct {
	Name, ARN, URI string
	Created        time.Time
	Immutable      bool
	ScanOnPush     bool
	Images         []*Image
	Tags           []Tag
}

// Image is one image of a repository.
type Image struct {
	Digest   string // sha256:... of Manifest
	Tags     []string
	Pushed   time.Time
	Size     int64
	Manifest string // Docker's schema 2, JSON
}

// Certificate is an ACM certificate.
type Certificate struct {
	ARN, Domain string
	Names       []string // subject alternative names, the domain among them
	Status      string
	NotBefore   time.Time
	NotAfter    time.Time
	InUse       []string
	Proofs      []Proof // what must be published before it is issued; none: it was issued long ago
	Tags        []Tag
}

// Proof is the record that proves one name of a certificate.
type Proof struct {
	Domain string
	Record Validation
}

// Validation is a DNS record that ACM looks for.
type Validation struct{ Name, Type, Value string }

// Secret is a Secrets Manager secret. Its value is a master user and password.
type Secret struct {
	Name, ARN   string
	Description string
	KMSKey      string
	Created     time.Time
	Changed     time.Time
	Primary     string // the region it is replicated from; its own region if it is not a replica
	Replicas    []SecretReplica
	Version     string
	Tags        []Tag
	User        string
	Password    string
}

// SecretReplica is where a secret is replicated to.
type SecretReplica struct {
	Region  string
	Status  string // InSync, InProgress, Failed
	Message string
}

// Quota is a service quota.
type Quota struct {
	Service, Code string
	Name          string
	Value         float64
	Unit          string
}
