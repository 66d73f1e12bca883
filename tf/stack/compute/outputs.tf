output "cluster_name" {
  description = "The standby's cluster."
  value       = module.cluster.name
}

output "service_names" {
  description = "What ECS calls the services, by service. Empty where there are none yet."
  value       = { for name, s in merge(module.service, module.watcher) : name => s.name if s.running }
}

output "load_balancer_dns_name" {
  description = "AWS's name of the standby's load balancer; null where there is none yet."
  value       = one(module.balancer[*].dns_name)
}

output "load_balancer_suffix" {
  description = "The standby's load balancer as its metrics call it; null where there is none yet."
  value       = one(module.balancer[*].arn_suffix)
}

output "target_group_suffixes" {
  description = "Target groups by service, as their metrics call them."
  value       = local.running ? module.balancer[0].target_group_suffixes : {}
}

output "certificate_records" {
  description = "Records to make at Cloudflare, so that the certificate is issued and renewed."
  value       = [for o in aws_acm_certificate.this.domain_validation_options : { name = o.resource_record_name, type = o.resource_record_type, value = o.resource_record_value }]
}

output "task_definition_arns" {
  description = "Task definitions by service."
  value       = { for name, s in merge(module.service, module.watcher) : name => s.task_definition_arn }
}
