# What the owner's Terraform held before: imported, and removed there. One state holds a resource, never two.

resource "aws_secretsmanager_secret" "database" {
  count = var.adopted_secret == null ? 0 : 1

  name                    = var.adopted_secret.name
  description             = var.adopted_secret.description
  kms_key_id              = var.adopted_secret.kms_key_id
  recovery_window_in_days = 30

  # A copy is read-only in its region, and promoted alone only where an owner's secret holds the host.
  replica {
    region     = var.region
    kms_key_id = var.standby_secret_key_arn
  }
}

# Once it was kept under another name, after a failover, its name is that of a replica of the standby's database.
locals {
  follows = var.writer_region == var.region && !var.no_standby
  source  = local.follows ? "arn:${data.aws_partition.current.partition}:rds:${var.region}:${data.aws_caller_identity.current.account_id}:db:${var.estate}-dr-db" : null
}

module "database" {
  source = "../modules/postgres"
  count  = var.adopted_database == null ? 0 : 1

  identifier            = var.adopted_database.identifier
  source_arn            = local.source
  engine_version        = var.adopted_database.engine_version
  instance_class        = var.adopted_database.instance_class
  storage               = var.adopted_database.storage
  database_name         = var.adopted_database.database_name
  username              = var.adopted_database.username
  multi_az              = var.adopted_database.multi_az
  backup_retention_days = var.adopted_database.backup_retention_days
  slot_wal_keep_mb      = var.adopted_database.slot_wal_keep_mb
  key_arn               = var.adopted_database.key_arn
  subnet_group_name     = var.adopted_database.subnet_group_name
  parameter_group_name  = var.adopted_database.parameter_group_name
  force_ssl             = tonumber(split(".", var.adopted_database.engine_version)[0]) >= 15 # as RDS's own group has it
  security_group_ids    = var.adopted_database.security_group_ids
  log_days              = var.adopted_database.log_days
  logs_key_arn          = var.adopted_database.logs_key_arn
  deletion_protection   = var.deletion_protection
  skip_final_snapshot   = var.skip_final_snapshot
}
