package tf

import (
	"strings"
	"testing"
)

const ownersState = `{"version": 4, "terraform_version": "1.9.0", "resources": [
  {"mode": "data", "type": "aws_cloudfront_distribution", "name": "seen", "instances": [{"attributes": {"id": "E9"}}]},
  {"module": "module.cdn", "mode": "managed", "type": "aws_cloudfront_distribution", "name": "main", "instances": [{"index_key": 0, "attributes": {"id": "E1", "arn": "arn:aws:cloudfront::1:distribution/E1"}}]},
  {"mode": "managed", "type": "aws_db_instance", "name": "db", "instances": [{"index_key": "a", "attributes": {"id": "db-ABC", "identifier": "prod-db", "password": "hunter2"}}]},
  {"mode": "managed", "type": "aws_secretsmanager_secret", "name": "db", "instances": [{"attributes": {"id": "arn:s", "arn": "arn:s", "name": "prod/db"}}]}
]}`

func TestAnOwnersStateTellsWhatItHolds(t *testing.T) {
	list, err := ReadState([]byte(ownersState))
	if err != nil || len(list) != 3 {
		t.Fatalf("%+v, %v", list, err)
	}
	for _, c := range []struct{ kind, id, want string }{
		{"aws_cloudfront_distribution", "E1", "module.cdn.aws_cloudfront_distribution.main[0]"},
		{"aws_cloudfront_distribution", "E9", ""}, // only looked at
		{"aws_db_instance", "prod-db", `aws_db_instance.db["a"]`},
		{"aws_db_instance", "hunter2", ""},
		{"aws_secretsmanager_secret", "arn:s", "aws_secretsmanager_secret.db"},
		{"aws_secretsmanager_secret", "prod-db", ""},
	} {
		if got := HolderOf(list, c.kind, c.id); got != c.want {
			t.Errorf("%s %s is held by %q, want %q", c.kind, c.id, got, c.want)
		}
	}
}

func TestAStateThatCannotBeReadIsNoEmptyOne(t *testing.T) {
	for text, want := range map[string]string{"": "no JSON", "<html>": "no JSON", `{"version": 3}`: "format 3", `{}`: "format 0"} {
		if _, err := ReadState([]byte(text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v", text, err)
		}
	}
}

func TestWhatIsAdoptedHasAKeyAndAType(t *testing.T) {
	for key, want := range map[string]string{
		"distribution": "aws_cloudfront_distribution", "secret": "aws_secretsmanager_secret", "registry": "aws_ecr_replication_configuration", "database": "aws_db_instance",
	} {
		if a, ok := AdoptionOf(key); !ok || a.Type() != want {
			t.Errorf("%s is %+v", key, a)
		}
	}
	if _, ok := AdoptionOf("bucket"); ok {
		t.Error("a bucket can be adopted")
	}
}
