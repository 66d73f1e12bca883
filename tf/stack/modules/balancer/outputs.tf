output "dns_name" {
  description = "AWS's name of the load balancer."
  value       = aws_lb.this.dns_name
}

output "arn_suffix" {
  description = "The load balancer as its metrics call it."
  value       = aws_lb.this.arn_suffix
}

# A service cannot be made before its group is part of a load balancer.
output "target_group_arns" {
  description = "Target groups by service."
  value       = { for name, g in aws_lb_target_group.this : name => g.arn }
  depends_on  = [aws_lb_listener.https, aws_lb_listener_rule.this]
}

output "target_group_suffixes" {
  description = "Target groups by service, as their metrics call them."
  value       = { for name, g in aws_lb_target_group.this : name => g.arn_suffix }
}

output "rules" {
  description = "Hosts and paths by the priority of their rule."
  value       = { for s in values(local.rules) : tostring(s.priority) => concat(s.hosts, s.paths) }
}

output "fallback" {
  description = "The service that gets what no rule matches."
  value       = local.fallback
}
