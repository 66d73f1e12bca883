package aws

import (
	"context"

	awssdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecr"
)

// ReplicationRule copies the images of some repositories of a registry.
type ReplicationRule struct {
	To       []RegistryPlace
	Prefixes []string // of repositories' names; none: all
}

// RegistryPlace is a registry in a region.
type RegistryPlace struct{ Region, Account string }

// ReplicationRules reads the registry's replication, and whose it is. There is one configuration a registry: whoever writes it writes all
// of its rules.
func (c *Changer) ReplicationRules(ctx context.Context) (account string, rules []ReplicationRule, err error) {
	l := c.read.look(ctx)
	defer l.end()
	out, err := ask(ctx, l, "ecr:DescribeRegistry", "", l.api.ecr.DescribeRegistry, &ecr.DescribeRegistryInput{})
	if err != nil || out.ReplicationConfiguration == nil {
		return "", nil, err
	}
	for _, r := range out.ReplicationConfiguration.Rules {
		var rule ReplicationRule
		for _, d := range r.Destinations {
			rule.To = append(rule.To, RegistryPlace{awssdk.ToString(d.Region), awssdk.ToString(d.RegistryId)})
		}
		for _, f := range r.RepositoryFilters {
			rule.Prefixes = append(rule.Prefixes, awssdk.ToString(f.Filter))
		}
		rules = append(rules, rule)
	}
	return awssdk.ToString(out.RegistryId), rules, nil
}
