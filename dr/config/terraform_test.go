package config

import (
	"reflect"
	"strings"
	"testing"
)

func TestInputsOfTheStackAreKeptAsTheyWereWritten(t *testing.T) {
	c := parsed(t, `
terraform:
  primary: ours
  state: {bucket: shop-state-1}
  adopt: {distribution: E2QWRUHAPOMQZL}
  declined: [registry]
  inputs:
    domains: [shop.example, "grafana.shop.example"]
    multi_az: true
    storage: 20
    price: 0.5
    services: {backend: {cpu: 256, command: [run]}}
`)
	got := c.Terraform
	if got.Primary != Ours || got.State.Bucket != "shop-state-1" || got.Adopt["distribution"] != "E2QWRUHAPOMQZL" || got.Declined[0] != "registry" {
		t.Errorf("%+v", got)
	}
	want := map[string]any{
		"domains": []any{"shop.example", "grafana.shop.example"}, "multi_az": true, "storage": 20, "price": 0.5,
		"services": map[string]any{"backend": map[string]any{"cpu": 256, "command": []any{"run"}}},
	}
	if !reflect.DeepEqual(got.Inputs, want) {
		t.Errorf("%#v", got.Inputs)
	}
	if got.Lines["multi_az"] != got.Lines["domains"]+1 || got.Lines["domains"] < 2 {
		t.Errorf("%v", got.Lines)
	}
	text, err := Marshal(c)
	if err != nil {
		t.Fatal(err)
	}
	again, err := Parse(FileName, text)
	if err != nil || !reflect.DeepEqual(again.Terraform.Inputs, want) {
		t.Errorf("written and read again: %#v, %v", again.Terraform.Inputs, err)
	}
}

// parsed is the example with more at its end.
func parsed(t *testing.T, more string) *Config {
	t.Helper()
	c, err := Parse(FileName, []byte(Example()+more))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestATerraformSectionThatCannotBeIsRefusedWithItsPlace(t *testing.T) {
	for text, want := range map[string]string{
		"primary: mine":                                  `terraform.primary: "mine" is not known here; write theirs or ours`,
		"state: {prefix: a/}":                            "terraform.state.bucket: is missing",
		"state: {bucket: Shop_State}":                    "is no S3 bucket name",
		"adopt: {vpc: vpc-1}":                            "terraform.adopt.vpc: is nothing that can be adopted; write distribution, secret, registry or database",
		"adopt: {registry: '1'}\n  declined: [registry]": "is adopted and declined",
		"inputs: {database_password: hunter2}":           "Passwords come from TF_VAR_database_password",
		"inputs: {a-b: 1}":                               "is no name of a Terraform variable",
		"inputs: {key: AKIAABCDEFGHIJKLMNOP}":            "holds a secret",
		"inputs: {size: .inf}":                           "cannot be read here",
		"bucket: x":                                      "terraform.bucket: there is no such field",
	} {
		_, err := Parse(FileName, []byte(Example()+"\nterraform:\n  "+text+"\n"))
		if err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), FileName+":") {
			t.Errorf("%s: %v", text, err)
		}
	}
}

func TestWhatIsStillToBeProvisionedNeedsNoNames(t *testing.T) {
	for _, c := range []struct {
		region  string
		primary Ownership
		ok      bool
	}{
		{"standby", "", false}, {"standby", Theirs, true}, {"standby", Ours, true}, {"primary", Theirs, false}, {"primary", Ours, true},
	} {
		with := parsed(t, "")
		with.Terraform.Primary = c.primary
		r := map[string]*Region{"primary": &with.Regions.Primary, "standby": &with.Regions.Standby}[c.region]
		r.Clusters, r.Balancers, r.Databases, r.Discover = nil, nil, nil, Discover{}
		if _, err := Marshal(with); (err == nil) != c.ok {
			t.Errorf("%+v: %v", c, err)
		}
	}
}
