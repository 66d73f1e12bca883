output "vpc_id" {
  description = "The standby's VPC."
  value       = module.network.vpc_id
}

output "public_subnet_ids" {
  description = "Subnets of the load balancer."
  value       = module.network.public_subnet_ids
}

output "app_subnet_ids" {
  description = "Subnets of the tasks."
  value       = module.network.app_subnet_ids
}

output "database_subnet_ids" {
  description = "Subnets of the database."
  value       = module.network.database_subnet_ids
}

output "security_group_ids" {
  description = "Security groups by what they are for."
  value       = module.security_groups.ids
}

output "database_key_arn" {
  description = "Key of the standby's database."
  value       = module.database_key.arn
}

output "application_key_arn" {
  description = "Key of the standby's secrets, file systems and logs."
  value       = module.application_key.arn
}

output "standby_nat_gateways" {
  description = "How many NAT gateways there are."
  value       = module.network.nat_gateways
}

output "standby_endpoints" {
  description = "AWS's services that are reached inside the VPC."
  value       = module.network.interface_endpoints
}
