resource "aws_ecs_cluster" "this" {
  name = var.name

  setting {
    name  = "containerInsights"
    value = "enabled"
  }
}

resource "aws_ecs_cluster_capacity_providers" "this" {
  cluster_name       = aws_ecs_cluster.this.name
  capacity_providers = ["FARGATE"]

  default_capacity_provider_strategy {
    capacity_provider = "FARGATE"
    weight            = 1
  }
}

# Making it leans on Route 53's control plane, in us-east-1: it is there in every strategy, long before it is needed.
resource "aws_service_discovery_private_dns_namespace" "this" {
  name        = var.namespace
  description = "Tasks of ${var.name}"
  vpc         = var.vpc_id
}
