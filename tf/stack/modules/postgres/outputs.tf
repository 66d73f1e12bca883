output "arn" {
  description = "The instance."
  value       = aws_db_instance.this.arn
}

output "identifier" {
  description = "The instance's name."
  value       = aws_db_instance.this.identifier
}

output "address" {
  description = "The host that clients connect to. A promotion keeps it."
  value       = aws_db_instance.this.address
}

output "publicly_accessible" {
  description = "Whether it can be reached from outside. It never is."
  value       = aws_db_instance.this.publicly_accessible
}

output "has_second_zone" {
  description = "Whether a second zone holds a synchronous copy."
  value       = aws_db_instance.this.multi_az
}

output "password_version" {
  description = "Version of the password that was sent; null: it is none of Terraform's business."
  value       = aws_db_instance.this.password_wo_version
}

output "replicates_from" {
  description = "The database that it replicates from; null where it replicates from none."
  value       = var.source_arn
}

output "protected" {
  description = "Whether it is protected from deletion, has backups and leaves a last snapshot."
  value       = aws_db_instance.this.deletion_protection && !aws_db_instance.this.skip_final_snapshot && aws_db_instance.this.backup_retention_period > 0
}

output "groups" {
  description = "Its subnet group and its parameter group."
  value       = { subnets = aws_db_instance.this.db_subnet_group_name, parameters = aws_db_instance.this.parameter_group_name }
}
