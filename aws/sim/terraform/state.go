package terraform

import (
	"cmp"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
)

const provider = "registry.terraform.io/hashicorp/aws"

// state is what a root has made, as Terraform's version 4 files hold it.
type state struct {
	Serial    int
	Lineage   string
	Outputs   map[string]any
	Instances map[string]*instance // by address
}

// instance is one resource of a state.
type instance struct {
	Address string
	Values  map[string]any
	Needs   []string // blocks
	Tainted bool     // made, but not whole
}

func (i *instance) id() string { return asText(i.Values["id"]) }

func (i *instance) clone() *instance {
	c := *i
	c.Values = maps.Clone(i.Values)
	return &c
}

func newState() *state {
	return &state{Lineage: uuid(), Outputs: map[string]any{}, Instances: map[string]*instance{}}
}

func uuid() string {
	b := make([]byte, 16)
	_, _ = rand.Read(b)
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}

// addresses are those of the state, in order.
func (s *state) addresses() []string { return slices.Sorted(maps.Keys(s.Instances)) }

// The form of a state file.
type (
	stateFile struct {
		Version   int                   `json:"version"`
		Terraform string                `json:"terraform_version"`
		Serial    int                   `json:"serial"`
		Lineage   string                `json:"lineage"`
		Outputs   map[string]outputFile `json:"outputs"`
		Resources []resourceFile        `json:"resources"`
	}
	outputFile struct {
		Value any `json:"value"`
		Type  any `json:"type"`
	}
	resourceFile struct {
		Module    string         `json:"module,omitempty"`
		Mode      string         `json:"mode"`
		Type      string         `json:"type"`
		Name      string         `json:"name"`
		Provider  string         `json:"provider"`
		Instances []instanceFile `json:"instances"`
	}
	instanceFile struct {
		Index      any            `json:"index_key,omitempty"`
		Status     string         `json:"status,omitempty"`
		Schema     int            `json:"schema_version"`
		Attributes map[string]any `json:"attributes"`
		Sensitive  []any          `json:"sensitive_attributes"`
		Needs      []string       `json:"dependencies,omitempty"`
	}
)

// write is the state as a file.
func (s *state) write() ([]byte, error) {
	f := stateFile{Version: 4, Terraform: list.Terraform, Serial: s.Serial, Lineage: s.Lineage, Outputs: map[string]outputFile{}}
	for name, v := range s.Outputs {
		f.Outputs[name] = outputFile{Value: v, Type: typeOfValue(v)}
	}
	for _, address := range s.addresses() {
		i := s.Instances[address]
		head := resourceFile{
			Module: moduleOf(address), Mode: "managed", Type: typeOf(address), Name: nameOf(address), Provider: fmt.Sprintf("provider[%q]", provider),
		}
		if n := len(f.Resources); n == 0 || f.Resources[n-1].Module != head.Module || f.Resources[n-1].Type != head.Type || f.Resources[n-1].Name != head.Name {
			f.Resources = append(f.Resources, head)
		}
		own := instanceFile{Index: indexOf(address), Attributes: i.Values, Sensitive: []any{}, Needs: i.Needs}
		if i.Tainted {
			own.Status = "tainted"
		}
		last := &f.Resources[len(f.Resources)-1]
		last.Instances = append(last.Instances, own)
	}
	return json.MarshalIndent(f, "", "  ")
}

// readState reads a state file; an empty one is a new state.
func readState(text []byte) (*state, error) {
	s := newState()
	if len(strings.TrimSpace(string(text))) == 0 {
		return s, nil
	}
	var f stateFile
	if err := json.Unmarshal(text, &f); err != nil {
		return nil, fmt.Errorf("the state is no state file: %w", err)
	}
	s.Serial, s.Lineage = f.Serial, f.Lineage
	for name, o := range f.Outputs {
		s.Outputs[name] = o.Value
	}
	for _, r := range f.Resources {
		for _, own := range r.Instances {
			address := r.Type + "." + r.Name
			if r.Module != "" {
				address = r.Module + "." + address
			}
			switch index := own.Index.(type) {
			case string:
				address += "[" + strconv.Quote(index) + "]"
			case float64:
				address += fmt.Sprintf("[%g]", index)
			}
			s.Instances[address] = &instance{Address: address, Values: own.Attributes, Needs: own.Needs, Tainted: own.Status == "tainted"}
		}
	}
	return s, nil
}

// typeOfValue is a value's type as Terraform writes it.
func typeOfValue(v any) any {
	switch v := v.(type) {
	case bool:
		return "bool"
	case float64, int:
		return "number"
	case []any:
		of := make([]any, len(v))
		for i, e := range v {
			of[i] = typeOfValue(e)
		}
		return []any{"tuple", of}
	case map[string]any:
		of := map[string]any{}
		for k, e := range v {
			of[k] = typeOfValue(e)
		}
		return []any{"object", of}
	}
	return "string"
}

// shown is a state as `terraform show -json` prints it.
func (s *state) shown() map[string]any {
	if s.Serial == 0 && len(s.Instances) == 0 {
		return map[string]any{"format_version": "1.0"}
	}
	return map[string]any{"format_version": "1.0", "terraform_version": list.Terraform, "values": s.values()}
}

func (s *state) values() map[string]any {
	outputs := map[string]any{}
	for name, v := range s.Outputs {
		outputs[name] = map[string]any{"sensitive": false, "value": v, "type": typeOfValue(v)}
	}
	return map[string]any{"outputs": outputs, "root_module": modules(s.addresses(), func(address string) map[string]any {
		return s.Instances[address].Values
	})}
}

// modules puts resources into the tree of their modules.
func modules(addresses []string, values func(address string) map[string]any) map[string]any {
	root := map[string]any{}
	at := map[string]map[string]any{"": root}
	var find func(module string) map[string]any
	find = func(module string) map[string]any {
		if m := at[module]; m != nil {
			return m
		}
		m := map[string]any{"address": module}
		at[module] = m
		parent := find(parentOf(module))
		children, _ := parent["child_modules"].([]any)
		parent["child_modules"] = append(children, m)
		return m
	}
	for _, address := range addresses {
		m := find(moduleOf(address))
		r := map[string]any{
			"address": address, "mode": "managed", "type": typeOf(address), "name": nameOf(address), "provider_name": provider,
			"schema_version": 0, "values": values(address), "sensitive_values": map[string]any{},
		}
		if i := indexOf(address); i != nil {
			r["index"] = i
		}
		all, _ := m["resources"].([]any)
		m["resources"] = append(all, r)
	}
	return root
}

// parentOf is the module that a module is in.
func parentOf(module string) string {
	parts := steps(module)
	return strings.Join(parts[:max(len(parts)-2, 0)], ".")
}

// byDepth sorts addresses for people: the root's own resources first.
func byDepth(a, b string) int {
	return cmp.Or(cmp.Compare(len(steps(a)), len(steps(b))), cmp.Compare(a, b))
}
