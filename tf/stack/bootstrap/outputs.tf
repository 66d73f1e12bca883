output "state_bucket" {
  description = "The state bucket."
  value       = aws_s3_bucket.state.id

  # Nobody may use the bucket before it is versioned, encrypted and closed.
  depends_on = [
    aws_s3_bucket_versioning.state,
    aws_s3_bucket_server_side_encryption_configuration.state,
    aws_s3_bucket_public_access_block.state,
    aws_s3_bucket_policy.state,
  ]
}

output "state_bucket_arn" {
  description = "The state bucket, for policies."
  value       = aws_s3_bucket.state.arn
}

output "state_key_arn" {
  description = "The key that the state is encrypted with."
  value       = module.key.arn
}

output "roles_bucket" {
  description = "Bucket of the current roles file."
  value       = aws_s3_object.roles.bucket
}

output "backend" {
  description = "This root's own backend: write it to backend_override.tf, then terraform init -migrate-state."
  value       = <<-EOT
    terraform {
      backend "s3" {
        bucket       = "${aws_s3_bucket.state.id}"
        key          = "terraform/bootstrap.tfstate"
        region       = "${var.region}"
        use_lockfile = true
        encrypt      = true
      }
    }
  EOT
}
