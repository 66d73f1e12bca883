output "urls" {
  description = "Where images are pulled from, by repository."
  value       = { for name, r in aws_ecr_repository.this : name => r.repository_url }
}

output "arns" {
  description = "The repositories by name."
  value       = { for name, r in aws_ecr_repository.this : name => r.arn }
}
