package tf

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// guarded are the types whose loss cannot be made good, and what a person calls them.
var guarded = map[string]string{
	"aws_db_instance":                               "database",
	"aws_rds_cluster":                               "database",
	"aws_rds_cluster_instance":                      "database",
	"aws_db_snapshot":                               "database snapshot",
	"aws_db_instance_automated_backups_replication": "copies of backups",
	"aws_ecr_repository":                            "image repository",
	"aws_kms_key":                                   "key",
	"aws_kms_replica_key":                           "key",
	"aws_s3_bucket":                                 "bucket",
	"aws_backup_vault":                              "vault of snapshots",
}

// Finding is a change that is refused unless the resource's own name is typed.
type Finding struct {
	Address string   `json:"address"`
	What    string   `json:"what"` // database, image repository, key, bucket, ...
	Name    string   `json:"name"` // what must be typed
	Action  Action   `json:"action"`
	Because []string `json:"because,omitempty"` // attributes that force the replacement
}

// Words say what would happen, and why.
func (f Finding) Words() string {
	words := fmt.Sprintf("%s the %s %s (%s)", f.Action, f.What, f.Name, f.Address)
	if f.Action == Replace {
		words += ": " + replaced(f.Because)
	}
	return words
}

// replaced is why something is replaced rather than changed, by the attributes that force it.
func replaced(because []string) string {
	if len(because) == 0 {
		return "no attribute asks for it: its state has it marked as broken (tainted), which terraform untaint takes back, or its configuration replaces it with another"
	}
	return strings.Join(because, ", ") + " cannot be changed in place"
}

// Why is why a change replaces what is there; "" of any other change.
func (c Change) Why() string {
	switch {
	case c.Action != Replace:
		return ""
	case c.Asked:
		return "the run asks for it"
	}
	return replaced(c.Because)
}

// Findings are the plan's changes that destroy or replace a database, an image repository, a key or a bucket, or copies of
// a database. What the run itself asks to be made anew is said at its gate, and is none of them.
func (p *Plan) Findings() []Finding {
	var found []Finding
	for _, c := range p.Changes {
		if what := guarded[c.Type]; what != "" && !c.Asked && (c.Action == Destroy || c.Action == Replace) {
			name := c.Name
			if name == "" {
				name = c.Address
			}
			found = append(found, Finding{Address: c.Address, What: what, Name: name, Action: c.Action, Because: c.Because})
		}
	}
	return found
}

// ErrGuarded is why a plan is not applied: it destroys what cannot be made good.
var ErrGuarded = errors.New("refused: the plan would destroy what cannot be made good")

// Guard refuses a plan whose findings were not all named. Names typed for others do not count.
func (p *Plan) Guard(typed []string) error {
	var refused []string
	for _, f := range p.Findings() {
		if !slices.Contains(typed, f.Name) {
			refused = append(refused, f.Words())
		}
	}
	if refused == nil {
		return nil
	}
	return fmt.Errorf("%w: %s", ErrGuarded, strings.Join(refused, "; "))
}

// Risk is the mark that a change is shown with: "destroy", "replace", or "data" where it is of a type whose loss cannot be
// made good and changes in place; "" for all others.
func (c Change) Risk() string {
	switch {
	case c.Action == Destroy || c.Action == Replace:
		return string(c.Action)
	case c.Action == Update && guarded[c.Type] != "":
		return "data"
	}
	return ""
}
