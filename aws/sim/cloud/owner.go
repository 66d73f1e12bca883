package cloud

import (
	"encoding/json"
	"errors"
	"slices"
)

// OwnerState is the key of the owner's own Terraform state, in the bucket of the first region, of an estate that was there
// before Lifeboat's stack.
const OwnerState = "terraform.tfstate"

// ownerState is a state file of Terraform's, as far as anybody asks it who owns what.
type ownerState struct {
	Version   int             `json:"version"`
	Terraform string          `json:"terraform_version"`
	Serial    int             `json:"serial"`
	Resources []ownedResource `json:"resources"`
}

type ownedResource struct {
	Mode      string          `json:"mode"`
	Type      string          `json:"type"`
	Name      string          `json:"name"`
	Provider  string          `json:"provider"`
	Instances []ownedInstance `json:"instances"`
}

type ownedInstance struct {
	Schema     int               `json:"schema_version"`
	Attributes map[string]string `json:"attributes"`
}

// fillOwnerState writes down that the primary's owner holds its distribution, database and load balancer.
func (b builder) fillOwnerState() {
	home := b.Regions[0]
	s := ownerState{Version: 4, Terraform: "1.9.8", Serial: 61}
	for _, r := range []struct {
		kind       string
		attributes map[string]string
	}{
		{"aws_cloudfront_distribution", map[string]string{"id": b.Distributions[0].ID}},
		{"aws_db_instance", map[string]string{"id": home.Databases[0].ResourceID, "identifier": home.Databases[0].ID}},
		{"aws_lb", map[string]string{"id": home.Balancers[0].ARN}},
	} {
		s.Resources = append(s.Resources, ownedResource{
			Mode: "managed", Type: r.kind, Name: "main", Provider: `provider["registry.terraform.io/hashicorp/aws"]`, Instances: []ownedInstance{{Attributes: r.attributes}},
		})
	}
	b.keepOwnerState(s)
}

func (w *World) keepOwnerState(s ownerState) {
	text, err := json.MarshalIndent(s, "", "  ")
	if err != nil {
		return // strings and numbers: it cannot be
	}
	_, _ = w.Put(w.Regions[0].Buckets[0], Object{Key: OwnerState, Body: text, Type: "application/json"}, Condition{}) // no condition, no refusal
}

// letGo is the owner who applies a removed block for his distribution: his Terraform forgets it and leaves it in the cloud.
func letGo(w *World, _ args) (func(), error) {
	var o *Object
	if home := w.Regions[0]; len(home.Buckets) > 0 {
		o = home.Buckets[0].Object(OwnerState)
	}
	if o == nil {
		return nil, errors.New("no owner's state is in this estate: it is in a primary-only one")
	}
	var s ownerState
	if err := json.Unmarshal(o.Body, &s); err != nil {
		return nil, err
	}
	distribution := func(r ownedResource) bool { return r.Type == "aws_cloudfront_distribution" }
	if !slices.ContainsFunc(s.Resources, distribution) {
		return nil, errors.New("the owner has let go of it already")
	}
	s.Serial, s.Resources = s.Serial+1, slices.DeleteFunc(s.Resources, distribution)
	w.keepOwnerState(s)
	return nil, nil
}
