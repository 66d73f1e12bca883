output "repository_urls" {
  description = "Where the standby's tasks pull images from, by repository."
  value       = module.registry.urls
}

output "database_host" {
  description = "The host of the standby's database; null where there is none yet."
  value       = one(module.database[*].address)
}

output "database_arn" {
  description = "The standby's database; null where there is none yet."
  value       = one(module.database[*].arn)
}

output "database_identifier" {
  description = "Name of the standby's database; null where there is none yet."
  value       = one(module.database[*].identifier)
}

output "backups_arn" {
  description = "The copies of the primary's backups; null where there are none."
  value       = one(aws_db_instance_automated_backups_replication.this[*].id)
}

output "backup_vault_name" {
  description = "Where copies of snapshots arrive; null where there are none."
  value       = one(aws_backup_vault.copies[*].name)
}

output "publicly_accessible" {
  description = "Whether the database can be reached from outside. It never is."
  value       = anytrue(module.database[*].publicly_accessible)
}
