# The secret holds user and password only, which a physical replica shares; the host is a value of each region's own task
# definitions. So a failover writes no secret. No plan and no state holds the password.
resource "aws_secretsmanager_secret" "database" {
  name                    = "${local.name}/database"
  description             = "The database's user and password, the same in both regions"
  kms_key_id              = module.application_key.arn
  recovery_window_in_days = 30

  replica {
    region     = var.region
    kms_key_id = var.standby_secret_key_arn
  }
}

resource "aws_secretsmanager_secret_version" "database" {
  secret_id = aws_secretsmanager_secret.database.id
  secret_string_wo = jsonencode({
    username = var.database_username
    password = var.database_password
  })
  secret_string_wo_version = var.database_password_version

  # RDS says no to a password that is missing or bad: then the secret must not hold it either.
  depends_on = [module.database]
}

# After a failover the old writer stands as it is, fenced, until it is kept under another name; its name is then that of a replica of
# the standby's database, from which a failback starts.
locals {
  follows = var.writer_region == var.region && !var.no_standby
  of_key  = split(":", module.database_key.arn)
  source  = local.follows ? "arn:${local.of_key[1]}:rds:${var.region}:${local.of_key[4]}:db:${var.estate}-dr-db" : null
}

module "database" {
  source = "../modules/postgres"

  identifier            = "${local.name}-db"
  source_arn            = local.source
  engine_version        = var.engine_version
  instance_class        = var.instance_class
  storage               = var.storage
  database_name         = var.database_name
  username              = var.database_username
  password              = var.database_password
  password_version      = var.database_password_version
  multi_az              = var.multi_az && !local.follows
  backup_retention_days = var.backup_retention_days
  slot_wal_keep_mb      = var.slot_wal_keep_mb
  key_arn               = module.database_key.arn
  subnet_ids            = module.network.database_subnet_ids
  security_group_ids    = [module.security_groups.ids.database]
  log_days              = var.log_days
  logs_key_arn          = module.application_key.arn
  deletion_protection   = var.deletion_protection
  skip_final_snapshot   = var.skip_final_snapshot
}
