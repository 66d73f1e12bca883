package terraform

import (
	"maps"
	"slices"
	"time"
)

// shown is a plan as `terraform show -json` prints it, with what an apply needs under "standin".
func (p *planner) shown(old, now map[string]any) map[string]any {
	addresses := p.addresses()
	changes := []any{}
	var after []string
	for _, address := range addresses {
		c := p.changes[address]
		changes = append(changes, c.shown())
		if c.Do != Delete {
			after = append(after, address)
		}
	}
	drift := []any{}
	for _, c := range p.drift {
		drift = append(drift, c.shown())
	}
	given := map[string]any{}
	for name, v := range p.vars {
		if !secret(name) {
			given[name] = map[string]any{"value": v}
		}
	}
	plan := map[string]any{
		"format_version": "1.2", "terraform_version": list.Terraform, "variables": given,
		"planned_values":   map[string]any{"root_module": modules(after, func(address string) map[string]any { return p.changes[address].After })},
		"resource_changes": changes, "output_changes": outputChanges(old, now), "prior_state": p.state.shown(),
		"configuration": map[string]any{"root_module": map[string]any{}}, "timestamp": time.Now().UTC().Format(time.RFC3339),
		"applyable": p.applies(old, now), "complete": true, "errored": false,
	}
	if len(drift) > 0 {
		plan["resource_drift"] = drift
	}
	return plan
}

// applies says whether an apply would do anything.
func (p *planner) applies(old, now map[string]any) bool {
	for _, c := range p.changes {
		if c.Do != nothing || c.Import != "" {
			return true
		}
	}
	return p.o.refreshOnly && len(p.drift) > 0 || len(changed(old, now)) > 0
}

func (c *change) shown() map[string]any {
	actions := map[string][]string{
		Create: {"create"}, Update: {"update"}, Delete: {"delete"}, replace: {"delete", "create"}, nothing: {"no-op"},
	}[c.Do]
	own := map[string]any{
		"actions": actions, "before": orNull(c.Before), "after": orNull(c.After), "after_unknown": c.unknown(),
		"before_sensitive": sensitive(c.Before), "after_sensitive": sensitive(c.After),
	}
	if c.Do == Delete {
		own["after"], own["after_unknown"] = nil, map[string]any{}
	}
	if c.Import != "" {
		own["importing"] = map[string]any{"id": c.Import}
	}
	if len(c.Because) > 0 {
		paths := []any{}
		for _, name := range c.Because {
			paths = append(paths, []any{name})
		}
		own["replace_paths"] = paths
	}
	r := map[string]any{
		"address": c.Address, "mode": "managed", "type": typeOf(c.Address), "name": nameOf(c.Address), "provider_name": provider, "change": own,
	}
	if m := moduleOf(c.Address); m != "" {
		r["module_address"] = m
	}
	if i := indexOf(c.Address); i != nil {
		r["index"] = i
	}
	if c.Reason != "" {
		r["action_reason"] = c.Reason
	}
	return r
}

func (c *change) unknown() map[string]any {
	all := map[string]any{}
	for _, name := range c.Unknown {
		all[name] = true
	}
	return all
}

func orNull(values map[string]any) any {
	if values == nil {
		return nil
	}
	return values
}

func sensitive(values map[string]any) any {
	if values == nil {
		return false
	}
	return map[string]any{}
}

func secret(name string) bool { return name == "database_password" || name == "grafana_password" }

// changed are the outputs that differ, in order. Unknown ones do.
func changed(old, now map[string]any) []string {
	var names []string
	for _, name := range slices.Sorted(maps.Keys(union(old, now))) {
		before, had := old[name]
		after, has := now[name]
		if had != has || open(after) || !same(before, after) {
			names = append(names, name)
		}
	}
	return names
}

func union(a, b map[string]any) map[string]any {
	all := maps.Clone(a)
	if all == nil {
		all = map[string]any{}
	}
	maps.Copy(all, b)
	return all
}

// open says whether something in a value is not known yet.
func open(v any) bool {
	switch v := v.(type) {
	case unknownT:
		return true
	case []any:
		return slices.ContainsFunc(v, open)
	case map[string]any:
		for _, e := range v {
			if open(e) {
				return true
			}
		}
	}
	return false
}

func outputChanges(old, now map[string]any) map[string]any {
	all := map[string]any{}
	differing := changed(old, now)
	for name := range union(old, now) {
		c := map[string]any{"actions": []string{"no-op"}, "before": old[name], "after": now[name], "after_unknown": false, "before_sensitive": false, "after_sensitive": false}
		if slices.Contains(differing, name) {
			c["actions"] = []string{actionOf(old, now, name)}
		}
		if open(now[name]) {
			delete(c, "after")
			c["after_unknown"] = true
		}
		all[name] = c
	}
	return all
}

func actionOf(old, now map[string]any, name string) string {
	_, had := old[name]
	_, has := now[name]
	switch {
	case !had:
		return Create
	case !has:
		return Delete
	}
	return Update
}
