output "primary_cidrs" {
  description = "Addresses of the primary's network."
  value       = [var.cidr]
}

output "primary_vpc_id" {
  description = "The primary's VPC."
  value       = module.network.vpc_id
}

output "primary_repository_urls" {
  description = "Where images are pushed to, by repository."
  value       = module.registry.urls
}

output "primary_database_arn" {
  description = "The primary's database."
  value       = module.database.arn
}

output "primary_database_identifier" {
  description = "Name of the primary's database."
  value       = module.database.identifier
}

output "database_secret_name" {
  description = "Name of the secret with user and password."
  value       = aws_secretsmanager_secret.database.name
}

output "database_secret_arn" {
  description = "The standby's copy of that secret: the same ARN in its region."
  value       = replace(aws_secretsmanager_secret.database.arn, ":${var.primary_region}:", ":${var.region}:")
}

output "primary_load_balancer_dns_name" {
  description = "AWS's name of the primary's load balancer."
  value       = module.balancer.dns_name
}

output "primary_certificate_records" {
  description = "Records to make at Cloudflare, so that the certificate is issued and renewed."
  value       = [for o in aws_acm_certificate.this.domain_validation_options : { name = o.resource_record_name, type = o.resource_record_type, value = o.resource_record_value }]
}

output "primary_service_names" {
  description = "What ECS calls the primary's services, by service."
  value       = { for name, s in merge(module.service, module.watcher) : name => s.name }
}

output "primary_site" {
  description = "What the standby's Grafana watches here."
  value = {
    cluster       = module.cluster.name
    services      = [for name in sort(keys(var.services)) : "${local.name}-${name}"]
    load_balancer = module.balancer.arn_suffix
    target_groups = module.balancer.target_group_suffixes
    database      = module.database.identifier
  }
}
