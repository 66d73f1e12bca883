output "name" {
  description = "The service's name in ECS."
  value       = local.full_name
}

output "running" {
  description = "Whether there is a service."
  value       = length(aws_ecs_service.this) == 1
}

output "task_definition_arn" {
  description = "The task definition, with its revision."
  value       = aws_ecs_task_definition.this.arn
}

output "bounds" {
  description = "Fewest and most tasks that the scaling keeps to; null where there is no service."
  value       = one([for t in aws_appautoscaling_target.this : { min = t.min_capacity, max = t.max_capacity }])
}
