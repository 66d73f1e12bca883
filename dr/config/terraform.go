package config

// Terraform is what Lifeboat provisions the estate with: its own stack, run by terraform or tofu.
type Terraform struct {
	Program string         `yaml:"program,omitempty"` // path; default terraform, then tofu, of PATH
	State   TerraformState `yaml:"state,omitempty"`
	Primary Ownership      `yaml:"primary,omitempty"` // whether the stack makes the primary too; to be said before anything is provisioned
	// Adopt names what the owner's own Terraform made and the stack takes over, by what it is (Adoptable): {distribution: E2QWRUHAPOMQZL}.
	Adopt    map[string]string `yaml:"adopt,omitempty"`
	Declined []string          `yaml:"declined,omitempty"` // what of these the owner keeps
	// OwnerState is where the state of the owner's own root is: s3://bucket/key, read as the primary's region is, or a file. What is
	// adopted must not be in it any more; without it that is taken on a person's word.
	OwnerState string `yaml:"owner_state,omitempty"`
	// Inputs are the stack's variables by name. Which there are is the stack's to say, so they are held against it where it is known.
	Inputs map[string]any `yaml:"inputs,omitempty"`

	// Lines are where in the file each input stands, from 1; not part of the file.
	Lines map[string]int `yaml:"-"`
}

// TerraformState is the bucket of the states, in the standby's region. The stack's first root makes it, and its name is written here
// then.
type TerraformState struct {
	Bucket string `yaml:"bucket,omitempty"`
	Prefix string `yaml:"prefix,omitempty"` // before every key: "shop/"; ends in a slash
}

// Ownership is whose a part of the estate is.
type Ownership string

const (
	Theirs Ownership = "theirs" // it is there, and stays its owner's
	Ours   Ownership = "ours"   // the stack makes it
)

// Adoptable are the resources that usually belong to the owner's own Terraform, as terraform.adopt and terraform.declined call them.
var Adoptable = []string{"distribution", "secret", "registry", "database"}
