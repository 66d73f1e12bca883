output "name" {
  description = "The cluster's name."
  value       = aws_ecs_cluster.this.name
}

output "arn" {
  description = "The cluster."
  value       = aws_ecs_cluster.this.arn
}

output "namespace_id" {
  description = "The private domain that services register in."
  value       = aws_service_discovery_private_dns_namespace.this.id
}
