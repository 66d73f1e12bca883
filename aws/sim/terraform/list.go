package terraform

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
)

//go:embed resources.json
var written []byte

// List is resources.json: what real plans of the stack's roots hold. Words in braces stand for variables: {estate},
// {domains.0}; {account} is the account's number. A whole value {=name} is the variable itself.
type List struct {
	Terraform string              `json:"terraform"` // version that planned
	Provider  string              `json:"provider"`  // and its provider's
	Unknown   map[string][]string `json:"unknown"`   // by type: attributes that only the cloud gives
	Roots     map[string]Root     `json:"roots"`
}

// Root is a root of the stack.
type Root struct {
	Region    string     `json:"region"` // of its own provider
	Variables []Variable `json:"variables"`
	Outputs   []string   `json:"outputs"`
	Resources []Resource `json:"resources"`
}

// Variable is an input of a root. One without a default is required.
type Variable struct {
	Name     string `json:"name"`
	Required bool   `json:"required,omitempty"`
	Default  any    `json:"default,omitempty"`
}

// Resource is one resource of a root.
type Resource struct {
	Address string         `json:"address"`
	Region  string         `json:"region,omitempty"` // where it is not the root's
	In      []string       `json:"in,omitempty"`     // the strategies that have it; none: all
	Needs   []string       `json:"needs,omitempty"`  // addresses without instance keys, not those that these need
	Values  map[string]any `json:"values,omitempty"` // attributes that a plan knows
}

var list = func() (l List) {
	if err := json.Unmarshal(written, &l); err != nil {
		panic(fmt.Sprintf("resources.json: %v", err)) // it is embedded: a test reads it
	}
	return l
}()

// typeOf is the type in an address: aws_vpc of module.network.aws_vpc.this.
func typeOf(address string) string {
	parts := steps(address)
	for i := 0; i < len(parts); i++ {
		if bare(parts[i]) == "module" {
			i++
			continue
		}
		return bare(parts[i])
	}
	return ""
}

// nameOf is the resource's own name and moduleOf its module's address, "" in the root.
func nameOf(address string) string {
	parts := steps(address)
	return bare(parts[len(parts)-1])
}

func moduleOf(address string) string {
	parts := steps(address)
	if len(parts) <= 2 {
		return ""
	}
	return strings.Join(parts[:len(parts)-2], ".")
}

// steps cuts an address at its dots, but not within keys.
func steps(address string) []string {
	var parts []string
	depth, from := 0, 0
	for i, c := range address {
		switch {
		case c == '[':
			depth++
		case c == ']':
			depth--
		case c == '.' && depth == 0:
			parts = append(parts, address[from:i])
			from = i + 1
		}
	}
	return append(parts, address[from:])
}

func bare(step string) string {
	name, _, _ := strings.Cut(step, "[")
	return name
}

var instanceKey = regexp.MustCompile(`\[("[^"]*"|\d+)\]`)

// blockOf is an address without instance keys: the block in the configuration.
func blockOf(address string) string { return instanceKey.ReplaceAllString(address, "") }

// keyOf is the last key of an address that is a word; "" where there is none.
func keyOf(address string) string {
	all := instanceKey.FindAllString(address, -1)
	for _, key := range slices.Backward(all) {
		if strings.HasPrefix(key, `["`) {
			return strings.Trim(key, `[]"`)
		}
	}
	return ""
}

// indexOf is the resource's own instance key as JSON has it: nil, a number or a word.
func indexOf(address string) any {
	parts := steps(address)
	m := instanceKey.FindString(parts[len(parts)-1])
	if m == "" {
		return nil
	}
	var v any
	_ = json.Unmarshal([]byte(strings.Trim(m, "[]")), &v)
	return v
}
