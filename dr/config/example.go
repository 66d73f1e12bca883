package config

import _ "embed"

//go:embed example.yaml
var example string

// Example is an annotated lifeboat.yaml for the reference estate, to start from.
func Example() string { return example }
