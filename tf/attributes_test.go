package tf

import (
	"reflect"
	"testing"
)

func TestAttributesAreLeavesWithoutSecretsAndNulls(t *testing.T) {
	got := attributes(
		map[string]any{"class": "db.t3.micro", "multi_az": true, "size": 100000000.0, "password": "hunter2", "none": nil, "subnets": []any{nil, nil}, "labels": map[string]any{}},
		map[string]any{"arn": true, "subnets": []any{true, true}},
		map[string]any{"password": true},
	)
	want := map[string]string{"class": "db.t3.micro", "multi_az": "true", "size": "100000000", "arn": "", "subnets[0]": "", "subnets[1]": ""}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
	if attributes(nil, map[string]any{"id": true}, nil) != nil {
		t.Error("what is not there has attributes")
	}
}

func TestAChangeKnowsWhatWasAndWhatWillBe(t *testing.T) {
	p := readPlan(t, "plan.json")
	db := change(t, p, "module.database[0].aws_db_instance.this")
	if db.Was["kms_key_id"] != "old" || db.Will["kms_key_id"] != "new" || db.Was["password"] != "" || db.Will["password"] != "" {
		t.Errorf("%q, %q", db.Was, db.Will)
	}
	for _, c := range p.Changes {
		if c.Action == Destroy && (c.Was == nil || c.Will != nil) || c.Action == Add && (c.Was != nil || c.Will == nil) {
			t.Errorf("%s: %q, %q", c.Address, c.Was, c.Will)
		}
	}
}
