package tf

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	tfjson "github.com/hashicorp/terraform-json"
)

// Resource is what a state knows of one resource.
type Resource struct {
	Address string `json:"address"`
	Type    string `json:"type"`
	ID      string `json:"id,omitempty"`   // what the provider knows it by
	Name    string `json:"name,omitempty"` // what AWS calls it
}

// State is what the root's state holds, in the order of addresses within each module. Nothing is asked of the cloud.
func (d *Dir) State(ctx context.Context) ([]Resource, error) {
	d.one.Lock()
	defer d.one.Unlock()
	raw, err := d.exec.Show(ctx)
	if err != nil {
		return nil, d.plainly("show", err)
	}
	var list []Resource
	if raw.Values != nil {
		list = resources(raw.Values.RootModule, nil)
	}
	return list, nil
}

func resources(m *tfjson.StateModule, list []Resource) []Resource {
	if m == nil {
		return list
	}
	for _, r := range m.Resources {
		if r.Mode == tfjson.ManagedResourceMode {
			id, _ := r.AttributeValues["id"].(string)
			list = append(list, Resource{Address: r.Address, Type: r.Type, ID: id, Name: nameIn(r.AttributeValues)})
		}
	}
	for _, child := range m.ChildModules {
		list = resources(child, list)
	}
	return list
}

// Holds is what the root's state holds, by what names it. It needs no provider.
func (d *Dir) Holds(ctx context.Context) ([]Held, error) {
	d.one.Lock()
	defer d.one.Unlock()
	text, err := d.exec.StatePull(ctx)
	if err != nil {
		return nil, d.plainly("state pull", err)
	}
	if strings.TrimSpace(text) == "" {
		return nil, nil // there is none yet
	}
	list, err := ReadState([]byte(text))
	if err != nil {
		return nil, fmt.Errorf("the state of %s cannot be read: %w", d.spec.Root, err)
	}
	return list, nil
}

// Outputs are the root's outputs by name, as JSON values, without the sensitive ones: variables of the roots after it.
func (d *Dir) Outputs(ctx context.Context) (map[string]any, error) {
	d.one.Lock()
	defer d.one.Unlock()
	raw, err := d.exec.Output(ctx)
	if err != nil {
		return nil, d.plainly("output", err)
	}
	out := map[string]any{}
	for name, o := range raw {
		if o.Sensitive || name == "roles_checked" {
			continue
		}
		var v any
		if err := json.Unmarshal(o.Value, &v); err != nil {
			return nil, fmt.Errorf("output %s of %s: %w", name, d.spec.Root, err)
		}
		out[name] = v
	}
	return out, nil
}

// Import takes a resource of the cloud into the state. Its configuration is not looked at: the next plan says what differs.
func (d *Dir) Import(ctx context.Context, address, id string) error {
	d.one.Lock()
	defer d.one.Unlock()
	return d.secret(func() error { return d.plainly("import", d.exec.Import(ctx, address, id)) })
}

// Forget takes a resource out of the state and leaves it in the cloud.
func (d *Dir) Forget(ctx context.Context, address string) error {
	d.one.Lock()
	defer d.one.Unlock()
	return d.plainly("state rm", d.exec.StateRm(ctx, address))
}

// Unlock takes a state from whoever holds it. Only a person may decide that: the holder may still be writing.
func (d *Dir) Unlock(ctx context.Context, id string) error {
	d.one.Lock()
	defer d.one.Unlock()
	return d.plainly("force-unlock", d.exec.ForceUnlock(ctx, id))
}

// Validate checks the root without asking anything of the cloud; Init must have been called.
func (d *Dir) Validate(ctx context.Context) error {
	d.one.Lock()
	defer d.one.Unlock()
	out, err := d.exec.Validate(ctx)
	if err != nil {
		return d.plainly("validate", err)
	}
	f := &Failure{Op: "validate", Root: d.spec.Root}
	for _, raw := range out.Diagnostics {
		if raw.Severity == tfjson.DiagnosticSeverityError {
			f.Problems = append(f.Problems, Diagnostic{Summary: raw.Summary, Detail: raw.Detail})
		}
	}
	if len(f.Problems) > 0 {
		return f
	}
	return nil
}
