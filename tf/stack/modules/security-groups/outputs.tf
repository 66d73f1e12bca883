output "ids" {
  description = "The groups by what they are for."
  value       = { for k, g in aws_security_group.this : k => g.id }
}

output "ingress" {
  description = "Who may reach whom: the groups that each group lets in."
  value       = { for k in keys(local.descriptions) : k => [for r in local.between : r.from if r.to == k] }
}
