# For a database whose automated backups cannot be copied to the standby's region: snapshots by schedule, copied there. A copy
# that fails is told at once: the job that died silently left its owners with a day's loss.

locals {
  copies = var.snapshot_copies == null ? [] : [var.snapshot_copies]
}

resource "aws_backup_vault" "snapshots" {
  count = length(local.copies)

  name = "${var.estate}-snapshots"
}

resource "aws_backup_plan" "snapshots" {
  count = length(local.copies)

  name = "${var.estate}-snapshots"

  rule {
    rule_name         = "snapshot-and-copy"
    target_vault_name = aws_backup_vault.snapshots[0].name
    schedule          = var.snapshot_copies.schedule
    start_window      = 60
    completion_window = 180

    lifecycle {
      delete_after = var.snapshot_copies.days
    }

    # The vault is made by the root data, in its own region.
    copy_action {
      destination_vault_arn = "arn:${data.aws_partition.current.partition}:backup:${var.region}:${data.aws_caller_identity.current.account_id}:backup-vault:${var.estate}-dr"

      lifecycle {
        delete_after = var.snapshot_copies.days
      }
    }
  }
}

resource "aws_backup_selection" "database" {
  count = length(local.copies)

  name         = "${var.estate}-database"
  plan_id      = aws_backup_plan.snapshots[0].id
  iam_role_arn = var.backup_role_arn
  resources    = ["arn:${data.aws_partition.current.partition}:rds:${var.primary_region}:${data.aws_caller_identity.current.account_id}:db:${var.primary_database_identifier}"]

  lifecycle {
    precondition {
      condition     = var.backup_role_arn != null
      error_message = "AWS Backup needs a role: apply the root identity with snapshot_copies first."
    }
  }
}

resource "aws_backup_vault_notifications" "failed" {
  count = length(local.copies)

  backup_vault_name   = aws_backup_vault.snapshots[0].name
  sns_topic_arn       = aws_sns_topic.alarms.arn
  backup_vault_events = ["BACKUP_JOB_FAILED", "COPY_JOB_FAILED"]

  depends_on = [aws_sns_topic_policy.alarms]
}

# A topic's own policy lets the account's services in, but AWS Backup.
resource "aws_sns_topic_policy" "alarms" {
  count = length(local.copies)

  arn = aws_sns_topic.alarms.arn

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "AlarmsAndFailedCopies"
      Effect    = "Allow"
      Principal = { Service = ["backup.amazonaws.com", "cloudwatch.amazonaws.com"] }
      Action    = "SNS:Publish"
      Resource  = aws_sns_topic.alarms.arn
      Condition = { StringEquals = { "aws:SourceAccount" = data.aws_caller_identity.current.account_id } }
    }]
  })
}
