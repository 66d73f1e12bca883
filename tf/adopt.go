package tf

import (
	"fmt"
	"regexp"
	"slices"
)

// Adoption is a resource that usually belongs to the owner's own Terraform, and that a root of ours takes over by an import.
type Adoption struct {
	Key     string // as lifeboat.yaml calls it
	What    string // as a person calls it
	Root    string
	Address string // in Root
	ID      string // what Terraform imports it by, in words
}

// Adoptions are what can be taken over. A resource has one owner: the owner's root lets go of it (Removed) before ours
// applies, and one who keeps it leaves the variable that makes it ours unset.
var Adoptions = []Adoption{
	{"distribution", "the distribution", "failover", "aws_cloudfront_distribution.this[0]", "its id"},
	{"secret", "the database's secret", "source", "aws_secretsmanager_secret.database[0]", "its ARN"},
	{"registry", "the registry's replication rule", "source", "aws_ecr_replication_configuration.this[0]", "the account"},
	{"database", "the primary database", "source", "module.database[0].aws_db_instance.this", "its name"},
}

// AdoptionOf is what lifeboat.yaml calls by a key.
func AdoptionOf(key string) (Adoption, bool) {
	i := slices.IndexFunc(Adoptions, func(a Adoption) bool { return a.Key == key })
	if i < 0 {
		return Adoption{}, false
	}
	return Adoptions[i], true
}

// Type is the resource's type.
func (a Adoption) Type() string { return typeAt.FindString(a.Address) }

var (
	instance = regexp.MustCompile(`\[[^\]]*\]`)
	typeAt   = regexp.MustCompile(`aws_[a-z0-9_]+`)
)

// Removed is the block that makes the owner's root let go of a resource and leave it in the cloud. Terraform takes no single
// instance of a resource with count or for_each: all of them are let go.
func Removed(address string) string {
	return fmt.Sprintf("removed {\n  from = %s\n\n  lifecycle {\n    destroy = false\n  }\n}\n", instance.ReplaceAllString(address, ""))
}
