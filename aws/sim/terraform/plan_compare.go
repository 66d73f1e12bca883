package terraform

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"regexp"
	"slices"
	"strings"
)

// compare is the change that makes a resource what it is wanted to be.
func (p *planner) compare(ctx context.Context, w *wish) (*change, error) {
	c := &change{Address: w.Address, Region: w.Region, Needs: p.root.closure(blockOf(w.Address)), After: map[string]any{}}
	for name, value := range w.Values {
		if known := p.known(value); known != nil {
			c.After[name] = known
		} else {
			c.Unknown = append(c.Unknown, name)
		}
	}
	have := p.state.Instances[w.Address]
	if id := p.imports[w.Address]; id != "" && have == nil {
		found, err := p.found(ctx, w, id)
		if err != nil {
			return nil, err
		}
		c.Import, have = id, found
	}
	if have == nil {
		c.Do = Create
		for _, name := range list.Unknown[typeOf(w.Address)] {
			if _, given := w.Values[name]; !given {
				c.Unknown = append(c.Unknown, name)
			}
		}
		slices.Sort(c.Unknown)
		return c, nil
	}
	p.differ(c, have)
	return c, nil
}

// found reads what is to be imported.
func (p *planner) found(ctx context.Context, w *wish, id string) (*instance, error) {
	got, err := p.sim.begin(ctx, Order{Do: Read, Piece: Piece{Address: w.Address, Type: typeOf(w.Address), Region: w.Region, ID: id, Values: w.Values}})
	if err != nil {
		return nil, err
	}
	if got.Error != "" {
		return nil, problem{
			Summary: "Cannot import non-existent remote object", Address: w.Address,
			Detail: fmt.Sprintf("While attempting to import an existing object to %q, the provider detected that no object exists with the given id. "+
				"Only pre-existing objects can be imported; check that the id is correct and that it is associated with the provider's configured region or endpoint, "+
				"or use \"terraform apply\" to create a new remote object for this resource.", w.Address),
		}
	}
	p.say.refreshing(w.Address, got.ID)
	values := maps.Clone(got.Values)
	if values == nil {
		values = map[string]any{}
	}
	values["id"] = got.ID
	return &instance{Address: w.Address, Values: values}, nil
}

// ignored are attributes that the stack leaves to others once a resource is there.
var ignored = map[string][]string{
	"aws_ecs_service": {"desired_count"},
	"aws_db_instance": {"vpc_security_group_ids", "db_name", "username", "snapshot_identifier", "restore_to_point_in_time"},
	"aws_s3_object":   {"content", "content_type", "key", "force_destroy"},
	"aws_db_instance_automated_backups_replication": {"source_db_instance_arn"},
}

// ending are attributes that go where they are not wanted any more; others keep what they were made with.
var ending = map[string][]string{
	"aws_db_instance":             {"replicate_source_db"},
	"aws_cloudfront_distribution": {"origin_group"},
}

// forcing are attributes that cannot be changed: another value is another resource.
var forcing = map[string][]string{
	"*":                       {"name", "bucket", "family", "alarm_name", "cluster_name", "repository", "cidr_block", "availability_zone"},
	"aws_db_instance":         {"kms_key_id", "db_name", "username", "engine", "db_subnet_group_name"},
	"aws_ecs_task_definition": {"container_definitions", "cpu", "memory"},
	"aws_acm_certificate":     {"domain_name", "subject_alternative_names"},
	"aws_lb_target_group":     {"port", "protocol", "vpc_id", "target_type"},
	"aws_lb":                  {"load_balancer_type"},
}

// differ fills in a change of what is there.
func (p *planner) differ(c *change, have *instance) {
	kind, wished := typeOf(c.Address), slices.Contains(p.o.anew, c.Address)
	c.Before = have.Values
	after := maps.Clone(have.Values)
	var differing []string
	for name, value := range c.After {
		if slices.Contains(ignored[kind], name) && !wished {
			continue
		}
		if before, there := have.Values[name]; !there || !same(before, value) {
			differing = append(differing, name)
		}
		after[name] = value
	}
	for _, name := range ending[kind] {
		if have.Values[name] != nil && c.After[name] == nil && !slices.Contains(c.Unknown, name) {
			differing, after[name] = append(differing, name), nil
		}
	}
	for _, name := range c.Unknown {
		differing = append(differing, name)
		delete(after, name)
	}
	slices.Sort(differing)
	c.After = after
	if have.Tainted {
		c.Do, c.Reason = replace, "replace_because_tainted"
		return
	}
	for _, name := range differing {
		if slices.Contains(forcing[kind], name) || slices.Contains(forcing["*"], name) && have.Values[name] != nil {
			c.Because = append(c.Because, name)
		}
	}
	switch {
	case len(c.Because) > 0 || wished:
		c.Do, c.Reason = replace, "replace_because_cannot_update"
		if wished {
			c.Reason = "replace_by_request"
		}
		for _, name := range list.Unknown[kind] {
			delete(c.After, name)
			if !slices.Contains(c.Unknown, name) {
				c.Unknown = append(c.Unknown, name)
			}
		}
	case len(differing) > 0:
		c.Do = Update
	default:
		c.Do = nothing
	}
}

// same compares values as JSON does: 1 is 1.0.
func same(a, b any) bool {
	x, errX := json.Marshal(a)
	y, errY := json.Marshal(b)
	if errX != nil || errY != nil {
		return false
	}
	var u, v any
	_ = json.Unmarshal(x, &u)
	_ = json.Unmarshal(y, &v)
	return reflect.DeepEqual(u, v)
}

var reference = regexp.MustCompile(`\$\{([^}]+)\.([a-z_]+)\}`)

// known puts other resources' attributes in the place of references to them; nil where one is not known yet.
func (p *planner) known(value any) any {
	text, ok := value.(string)
	if !ok {
		return value
	}
	open := false
	text = reference.ReplaceAllStringFunc(text, func(m string) string {
		part := reference.FindStringSubmatch(m)
		if v := p.attribute(part[1], part[2]); v != nil && v != unknown {
			return asText(v)
		}
		open = true
		return ""
	})
	if open {
		return nil
	}
	return text
}

type unknownT struct{}

// unknown is an attribute that is known after the apply.
var unknown any = unknownT{}

// attribute is what a resource's attribute will be: unknown, or nil where there is no such resource.
func (p *planner) attribute(address, name string) any {
	c := p.changes[address]
	i := p.state.Instances[address]
	switch {
	case c == nil && i == nil, c != nil && c.Do == Delete:
		return nil
	case c == nil:
		return i.Values[name]
	case slices.Contains(c.Unknown, name):
		return unknown
	}
	if v, ok := c.After[name]; ok {
		return v
	}
	if c.Do == Create || c.Do == replace {
		return unknown
	}
	return c.Before[name]
}

// unwanted is the end of a resource that the configuration does not want.
func (p *planner) unwanted(address string) *change {
	i := p.state.Instances[address]
	c := &change{Address: address, Do: Delete, Region: p.regionOf(address), Needs: i.Needs, Before: i.Values, Reason: "delete_because_no_resource_config"}
	for _, r := range p.root.Resources {
		if blockOf(r.Address) != blockOf(address) {
			continue
		}
		c.Reason = "delete_because_each_key"
		if _, number := indexOf(address).(float64); number {
			c.Reason = "delete_because_count_index"
		}
		if strings.Contains(moduleOf(address), "[") {
			c.Reason = "delete_because_no_module"
		}
	}
	if p.o.destroy {
		c.Reason = ""
	}
	return c
}

// aim leaves of a plan with targets what they are and need.
func (p *planner) aim() {
	if len(p.o.targets) == 0 {
		return
	}
	kept := map[string]bool{}
	for _, c := range p.changes {
		for _, target := range p.o.targets {
			if c.Address == target || strings.HasPrefix(c.Address, target+".") || strings.HasPrefix(c.Address, target+"[") {
				kept[blockOf(c.Address)] = true
				for _, n := range c.Needs {
					kept[n] = true
				}
			}
		}
	}
	maps.DeleteFunc(p.changes, func(address string, _ *change) bool { return !kept[blockOf(address)] })
}

// protected are the types that have prevent_destroy.
var protected = []string{"aws_kms_key", "aws_s3_bucket", "aws_ecr_repository"}

func (p *planner) prevented() error {
	for _, address := range p.addresses() {
		c := p.changes[address]
		if (c.Do == Delete || c.Do == replace) && slices.Contains(protected, typeOf(address)) {
			return problem{Summary: "Instance cannot be destroyed", File: "main.tf", Detail: "Resource " + address + " has lifecycle.prevent_destroy set, but the plan calls for this resource to be destroyed. " +
				"To avoid this error and continue with the plan, either disable lifecycle.prevent_destroy or reduce the scope of the plan using the -target option."}
		}
	}
	return nil
}

// addresses of all changes in the order of their blocks.
func (p *planner) addresses() []string {
	return slices.SortedFunc(maps.Keys(p.changes), p.before)
}
