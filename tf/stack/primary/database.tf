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

module "database" {
  source = "../modules/postgres"

  identifier            = "${local.name}-db"
  source_arn            = var.primary_source_arn
  engine_version        = var.engine_version
  instance_class        = var.instance_class
  storage               = var.storage
  database_name         = var.database_name
  username              = var.database_username
  password              = var.database_password
  password_version      = var.database_password_version
  multi_az              = var.multi_az && var.writer_region == var.primary_region
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
