package dr

import (
	"context"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"

	"lifeboat/dr/config"
	"lifeboat/tf"
)

// setByLifeboat are variables whose values follow from lifeboat.yaml, the run or the roles file: they are no inputs.
var setByLifeboat = []string{
	"estate", "region", "primary_region", "strategy", "run", "roles_bucket", "roles_key", "roles_version", "writer_region", "serving_region",
	"capacity", "frozen_by", "roles_unchecked",
}

// variables are those of a root: what lifeboat.yaml says of the estate, its inputs, and what other roots have made. Later ones stand
// over earlier ones.
func (b *builder) variables(ctx context.Context, root string) (map[string]any, error) {
	r, _ := tf.RootOf(root)
	reads := b.reads(r)
	if err := b.learn(ctx, reads); err != nil {
		return nil, err
	}
	vars := b.inputs()
	for _, need := range reads {
		out := b.outputsOf(need)
		if out == nil && slices.Contains(r.Needs, need) {
			return nil, &errNotYet{root, need}
		}
		maps.Copy(vars, out)
	}
	b.lay(root, vars)
	b.unlit(root, vars)
	if targets := b.healthTargets(vars); root == "failover" && len(targets) > 0 {
		vars["health_targets"] = targets
	}
	b.pointVariables(vars)
	if digests := b.digestsOf(root); len(digests) > 0 {
		vars["digests"] = digests
	}
	vars["environment"] = b.regionOf(root).Environment
	maps.Copy(vars, map[string]any{
		"estate": b.c.Estate, "region": b.c.Regions.Standby.Name, "primary_region": b.c.Regions.Primary.Name, "strategy": string(b.c.Strategy), "run": b.run,
	})
	bucket, key := b.rolesPlace()
	vars["roles_key"] = key
	delete(vars, "roles_bucket")
	if bucket != "" && (root != "bootstrap" || b.outputsOf("bootstrap") != nil) {
		vars["roles_bucket"] = bucket
	}
	if b.unchecked != "" {
		vars["roles_unchecked"] = b.unchecked
	}
	if err := b.ownVariables(ctx, root, vars); err != nil {
		return nil, err
	}
	b.lay(root, vars)
	return vars, b.complete(root, vars)
}

// lay puts what the run sets for a root over what is known of it: before anything follows from these variables, and after.
func (b *builder) lay(root string, vars map[string]any) {
	if b.overlay != nil {
		maps.Copy(vars, b.overlay(root))
	}
}

// unlit has what users meet know nothing of a pilot light's balancer, which is there only while it burns: CloudFront and its alarms, whose
// control planes are in us-east-1, could be told of it neither in the dark nor for long.
func (b *builder) unlit(root string, vars map[string]any) {
	to, _ := vars["strategy"].(string) // a dry run's
	if root == "failover" && firstOf(to, string(b.c.Strategy)) == string(config.PilotLight) {
		maps.Copy(vars, map[string]any{"load_balancer_dns_name": nil, "load_balancer_suffix": nil, "target_group_suffixes": map[string]any{}})
	}
}

// reads are the roots whose outputs a root takes.
func (b *builder) reads(r tf.Root) []string {
	list := slices.Concat(r.Needs, r.Later)
	if r.Name == "failover" { // its health checks ask both load balancers
		list = append(list, "primary")
	}
	if r.Name == "bootstrap" { // whether it was made
		list = append(list, "bootstrap")
	}
	if !b.ours() {
		list = slices.DeleteFunc(list, func(name string) bool { return name == "primary" })
	}
	return list
}

// healthTargets are the load balancers that are asked from the outside: both, as far as their names are known.
func (b *builder) healthTargets(vars map[string]any) map[string]any {
	targets, _ := b.c.Terraform.Inputs["health_targets"].(map[string]any)
	targets = maps.Clone(targets)
	if targets == nil {
		targets = map[string]any{}
	}
	for region, name := range map[string]string{b.c.Regions.Primary.Name: "primary_load_balancer_dns_name", b.c.Regions.Standby.Name: "load_balancer_dns_name"} {
		if v, _ := vars[name].(string); v != "" {
			targets[region] = v
		}
	}
	return targets
}

// digestsOf are the images that a root is to run: those that the run has pinned, else those of the root's last apply, where that was
// looked at and lifeboat.yaml says no others.
func (b *builder) digestsOf(root string) map[string]string {
	b.mu.Lock()
	defer b.mu.Unlock()
	if len(b.digests) == 0 && b.c.Terraform.Inputs["digests"] == nil {
		return maps.Clone(b.images[root])
	}
	return maps.Clone(b.digests)
}

// complete refuses a root that lacks what it must be told.
func (b *builder) complete(root string, vars map[string]any) error {
	var missing []string
	for _, name := range required(root) {
		if vars[name] == nil {
			missing = append(missing, name)
		}
	}
	if len(missing) == 0 {
		return nil
	}
	return &Refusal{fmt.Sprintf("%s must be told %s", root, among(missing)), "write them below terraform: inputs in lifeboat.yaml"}
}

// required are the variables of a root without a default, but for those that Lifeboat sets and the images, which are looked up.
func required(root string) []string {
	declared, err := tf.Variables(root)
	if err != nil {
		return nil // the stack is embedded: a test sees that it can be read
	}
	var names []string
	for _, v := range declared {
		if v.Required && !slices.Contains(setByLifeboat, v.Name) && v.Name != "digests" {
			names = append(names, v.Name)
		}
	}
	return names
}

// untold are the required variables of a root that neither lifeboat.yaml nor another root of the stack gives.
func (b *builder) untold(root string) []string {
	known := b.inputs()
	r, _ := tf.RootOf(root)
	for _, need := range b.reads(r) {
		names, _ := tf.Outputs(need)
		for _, name := range names {
			known[name] = true
		}
	}
	var left []string
	for _, name := range required(root) {
		if known[name] == nil {
			left = append(left, name)
		}
	}
	return left
}

// defaultsOf are the variables that follow from what lifeboat.yaml says of the estate. Its inputs stand over them.
func defaultsOf(c *config.Config) map[string]any {
	vars := map[string]any{}
	p, s := &c.Regions.Primary, &c.Regions.Standby
	if all := sortedUnion(repositories(c, p), repositories(c, s)); len(all) > 0 {
		vars["repositories"] = all
	}
	vars["clusters"] = map[string]any{p.Name: firstCluster(p, c.Estate), s.Name: firstCluster(s, c.Estate+"-dr")}
	vars["databases"] = map[string]any{p.Name: firstDatabase(p, c.Estate+"-db"), s.Name: firstDatabase(s, c.Estate+"-dr-db")}
	if names := publicNames(c); len(names) > 0 {
		vars["aliases"], vars["domains"] = names, names
	}
	if zone := c.Edge.Cloudflare.Zone; strings.Contains(zone, ".") {
		vars["origin_domain"] = "origin." + zone
	}
	if c.Terraform.Primary == config.Theirs {
		if len(p.Databases) > 0 {
			vars["primary_database_identifier"] = p.Databases[0].ID
		}
		if len(p.Secrets) > 0 && !strings.HasPrefix(p.Secrets[0], "arn:") {
			vars["database_secret_name"] = p.Secrets[0]
		}
	}
	return vars
}

func firstCluster(r *config.Region, standard string) string {
	if len(r.Clusters) > 0 {
		return r.Clusters[0].Name
	}
	return standard
}

func firstDatabase(r *config.Region, standard string) string {
	if len(r.Databases) > 0 {
		return r.Databases[0].ID
	}
	return standard
}

// publicNames are the names that users are asked to call, by the edge's probes, the shortest first.
func publicNames(c *config.Config) []string {
	var names []string
	for _, p := range []config.Probe{c.Edge.Pages, c.Edge.API, c.Edge.Write} {
		host := p.Host
		if u, err := url.Parse(p.URL); err == nil && host == "" {
			host = u.Hostname()
		}
		if strings.Contains(host, ".") && strings.ContainsFunc(host, func(r rune) bool { return r >= 'a' && r <= 'z' }) && !slices.Contains(names, host) {
			names = append(names, host)
		}
	}
	slices.SortFunc(names, func(a, b string) int { return len(a) - len(b) })
	return names
}

func sortedUnion(lists ...[]string) []string {
	all := slices.Concat(lists...)
	slices.Sort(all)
	return slices.Compact(all)
}

// unknownInputs are a Refusal where lifeboat.yaml gives the stack what it does not take, each with its line.
func unknownInputs(c *config.Config) error {
	known := map[string]bool{}
	for _, root := range tf.Roots {
		declared, err := tf.Variables(root.Name)
		if err != nil {
			return err
		}
		for _, v := range declared {
			known[v.Name] = !v.Secret
		}
	}
	var wrong []string
	for _, name := range slices.Sorted(maps.Keys(c.Terraform.Inputs)) {
		why := ""
		switch allowed, declared := known[name]; {
		case !declared:
			why = "no root of the stack has such a variable"
			if near := nearestName(name, known); near != "" {
				why += "; did you mean " + near + "?"
			}
		case !allowed:
			why = "it is a secret: set TF_VAR_" + name + " in the environment instead"
		case slices.Contains(setByLifeboat, name):
			why = "Lifeboat sets it: it follows from the rest of lifeboat.yaml"
		default:
			continue
		}
		wrong = append(wrong, fmt.Sprintf("%s:%d: terraform.inputs.%s: %s", c.Path, c.Terraform.Lines[name], name, why))
	}
	if wrong == nil {
		return nil
	}
	return &Refusal{strings.Join(wrong, "\n"), ""}
}

// nearestName is the known name that another was probably meant to be: one that begins or ends like it; "" for none.
func nearestName(name string, known map[string]bool) string {
	best, length := "", 3
	for _, k := range slices.Sorted(maps.Keys(known)) {
		if n := alike(name, k); n > length && n*3 >= len(k)*2 {
			best, length = k, n
		}
	}
	return best
}

// alike is how many letters two names have in common at both ends.
func alike(a, b string) int {
	n := 0
	for n < len(a) && n < len(b) && a[n] == b[n] {
		n++
	}
	m := 0
	for m < len(a)-n && m < len(b)-n && a[len(a)-1-m] == b[len(b)-1-m] {
		m++
	}
	return n + m
}
