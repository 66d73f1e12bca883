package terraform

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// wish is a resource as the configuration wants it. References to other resources stand in its values as ${address.name}.
type wish struct {
	Address string
	Region  string
	Needs   []string // blocks
	Values  map[string]any
}

// wanted are a root's resources for its variables.
func wanted(name string, root Root, v variables, account string) map[string]*wish {
	all := map[string]*wish{}
	for _, r := range root.expanded(name, v) {
		if !v.has(name, r) {
			continue
		}
		w := &wish{Address: v.fill(r.Address, account), Region: v.fill(cmpOr(r.Region, root.Region), account), Needs: r.Needs, Values: map[string]any{}}
		for key, value := range r.Values {
			w.Values[key] = v.filled(value, account)
		}
		maps.Copy(w.Values, v.own(name, w, account))
		maps.DeleteFunc(w.Values, func(_ string, value any) bool { return value == nil })
		all[w.Address] = w
	}
	return all
}

func cmpOr(a, b string) string {
	if a != "" {
		return a
	}
	return b
}

// strategy is the one by which a root's list is read: a pilot light that is lit is a cold standby.
func (v variables) strategy(root string) string {
	s := v.text("strategy")
	if s == "pilot-light" && (root == "compute" || root == "foundation") && v.running() {
		return "cold-standby"
	}
	return s
}

// has says whether the variables want a resource of the list.
func (v variables) has(root string, r Resource) bool {
	block, key := blockOf(r.Address), keyOf(r.Address)
	watched := strings.Contains(block, "observability") && !strings.Contains(block, "task_roles") || strings.HasPrefix(block, "aws_secretsmanager_secret") && strings.HasSuffix(block, ".grafana")
	switch {
	case strings.HasPrefix(block, "module.database.") && root == "data" && v["restore"] != nil:
		return true
	case strings.HasPrefix(block, "aws_db_instance_automated_backups_replication") && v["keep_backups"] == true:
		return true
	case len(r.In) > 0 && !slices.Contains(r.In, v.strategy(root)):
		return false
	case watched && v["observability"] == nil:
		return false
	case slices.Contains([]string{"aws_iam_role.reader", "aws_iam_role.operator", "aws_iam_role_policy.reader", "aws_iam_role_policy.operator"}, block):
		return len(v.words("operators")) > 0
	case block == "aws_ecr_replication_configuration.this":
		return v["replicate_images"] == true
	case root == "failover" && (block == "aws_acm_certificate.cdn" || block == "aws_acm_certificate_validation.cdn"):
		return v["own_distribution"] == true && v["cdn_certificate_arn"] == nil
	case block == "aws_cloudfront_distribution.this":
		return v["own_distribution"] == true
	case block == "aws_cloudwatch_metric_alarm.lag":
		return v["database_identifier"] != nil
	case root == "primary" && (block == "module.network.aws_eip.nat" || block == "module.network.aws_nat_gateway.this"):
		return v.number("nat_gateways") > 1 || strings.HasSuffix(key, "a")
	}
	return true
}

// group are resources that the configuration makes for each of some keys: addresses that begin so, and the keys.
type group struct {
	prefix string
	keys   func(v variables, root string) []string
}

var groups = []group{
	{"module.registry.", func(v variables, _ string) []string { return v.words("repositories") }},
	{"module.service", services},
	{"module.watcher", watchers},
	{"module.balancer.aws_lb_target_group.", balanced},
	{"module.balancer[0].aws_lb_target_group.", balanced},
	{"module.balancer.aws_lb_listener_rule.", routed},
	{"module.balancer[0].aws_lb_listener_rule.", routed},
	{"aws_cloudwatch_metric_alarm.targets", func(v variables, _ string) []string { return v.keys("target_group_suffixes") }},
	{"aws_route53_health_check.region", func(v variables, _ string) []string { return v.keys("health_targets") }},
	{"aws_cloudwatch_metric_alarm.region", func(v variables, _ string) []string { return v.keys("health_targets") }},
}

// services of a root: a primary's are made once their images are there.
func services(v variables, root string) []string { return v.withImages(root, v.keys("services")) }

func watchers(v variables, root string) []string {
	if v["observability"] == nil {
		return nil
	}
	return v.withImages(root, []string{"grafana", "prometheus"})
}

func (v variables) withImages(root string, names []string) []string {
	if root != "primary" {
		return names
	}
	return slices.DeleteFunc(slices.Clone(names), func(n string) bool { return v.text("digests."+n) == "" })
}

func balanced(v variables, _ string) []string {
	names := v.keys("services")
	if v["observability"] != nil {
		names = append(names, "grafana")
	}
	return names
}

func routed(v variables, root string) []string {
	return slices.DeleteFunc(balanced(v, root), func(n string) bool { return n != "grafana" && v.at("services."+n+".priority") == nil })
}

// expanded is the root's list for the keys that the variables give: one that the list does not have is made after one that
// it has.
func (root Root) expanded(name string, v variables) []Resource {
	var out []Resource
	made := map[string]bool{} // groups by prefix and block
	for _, r := range root.Resources {
		i := slices.IndexFunc(groups, func(g group) bool { return strings.HasPrefix(r.Address, g.prefix) })
		if i < 0 || keyOf(r.Address) == "" {
			out = append(out, r)
			continue
		}
		if block := blockOf(r.Address); !made[groups[i].prefix+block] {
			made[groups[i].prefix+block] = true
			for _, key := range groups[i].keys(v, name) {
				out = append(out, root.instance(block, v.fill(key, ""), v))
			}
		}
	}
	return out
}

// instance is a block's resource for a key.
func (root Root) instance(block, key string, v variables) Resource {
	var like *Resource
	for _, r := range root.Resources {
		if blockOf(r.Address) != block {
			continue
		}
		own := v.fill(keyOf(r.Address), "")
		if own == key {
			return r
		}
		if like == nil || own == "backend" && v.at("services."+key+".database") == true {
			like = &r
		}
	}
	old := keyOf(like.Address)
	renamed := *like
	renamed.Address = strings.ReplaceAll(like.Address, `["`+old+`"]`, `["`+key+`"]`)
	renamed.Values, _ = renameIn(like.Values, old, key).(map[string]any)
	return renamed
}

func renameIn(value any, old, key string) any {
	switch value := value.(type) {
	case string:
		return strings.ReplaceAll(value, old, key)
	case []any:
		out := make([]any, len(value))
		for i, e := range value {
			out[i] = renameIn(e, old, key)
		}
		return out
	case map[string]any:
		out := map[string]any{}
		for k, e := range value {
			out[k] = renameIn(e, old, key)
		}
		return out
	}
	return value
}

// own are attributes of a resource that hang from variables in more than their names.
func (v variables) own(root string, w *wish, account string) map[string]any {
	key := keyOf(w.Address)
	switch typeOf(w.Address) {
	case "aws_appautoscaling_target":
		least, most := v.capacity(w.Region, key)
		return map[string]any{"min_capacity": least, "max_capacity": most}
	case "aws_ecs_service":
		least, _ := v.capacity(w.Region, key)
		own := map[string]any{"desired_count": least, "task_definition": "${" + moduleOf(w.Address) + ".aws_ecs_task_definition.this.arn}"}
		if _, balanced := w.Values["health_check_grace_period_seconds"]; balanced {
			own["health_check_grace_period_seconds"] = v.number("grace_seconds")
		}
		return own
	case "aws_ecs_task_definition":
		return v.definition(root, w, key, account)
	case "aws_lb":
		return map[string]any{"enable_deletion_protection": v["deletion_protection"]}
	case "aws_lb_target_group":
		return v.targetGroup(key)
	case "aws_lb_listener_rule":
		return v.rule(key)
	case "aws_db_instance":
		return v.instance(root, w.Address, account)
	case "aws_cloudfront_distribution":
		return v.distribution()
	case "aws_acm_certificate":
		return v.certificate(w)
	case "aws_s3_object":
		return map[string]any{"content": v.roles()}
	}
	return nil
}

func (v variables) roles() string {
	file := map[string]any{}
	for _, name := range []string{"roles_version", "writer_region", "serving_region", "no_standby", "frozen_by", "capacity"} {
		file[name] = v[name]
	}
	text, _ := json.MarshalIndent(file, "", "  ")
	return string(text)
}

// definition is a task definition: its size and its one container, as tf/stack/modules/service writes it.
func (v variables) definition(root string, w *wish, name, account string) map[string]any {
	service := "services." + name
	repository := v.text(service + ".repository")
	if v.at(service) == nil { // Prometheus and Grafana
		repository = cmpOr(v.text("observability."+name+"_repository"), name)
	}
	image := v.text("repository_urls."+repository) + "@" + v.text("digests."+name)
	if root == "primary" {
		image = fmt.Sprintf("%s.dkr.ecr.%s.amazonaws.com/%s@%s", account, w.Region, repository, v.text("digests."+name))
	}
	environment := map[string]string{"AWS_REGION": w.Region, "ENVIRONMENT": v.text("environment")}
	var secrets []any
	if v.at(service+".database") == true {
		for k, value := range v.databaseEnvironment(root) {
			environment[k] = value
		}
		arn := v.text("database_secret_arn")
		if root == "primary" {
			arn = "${aws_secretsmanager_secret.database.arn}"
		}
		for _, part := range [][2]string{{"password", "password"}, {"user", "username"}} {
			secrets = append(secrets, map[string]any{"name": v.text("database_variables." + part[0]), "valueFrom": arn + ":" + part[1] + "::"})
		}
	}
	port, _ := json.Marshal(v.port(name))
	var plain []any
	for _, k := range slices.Sorted(maps.Keys(environment)) {
		plain = append(plain, map[string]any{"name": k, "value": environment[k]})
	}
	text, _ := json.Marshal([]any{map[string]any{
		"name": name, "image": image, "essential": true, "environment": plain, "secrets": secrets,
		"portMappings": []any{map[string]any{"containerPort": json.RawMessage(port), "hostPort": json.RawMessage(port), "protocol": "tcp"}},
	}})
	own := map[string]any{"container_definitions": string(text)}
	for _, size := range []string{"cpu", "memory"} {
		if n := v.at(service + "." + size); n != nil {
			own[size] = asText(n)
		}
	}
	return own
}

func (v variables) databaseEnvironment(root string) map[string]string {
	host := v.text("database_host")
	if root == "primary" {
		host = "${module.database.aws_db_instance.this.address}"
	}
	if host == "" {
		return nil
	}
	return map[string]string{
		v.text("database_variables.host"): host, v.text("database_variables.port"): "5432", v.text("database_variables.name"): v.text("database_name"),
	}
}

func (v variables) port(service string) any {
	if p := v.at("services." + service + ".port"); p != nil {
		return p
	}
	return map[string]float64{"grafana": 3000, "prometheus": 9090}[service]
}

func (v variables) targetGroup(service string) map[string]any {
	path := v.text("services." + service + ".health_path")
	if path == "" {
		path = "/api/health"
	}
	return map[string]any{"port": v.port(service), "health_check": []any{map[string]any{"path": path, "interval": 30.0, "timeout": 5.0}}}
}

func (v variables) rule(service string) map[string]any {
	at := "services." + service
	hosts, paths, priority := v.words(at+".hosts"), v.words(at+".paths"), v.at(at+".priority")
	if service == "grafana" && priority == nil {
		hosts, priority = []string{v.text("observability.grafana_host")}, v.at("observability.grafana_priority")
		if priority == nil {
			priority = 90.0
		}
	}
	var conditions []any
	if len(hosts) > 0 {
		conditions = append(conditions, map[string]any{"host_header": []any{map[string]any{"values": anyOf(hosts)}}})
	}
	if len(paths) > 0 {
		conditions = append(conditions, map[string]any{"path_pattern": []any{map[string]any{"values": anyOf(paths)}}})
	}
	return map[string]any{"priority": priority, "condition": conditions}
}

func anyOf(words []string) []any {
	out := make([]any, len(words))
	for i, w := range words {
		out[i] = w
	}
	return out
}

// instance is a database's settings, and whom it follows: as the modules of the roots primary, source and data say it.
func (v variables) instance(root, address, account string) map[string]any {
	own := map[string]any{"replicate_source_db": nil}
	for attribute, name := range map[string]string{
		"instance_class": "instance_class", "engine_version": "engine_version", "allocated_storage": "storage.initial", "max_allocated_storage": "storage.maximum",
		"backup_retention_period": "backup_retention_days", "deletion_protection": "deletion_protection", "skip_final_snapshot": "skip_final_snapshot",
	} {
		if value := v.at(name); value != nil {
			own[attribute] = value
		}
	}
	own["delete_automated_backups"] = false
	writes, alone := v.text("writer_region") == v.standby(), v["no_standby"] == true
	follows := writes && !alone
	if root == "data" {
		follows = v.text("strategy") == "warm-standby" && v["restore"] == nil && !writes && !alone
		own["multi_az"] = (writes || alone) && v["multi_az"] == true
	} else if root == "primary" {
		own["multi_az"] = !follows && v["multi_az"] == true
		own["password_wo_version"] = v["database_password_version"]
	}
	if !follows {
		return v.restored(root, own)
	}
	own["allocated_storage"] = nil // the source's
	own["replicate_source_db"] = v["primary_database_arn"]
	if root != "data" {
		own["replicate_source_db"] = "arn:aws:rds:" + v.standby() + ":" + account + ":db:" + v.text("estate") + "-dr-db"
	}
	return own
}

// restored adds what the standby's database is restored from, where it is.
func (v variables) restored(root string, own map[string]any) map[string]any {
	if root != "data" || v["restore"] == nil {
		return own
	}
	own["allocated_storage"], own["engine_version"] = nil, nil // what it is restored from has them
	own["snapshot_identifier"] = v.at("restore.snapshot")
	if arn := v.at("restore.backups_arn"); arn != nil {
		own["restore_to_point_in_time"] = []any{map[string]any{"source_db_instance_automated_backups_arn": arn, "restore_time": v.at("restore.time")}}
	}
	return own
}

// distribution is the part of the distribution that leads users: origins, the group, behaviours.
func (v variables) distribution() map[string]any {
	origin := func(id, name string) any {
		return map[string]any{
			"origin_id": v.text("origin_ids." + id), "domain_name": v[name], "connection_attempts": v.at("connect.attempts"), "connection_timeout": v.at("connect.timeout"),
			"custom_origin_config": []any{map[string]any{"origin_read_timeout": v.at("connect.read")}},
		}
	}
	origins := []any{origin("first", "origin_domain")}
	own := map[string]any{"aliases": v["aliases"], "origin_group": nil} // the list's is of an estate that is bridged
	bridged := v["bridged"] == true || v["bridged"] == nil && v["load_balancer_dns_name"] != nil
	if bridged {
		origins = append(origins, origin("second", "load_balancer_dns_name"))
		own["origin_group"] = []any{map[string]any{
			"origin_id": v.text("origin_ids.group"), "failover_criteria": []any{map[string]any{"status_codes": []any{500.0, 502.0, 503.0, 504.0}}},
			"member": []any{map[string]any{"origin_id": v.text("origin_ids.first")}, map[string]any{"origin_id": v.text("origin_ids.second")}},
		}}
	}
	own["origin"] = origins
	var others []any
	behaviors, _ := v["behaviors"].([]any)
	for _, b := range behaviors {
		b, _ := b.(map[string]any)
		target := v.text("origin_ids.first")
		if b["bridged"] == true && bridged {
			target = v.text("origin_ids.group")
		}
		made := map[string]any{"target_origin_id": target, "allowed_methods": b["methods"], "cache_policy_id": b["cache_policy_id"], "viewer_protocol_policy": "redirect-to-https"}
		if b["path"] == "*" {
			own["default_cache_behavior"] = []any{made}
			continue
		}
		made["path_pattern"] = b["path"]
		others = append(others, made)
	}
	own["ordered_cache_behavior"] = others
	return own
}

func (v variables) certificate(w *wish) map[string]any {
	names := v.words("domains")
	if len(names) == 0 {
		names = v.words("aliases")
	} else {
		names = append(names, v.text("origin_domain"))
	}
	if len(names) == 0 {
		return nil
	}
	sorted := slices.Sorted(slices.Values(names))
	return map[string]any{"domain_name": names[0], "subject_alternative_names": anyOf(slices.Compact(sorted))}
}
