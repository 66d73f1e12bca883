package api

import (
	"encoding/json"
	"slices"
	"strings"

	"lifeboat/aws/sim/cloud"
	"lifeboat/aws/sim/wire"
)

var secretsOperations = map[string]operation{
	"ListSecrets":    listSecrets,
	"DescribeSecret": describeSecret,
	"GetSecretValue": getSecretValue,
}

func listSecrets(c *call) (wire.Struct, error) {
	found := c.region.Secrets
	for _, f := range c.in.List("Filters") {
		key, values := f.String("Key"), f.Strings("Values")
		var refused error
		found = keep(found, func(s *cloud.Secret) bool {
			ok, err := secretMatches(s, key, values)
			refused = err
			return ok
		})
		if refused != nil {
			return nil, refused
		}
	}
	page, next, err := cut(c.in, paging{"NextToken", "MaxResults", 100}, found)
	if err != nil {
		return nil, err
	}
	return wire.Struct{
		{"SecretList", wire.Each("member", page, func(s *cloud.Secret) wire.Struct {
			return append(secretDescription(c, s), wire.Field{"SecretVersionsToStages", stages(s)})
		})},
		{"NextToken", next},
	}, nil
}

// secretMatches says whether a secret has one of a filter's values, as beginnings; ! before a value means not.
func secretMatches(s *cloud.Secret, key string, values []string) (bool, error) {
	var have []string
	switch key {
	case "name":
		have = []string{s.Name}
	case "description":
		have = []string{s.Description}
	case "primary-region":
		have = []string{s.Primary}
	case "tag-key", "tag-value":
		for _, t := range s.Tags {
			have = append(have, map[string]string{"tag-key": t.Key, "tag-value": t.Value}[key])
		}
	case "all":
		have = []string{s.Name, s.Description}
	default:
		return false, wire.Refuse("ValidationException", "the simulator has no filter %q for secrets", key)
	}
	return slices.ContainsFunc(values, func(v string) bool {
		v, not := strings.CutPrefix(v, "!")
		return not != slices.ContainsFunc(have, func(h string) bool { return strings.HasPrefix(h, v) })
	}), nil
}

func secretDescription(c *call, s *cloud.Secret) wire.Struct {
	var primary any
	if s.Primary != c.region.Name || len(s.Replicas) > 0 {
		primary = s.Primary
	}
	return wire.Struct{
		{"ARN", s.ARN}, {"Name", s.Name}, {"Description", s.Description}, {"KmsKeyId", s.KMSKey}, {"CreatedDate", s.Created},
		{"LastChangedDate", s.Changed}, {"PrimaryRegion", primary}, {"Tags", tagList("member", "Key", "Value", s.Tags)},
	}
}

func stages(s *cloud.Secret) wire.Struct {
	return wire.Struct{{s.Version, wire.Members([]string{"AWSCURRENT"})}}
}

// secret is the one that a request names.
func (c *call) secret() (*cloud.Secret, error) {
	id := c.in.String("SecretId")
	for _, s := range c.region.Secrets {
		if s.Name == id || s.ARN == id {
			return s, nil
		}
	}
	return nil, wire.Refuse("ResourceNotFoundException", "Secrets Manager can't find the specified secret.")
}

// getSecretValue gives user and password, as an RDS secret holds them.
func getSecretValue(c *call) (wire.Struct, error) {
	s, err := c.secret()
	if err != nil {
		return nil, err
	}
	text, err := json.Marshal(map[string]string{"username": s.User, "password": s.Password})
	if err != nil {
		return nil, err
	}
	return wire.Struct{
		{"ARN", s.ARN}, {"Name", s.Name}, {"VersionId", s.Version}, {"SecretString", string(text)}, {"CreatedDate", s.Changed},
		{"VersionStages", wire.Members([]string{"AWSCURRENT"})},
	}, nil
}

func describeSecret(c *call) (wire.Struct, error) {
	s, err := c.secret()
	if err != nil {
		return nil, err
	}
	return append(secretDescription(c, s),
		wire.Field{"VersionIdsToStages", stages(s)},
		wire.Field{"ReplicationStatus", wire.Each("member", s.Replicas, func(r cloud.SecretReplica) wire.Struct {
			return wire.Struct{{"Region", r.Region}, {"Status", r.Status}, {"StatusMessage", wire.When(r.Message)}}
		})}), nil
}
