package config

import (
	"maps"
	"slices"
	"strings"
)

var (
	inputName  = shapeOf("name of a Terraform variable", "origin_domain", 64, `[a-z][a-z0-9_]*`)
	ownerState = shapeOf("state: s3://bucket/key, or a file", "s3://shop-terraform/prod/terraform.tfstate", 1024, `s3://[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]/[^\s]+|(/|\./|\.\./|[A-Za-z0-9_])[^\s:]*`)
	adoptedID  = shapeOf("id, name or ARN", "E2QWRUHAPOMQZL", 512, `[A-Za-z0-9/_+=.@:-]+`)
)

// terraform checks what is provisioned. Whether the stack has the inputs that are given is for dr to say.
func (d *document) terraform() {
	t := &d.config.Terraform
	d.optional("terraform.state.bucket", t.State.Bucket, bucketName)
	d.optional("terraform.state.prefix", t.State.Prefix, keyPrefix)
	if t.State.Prefix != "" && t.State.Bucket == "" {
		d.bad("terraform.state.bucket", "is missing", "write the bucket of the states, or leave out its prefix")
	}
	among(d, "terraform.primary", t.Primary, Theirs, Ours)
	each(d, "terraform.declined", t.Declined, func(field, what string) { among(d, field, what, Adoptable...) })
	d.optional("terraform.owner_state", t.OwnerState, ownerState)
	for _, what := range slices.Sorted(maps.Keys(t.Adopt)) {
		d.adopted(what, t.Adopt[what])
	}
	for _, name := range slices.Sorted(maps.Keys(t.Inputs)) {
		d.input(name)
	}
}

func (d *document) adopted(what, id string) {
	field := join("terraform.adopt", what)
	switch {
	case !slices.Contains(Adoptable, what):
		d.bad(field, "is nothing that can be adopted", "write "+oneOf(Adoptable...))
	case slices.Contains(d.config.Terraform.Declined, what):
		d.bad(field, "is adopted and declined", "leave out one of both")
	default:
		d.required(field, id, adoptedID)
	}
}

// input notes where an input stands, and refuses what would be a secret.
func (d *document) input(name string) {
	field := join("terraform.inputs", name)
	switch {
	case looksSecret(name) && !strings.HasSuffix(name, "_secret"):
		d.bad(field, "looks like a secret, and none belongs in "+FileName,
			"remove it. Passwords come from TF_VAR_"+name+" in the environment, or are made when they are needed")
		return
	case !inputName.fits(name):
		d.bad(field, "is no "+inputName.what, "write one like "+inputName.like)
		return
	}
	if d.config.Terraform.Lines == nil {
		d.config.Terraform.Lines = map[string]int{}
	}
	d.config.Terraform.Lines[name] = d.at[field].line
}
