locals {
  family = "postgres${split(".", var.engine_version)[0]}"
  own    = var.source_arn == null && var.restore == null
}

# RDS moves no instance to another group of its own VPC: one that is taken over stays in its owner's.
resource "aws_db_subnet_group" "this" {
  count = var.subnet_group_name == null ? 1 : 0

  name        = var.identifier
  description = "Database subnets of ${var.identifier}"
  subnet_ids  = var.subnet_ids
}

# The settings of an owner's own group are none that may be lost: his stays in force, with the limit for slots added by him.
resource "aws_db_parameter_group" "this" {
  count = var.parameter_group_name == null ? 1 : 0

  name        = "${var.identifier}-${local.family}"
  family      = local.family
  description = "Settings of ${var.identifier}"

  # Both sides have it: each is the other's source after a failover.
  parameter {
    name  = "max_slot_wal_keep_size"
    value = tostring(var.slot_wal_keep_mb)
  }

  parameter {
    name  = "rds.force_ssl"
    value = var.force_ssl ? "1" : "0"
  }

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_cloudwatch_log_group" "this" {
  name              = "/aws/rds/instance/${var.identifier}/postgresql"
  retention_in_days = var.log_days
  kms_key_id        = var.logs_key_arn
}

resource "aws_db_instance" "this" {
  identifier = var.identifier

  replicate_source_db = var.source_arn
  snapshot_identifier = try(var.restore.snapshot, null)

  dynamic "restore_to_point_in_time" {
    for_each = try(var.restore.backups_arn, null) == null ? [] : [var.restore]

    content {
      source_db_instance_automated_backups_arn = restore_to_point_in_time.value.backups_arn
      restore_time                             = restore_to_point_in_time.value.time
      use_latest_restorable_time               = restore_to_point_in_time.value.time == null ? true : null
    }
  }

  engine         = local.own ? "postgres" : null
  engine_version = local.own ? var.engine_version : null
  db_name        = local.own ? var.database_name : null
  username       = local.own ? var.username : null
  # Sent only when the instance is made or the version changes. RDS refuses a slash: nothing is made without a password. Both stay while
  # the instance replicates from another: a replica has its source's password, and its promotion must send none.
  password_wo         = var.password_version != null ? coalesce(var.password, "/") : null
  password_wo_version = var.password_version

  instance_class        = var.instance_class
  allocated_storage     = local.own ? var.storage.initial : null
  max_allocated_storage = var.storage.maximum
  storage_type          = "gp3"
  storage_encrypted     = true
  kms_key_id            = var.key_arn
  multi_az              = var.multi_az

  db_subnet_group_name   = var.subnet_group_name == null ? aws_db_subnet_group.this[0].name : var.subnet_group_name
  parameter_group_name   = var.parameter_group_name == null ? aws_db_parameter_group.this[0].name : var.parameter_group_name
  vpc_security_group_ids = var.security_group_ids
  publicly_accessible    = false

  backup_retention_period = var.backup_retention_days
  copy_tags_to_snapshot   = true

  # Replicas must be upgraded before their source: a person does it, in that order.
  auto_minor_version_upgrade = false

  enabled_cloudwatch_logs_exports = ["postgresql"]
  performance_insights_enabled    = true
  performance_insights_kms_key_id = var.key_arn

  deletion_protection       = var.deletion_protection
  skip_final_snapshot       = var.skip_final_snapshot
  final_snapshot_identifier = "${var.identifier}-final"
  delete_automated_backups  = false

  # A fence moves the instance to the isolation group: no apply may let the old writer's clients in again. What it was
  # restored from is history: another recovery point must never replace it. A restore of backups takes no Performance Insights: that they
  # are missing is no second apply that users would have to wait for.
  lifecycle {
    ignore_changes = [
      vpc_security_group_ids, snapshot_identifier, restore_to_point_in_time, performance_insights_enabled, performance_insights_kms_key_id,
    ]
  }

  depends_on = [aws_cloudwatch_log_group.this]
}
