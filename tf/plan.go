package tf

import (
	"cmp"
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"

	tfjson "github.com/hashicorp/terraform-json"
)

// Action is what a plan does to a resource.
type Action string

const (
	Add     Action = "add"
	Update  Action = "change"
	Replace Action = "replace"
	Destroy Action = "destroy"
	Forget  Action = "forget" // out of the state, left in the cloud
	Adopt   Action = "import" // into the state, unchanged
)

// actionOf is an action as the stream of events calls it.
func actionOf(s string) Action {
	switch s {
	case "create":
		return Add
	case "update":
		return Update
	case "delete":
		return Destroy
	case "remove":
		return Forget
	}
	return Action(s)
}

// Counts are how many resources a plan changes. A replaced one counts as replaced only.
type Counts struct {
	Add     int `json:"add"`
	Change  int `json:"change"`
	Replace int `json:"replace"`
	Destroy int `json:"destroy"`
	Import  int `json:"import"`
	Forget  int `json:"forget"`
}

// Words are the counts as a person says them: "3 to add, 1 to replace"; "no changes".
func (c Counts) Words() string {
	var words []string
	for _, part := range []struct {
		n    int
		verb string
	}{{c.Add, "add"}, {c.Change, "change"}, {c.Replace, "replace"}, {c.Destroy, "destroy"}, {c.Import, "import"}, {c.Forget, "forget"}} {
		if part.n > 0 {
			words = append(words, fmt.Sprintf("%d to %s", part.n, part.verb))
		}
	}
	if words == nil {
		return "no changes"
	}
	return strings.Join(words, ", ")
}

// Plan is what an apply of a saved file would do. Values that Terraform holds sensitive are not in it.
type Plan struct {
	Root    string   `json:"root"`
	File    string   `json:"file"` // in the root's working directory
	Program string   `json:"program"`
	Changes []Change `json:"changes"` // in the order of their addresses
	Drift   []Change `json:"drift"`   // what was changed behind Terraform's back
	Outputs []string `json:"outputs"` // that change
}

// Change is what a plan does to one resource.
type Change struct {
	Address string   `json:"address"`
	Module  string   `json:"module,omitempty"` // module.network; "" in the root
	Type    string   `json:"type"`
	Name    string   `json:"name,omitempty"` // what AWS calls it, where the plan knows
	Action  Action   `json:"action"`
	Because []string `json:"because,omitempty"` // attributes that force a replacement
	Asked   bool     `json:"asked,omitempty"`   // whoever plans has asked for the replacement: nothing differs
	Fields  []Field  `json:"fields,omitempty"`  // that change, in the order of their paths
	ID      string   `json:"id,omitempty"`      // that is imported

	// Was and Will are the attributes as they are and as they are planned, by the paths of their leaves, as text: "true", "2",
	// "db.t3.micro"; "" where it is known after the apply only. Nil where there is no resource. No secret is in them, and they are
	// not kept.
	Was  map[string]string `json:"-"`
	Will map[string]string `json:"-"`
}

// Field is an attribute that changes. A value is JSON; "" where there is none.
type Field struct {
	Path      string `json:"path"` // parameter[0].value
	Before    string `json:"before,omitempty"`
	After     string `json:"after,omitempty"`
	Unknown   bool   `json:"unknown,omitempty"` // known after the apply
	Sensitive bool   `json:"sensitive,omitempty"`
}

// Counts are how many resources the plan changes. One that is imported and changed at once counts as both.
func (p *Plan) Counts() (c Counts) {
	for _, change := range p.Changes {
		if change.ID != "" && change.Action != Adopt {
			c.Import++
		}
		*map[Action]*int{Add: &c.Add, Update: &c.Change, Replace: &c.Replace, Destroy: &c.Destroy, Adopt: &c.Import, Forget: &c.Forget}[change.Action]++
	}
	return c
}

// Empty says that an apply would change nothing, not even an output.
func (p *Plan) Empty() bool { return len(p.Changes) == 0 && len(p.Outputs) == 0 }

// ReadPlan reads a plan as `terraform show -json` prints it.
func ReadPlan(root string, raw *tfjson.Plan) *Plan {
	p := &Plan{Root: root, Program: raw.TerraformVersion, Changes: changes(raw.ResourceChanges), Drift: changes(raw.ResourceDrift)}
	for name, o := range raw.OutputChanges {
		if !o.Actions.NoOp() {
			p.Outputs = append(p.Outputs, name)
		}
	}
	slices.Sort(p.Outputs)
	return p
}

func changes(raw []*tfjson.ResourceChange) []Change {
	list := []Change{}
	for _, r := range raw {
		if c, ok := changeOf(r); ok {
			list = append(list, c)
		}
	}
	slices.SortFunc(list, func(a, b Change) int { return cmp.Compare(a.Address, b.Address) })
	return list
}

// changeOf reads one change; not ok where nothing is done: no-ops, and data that is only read.
func changeOf(r *tfjson.ResourceChange) (Change, bool) {
	c := Change{Address: r.Address, Module: r.ModuleAddress, Type: r.Type}
	if r.Change == nil || r.Mode == tfjson.DataResourceMode {
		return c, false
	}
	if r.Change.Importing != nil {
		c.ID = r.Change.Importing.ID
	}
	switch actions := r.Change.Actions; {
	case actions.Create():
		c.Action = Add
	case actions.Update():
		c.Action = Update
	case actions.Delete():
		c.Action = Destroy
	case actions.Replace():
		c.Action = Replace
	case actions.Forget():
		c.Action = Forget
	case c.ID != "":
		c.Action = Adopt
	default:
		return c, false
	}
	c.Name = nameIn(r.Change.Before, r.Change.After)
	for _, path := range r.Change.ReplacePaths {
		c.Because = append(c.Because, pathOf(path))
	}
	if c.Action != Destroy && c.Action != Forget {
		c.Fields = fields(r.Change)
	}
	c.Was, c.Will = attributes(r.Change.Before, nil, r.Change.BeforeSensitive), attributes(r.Change.After, r.Change.AfterUnknown, r.Change.AfterSensitive)
	return c, true
}

// nameIn is what AWS calls a resource, by the first of the attributes that name one. What is there goes before what is to be.
func nameIn(values ...any) string {
	for _, v := range values {
		attributes, _ := v.(map[string]any)
		for _, key := range []string{"identifier", "bucket", "name", "family", "alarm_name", "key_id", "id"} {
			if s, ok := attributes[key].(string); ok && s != "" {
				return s
			}
		}
	}
	return ""
}

func pathOf(path any) string {
	var b strings.Builder
	steps, _ := path.([]any)
	for _, step := range steps {
		switch s := step.(type) {
		case string:
			if b.Len() > 0 {
				b.WriteByte('.')
			}
			b.WriteString(s)
		case float64:
			b.WriteString("[" + strconv.Itoa(int(s)) + "]")
		default:
			fmt.Fprintf(&b, "[%v]", s)
		}
	}
	return b.String()
}

// fields are the attributes that differ before and after, down to their leaves.
func fields(c *tfjson.Change) []Field {
	var list []Field
	walk("", c.Before, c.After, c.AfterUnknown, either{c.BeforeSensitive, c.AfterSensitive}, &list)
	slices.SortFunc(list, func(a, b Field) int { return cmp.Compare(a.Path, b.Path) })
	return list
}

// either are the two trees that say what is sensitive.
type either struct{ before, after any }

func (e either) leaf() bool { return e.before == true || e.after == true }

func (e either) at(key any) either { return either{child(e.before, key), child(e.after, key)} }

func walk(path string, before, after, unknown any, hidden either, list *[]Field) {
	if hidden.leaf() {
		if !reflect.DeepEqual(before, after) || unknown == true {
			*list = append(*list, Field{Path: path, Unknown: unknown == true, Sensitive: true})
		}
		return
	}
	if keys := keysOf(before, after, unknown); unknown != true && keys != nil {
		for _, key := range keys {
			walk(join(path, key), child(before, key), child(after, key), child(unknown, key), hidden.at(key), list)
		}
		return
	}
	if unknown == true || !reflect.DeepEqual(before, after) {
		*list = append(*list, Field{Path: path, Before: text(before), After: text(after), Unknown: unknown == true})
	}
}

// keysOf are the keys or positions below a value, nil for a leaf.
func keysOf(values ...any) (keys []any) {
	for _, v := range values {
		switch v := v.(type) {
		case map[string]any:
			for k := range v {
				keys = append(keys, k)
			}
		case []any:
			for i := range v {
				keys = append(keys, i)
			}
		}
	}
	slices.SortFunc(keys, func(a, b any) int { return cmp.Compare(fmt.Sprint(a), fmt.Sprint(b)) })
	return slices.Compact(keys)
}

func child(v, key any) any {
	switch v := v.(type) {
	case map[string]any:
		if k, ok := key.(string); ok {
			return v[k]
		}
	case []any:
		if i, ok := key.(int); ok && i < len(v) {
			return v[i]
		}
	case bool: // a tree of marks says true for all that is below
		return v
	}
	return nil
}

func join(path string, key any) string {
	if i, ok := key.(int); ok {
		return path + "[" + strconv.Itoa(i) + "]"
	}
	if path == "" {
		return key.(string)
	}
	return path + "." + key.(string)
}

func text(v any) string {
	if v == nil {
		return ""
	}
	b, err := json.Marshal(v)
	if err != nil {
		return fmt.Sprint(v)
	}
	return string(b)
}
