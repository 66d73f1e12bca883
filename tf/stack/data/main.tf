# The standby's data: a replica of the primary's database, or copies of its backups, and the registry. Nothing in here is
# outside its region: a replica's source is only named.

provider "aws" {
  region     = var.region
  sts_region = var.region

  default_tags {
    tags = merge(var.tags, { Estate = var.estate, ManagedBy = "lifeboat/data" })
  }
}

locals {
  name    = "${var.estate}-dr"
  writes  = var.writer_region == var.region
  warm    = var.strategy == "warm-standby"
  exists  = local.warm || var.restore != null
  replica = local.warm && var.restore == null && !local.writes && !var.no_standby
  copies  = !local.warm || var.keep_backups
}

module "roles" {
  source = "../modules/roles"

  bucket    = var.roles_bucket
  key       = var.roles_key
  roles     = local.roles
  run       = var.run
  unchecked = var.roles_unchecked
}

module "registry" {
  source = "../modules/registry"

  repositories = var.repositories
}

# Warm standby: a replica. After a promotion it is the writer, and replicates from none; so does the old writer that it is once the
# other region was promoted, until it is kept under another name. The others: what a recovery point was restored to.
module "database" {
  source = "../modules/postgres"
  count  = local.exists ? 1 : 0

  identifier            = "${local.name}-db"
  source_arn            = local.replica ? var.primary_database_arn : null
  restore               = local.replica ? null : var.restore
  engine_version        = var.engine_version
  instance_class        = var.instance_class
  storage               = var.storage
  multi_az              = (local.writes || var.no_standby) && var.multi_az
  backup_retention_days = var.backup_retention_days
  slot_wal_keep_mb      = var.slot_wal_keep_mb
  key_arn               = var.database_key_arn
  subnet_ids            = var.database_subnet_ids
  security_group_ids    = [var.security_group_ids.database]
  log_days              = var.log_days
  logs_key_arn          = var.application_key_arn
  deletion_protection   = var.deletion_protection
  skip_final_snapshot   = var.skip_final_snapshot
}

# Cold standby and pilot light: the primary's backups and log are copied here as they are made, so that a recovery point
# is minutes old and not a day. It stays whoever writes: ending it deletes the copies. RDS copies the backups of an instance, under
# whichever name: where another gets the primary's name, as after a failback, these are made anew by -replace, once that one writes.
resource "aws_db_instance_automated_backups_replication" "this" {
  count = local.copies && var.snapshot_copies == null ? 1 : 0

  source_db_instance_arn = var.primary_database_arn
  kms_key_id             = var.database_key_arn
  retention_period       = var.backup_days

  lifecycle {
    ignore_changes = [source_db_instance_arn]
  }
}

# Where automated backups cannot be copied: what the primary's schedule copies snapshots into. A vault with copies in it is
# never deleted: AWS refuses that.
resource "aws_backup_vault" "copies" {
  count = local.copies && var.snapshot_copies != null ? 1 : 0

  name        = local.name
  kms_key_arn = var.database_key_arn
}
