output "vpc_id" {
  description = "The VPC."
  value       = aws_vpc.this.id
}

output "public_subnet_ids" {
  description = "Subnets of the load balancer, by zone in order."
  value       = [for zone in var.zones : aws_subnet.public[zone].id]
}

output "app_subnet_ids" {
  description = "Subnets of the tasks, by zone in order."
  value       = [for zone in var.zones : aws_subnet.app[zone].id]
}

output "database_subnet_ids" {
  description = "Subnets of the database, by zone in order."
  value       = [for zone in var.zones : aws_subnet.database[zone].id]
}

output "nat_gateways" {
  description = "How many NAT gateways there are."
  value       = length(aws_nat_gateway.this)
}

output "interface_endpoints" {
  description = "AWS's services that are reached inside the VPC."
  value       = sort(keys(aws_vpc_endpoint.interface))
}
