package terraform

import (
	"fmt"
	"slices"
	"strings"
)

// view gives a resource's attribute by address and name: unknown where it is known after the apply, nil where there is none.
type view func(address, name string) any

// outputs are a root's outputs, by the names that its files give them.
func outputs(root string, v variables, e Estate, at view) map[string]any {
	o := outputting{v: v, account: e.Account, at: at, name: root, root: list.Roots[root]}
	of := map[string]func() map[string]any{
		"bootstrap": o.bootstrap, "primary": o.primary, "identity": o.identity, "foundation": o.foundation,
		"source": o.source, "data": o.data, "compute": o.compute, "failover": o.failover,
	}[root]
	all := of()
	all["roles_checked"] = true
	for name, value := range all {
		switch {
		case value == nil:
			delete(all, name) // as Terraform keeps none that is null
		case open(value):
			all[name] = unknown // an output is known whole or not at all
		}
	}
	return all
}

type outputting struct {
	v       variables
	account string
	at      view
	name    string
	root    Root
}

// each collects an attribute of a block's resources by their keys; plain ones have the key "".
func (o outputting) each(block, name string) map[string]any {
	all := map[string]any{}
	for _, r := range o.root.expanded(o.name, o.v) {
		if blockOf(r.Address) != block {
			continue
		}
		address := o.v.fill(r.Address, o.account)
		if value := o.at(address, name); value != nil {
			all[keyOf(address)] = value
		}
	}
	return all
}

// zones are an attribute of a subnet's two instances, in the order of the zones.
func (o outputting) zones(block, name, region string) []any {
	all := []any{}
	for _, zone := range []string{"a", "b"} {
		if value := o.at(fmt.Sprintf("%s[%q]", block, region+zone), name); value != nil {
			all = append(all, value)
		}
	}
	return all
}

func (o outputting) bootstrap() map[string]any {
	bucket := o.at("aws_s3_bucket.state", "id")
	return map[string]any{
		"state_bucket": bucket, "state_bucket_arn": o.at("aws_s3_bucket.state", "arn"), "state_key_arn": o.at("module.key.aws_kms_key.this", "arn"),
		"roles_bucket": o.at("aws_s3_object.roles", "bucket"), "backend": o.backend(bucket),
	}
}

func (o outputting) backend(bucket any) any {
	if bucket == nil || bucket == unknown {
		return bucket
	}
	return fmt.Sprintf("terraform {\n  backend \"s3\" {\n    bucket       = %q\n    key          = \"terraform/bootstrap.tfstate\"\n    region       = %q\n    use_lockfile = true\n    encrypt      = true\n  }\n}\n",
		bucket, o.v.standby())
}

func (o outputting) primary() map[string]any {
	secret := o.at("aws_secretsmanager_secret.database", "arn")
	if arn, ok := secret.(string); ok {
		secret = strings.Replace(arn, ":"+o.v.primary()+":", ":"+o.v.standby()+":", 1)
	}
	names := o.each("module.service.aws_ecs_service.this", "name")
	for k, n := range o.each("module.watcher.aws_ecs_service.this", "name") {
		names[k] = n
	}
	services := []any{}
	for _, name := range o.v.keys("services") {
		services = append(services, o.v.text("estate")+"-"+name)
	}
	return map[string]any{
		"primary_cidrs": []any{o.v["cidr"]}, "primary_vpc_id": o.at("module.network.aws_vpc.this", "id"),
		"primary_repository_urls": o.each("module.registry.aws_ecr_repository.this", "repository_url"),
		"primary_database_arn":    o.at("module.database.aws_db_instance.this", "arn"), "primary_database_identifier": o.at("module.database.aws_db_instance.this", "identifier"),
		"database_secret_name": o.at("aws_secretsmanager_secret.database", "name"), "database_secret_arn": secret,
		"primary_load_balancer_dns_name": o.at("module.balancer.aws_lb.this", "dns_name"),
		"primary_certificate_records":    o.records("aws_acm_certificate.this"), "primary_service_names": names,
		"primary_site": map[string]any{
			"cluster": o.at("module.cluster.aws_ecs_cluster.this", "name"), "services": services, "load_balancer": o.at("module.balancer.aws_lb.this", "arn_suffix"),
			"target_groups": o.each("module.balancer.aws_lb_target_group.this", "arn_suffix"), "database": o.at("module.database.aws_db_instance.this", "identifier"),
		},
	}
}

// records are the names that prove a certificate's.
func (o outputting) records(address string) any {
	options := o.at(address, "domain_validation_options")
	found, known := options.([]any)
	if !known {
		return options
	}
	all := []any{}
	for _, option := range found {
		r, _ := option.(map[string]any)
		all = append(all, map[string]any{"name": r["resource_record_name"], "type": r["resource_record_type"], "value": r["resource_record_value"]})
	}
	return all
}

func (o outputting) identity() map[string]any {
	return map[string]any{
		"task_role_arns": o.roles(), "operator_role_arn": o.at("aws_iam_role.operator[0]", "arn"), "reader_role_arn": o.at("aws_iam_role.reader[0]", "arn"),
		"backup_role_arn": o.at("aws_iam_role.backup[0]", "arn"),
	}
}

func (o outputting) roles() map[string]any {
	all := map[string]any{}
	for _, name := range []string{"execution", "application", "observability", "flow_log"} {
		all[name] = o.at("module.task_roles.aws_iam_role."+name, "arn")
	}
	return all
}

func (o outputting) foundation() map[string]any {
	region := o.v.standby()
	endpoints := []any{}
	for key := range o.each("module.network.aws_vpc_endpoint.interface", "id") {
		endpoints = append(endpoints, key)
	}
	return map[string]any{
		"vpc_id":            o.at("module.network.aws_vpc.this", "id"),
		"public_subnet_ids": o.zones("module.network.aws_subnet.public", "id", region), "app_subnet_ids": o.zones("module.network.aws_subnet.app", "id", region),
		"database_subnet_ids": o.zones("module.network.aws_subnet.database", "id", region), "security_group_ids": o.each("module.security_groups.aws_security_group.this", "id"),
		"database_key_arn": o.at("module.database_key.aws_kms_key.this", "arn"), "application_key_arn": o.at("module.application_key.aws_kms_key.this", "arn"),
		"standby_nat_gateways": float64(len(o.each("module.network.aws_nat_gateway.this", "id"))), "standby_endpoints": sortedWords(endpoints),
	}
}

func (o outputting) source() map[string]any {
	return map[string]any{"primary_isolation_group_id": o.at("aws_security_group.isolation", "id"), "primary_alarm_topic_arn": o.at("aws_sns_topic.alarms", "arn")}
}

func (o outputting) data() map[string]any {
	const db = "module.database[0].aws_db_instance.this"
	return map[string]any{
		"repository_urls": o.each("module.registry.aws_ecr_repository.this", "repository_url"), "database_host": o.at(db, "address"), "database_arn": o.at(db, "arn"),
		"database_identifier": o.at(db, "identifier"), "backups_arn": o.at("aws_db_instance_automated_backups_replication.this[0]", "id"), "publicly_accessible": false,
		"backup_vault_name": o.at("aws_backup_vault.copies[0]", "name"),
	}
}

func (o outputting) compute() map[string]any {
	names := o.each("module.service.aws_ecs_service.this", "name")
	for k, n := range o.each("module.watcher.aws_ecs_service.this", "name") {
		names[k] = n
	}
	definitions := o.each("module.service.aws_ecs_task_definition.this", "arn")
	for k, n := range o.each("module.watcher.aws_ecs_task_definition.this", "arn") {
		definitions[k] = n
	}
	return map[string]any{
		"cluster_name": o.at("module.cluster.aws_ecs_cluster.this", "name"), "service_names": names, "task_definition_arns": definitions,
		"load_balancer_dns_name": o.at("module.balancer[0].aws_lb.this", "dns_name"), "load_balancer_suffix": o.at("module.balancer[0].aws_lb.this", "arn_suffix"),
		"target_group_suffixes": o.each("module.balancer.aws_lb_target_group.this", "arn_suffix"), "certificate_records": o.records("aws_acm_certificate.this"),
	}
}

func (o outputting) failover() map[string]any {
	records := o.records("aws_acm_certificate.cdn[0]")
	if records == nil {
		records = []any{}
	}
	return map[string]any{
		"distribution_id": o.at("aws_cloudfront_distribution.this[0]", "id"), "distribution_arn": o.at("aws_cloudfront_distribution.this[0]", "arn"),
		"distribution_domain": o.at("aws_cloudfront_distribution.this[0]", "domain_name"), "cdn_certificate_records": records,
		"alarm_topic_arns": map[string]any{"standby": o.at("aws_sns_topic.standby", "arn"), "edge": o.at("aws_sns_topic.global", "arn")},
	}
}

func sortedWords(words []any) []any {
	slices.SortFunc(words, func(a, b any) int { return strings.Compare(asText(a), asText(b)) })
	return words
}
