# AWS Backup takes snapshots of the primary's database with this, and copies them, where automated backups cannot be copied.

resource "aws_iam_role" "backup" {
  count = var.snapshot_copies == null ? 0 : 1

  name        = "${var.estate}-backup"
  description = "AWS Backup takes and copies the database's snapshots with it"

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Service = "backup.amazonaws.com" }
      Action    = "sts:AssumeRole"
      Condition = { StringEquals = { "aws:SourceAccount" = local.account } }
    }]
  })
}

resource "aws_iam_role_policy" "backup" {
  count = var.snapshot_copies == null ? 0 : 1

  name = "snapshot-and-copy"
  role = aws_iam_role.backup[0].id

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid      = "TakeSnapshots"
        Effect   = "Allow"
        Action   = ["rds:AddTagsToResource", "rds:CreateDBSnapshot", "rds:ListTagsForResource"]
        Resource = ["${local.arn}:rds:${var.primary_region}:${local.account}:db:${var.databases[var.primary_region]}", "${local.arn}:rds:${var.primary_region}:${local.account}:snapshot:awsbackup:*"]
      },
      {
        Sid      = "CopyAndRetireSnapshots"
        Effect   = "Allow"
        Action   = ["rds:AddTagsToResource", "rds:CopyDBSnapshot", "rds:DeleteDBSnapshot", "rds:ListTagsForResource"]
        Resource = [for region in local.regions : "${local.arn}:rds:${region}:${local.account}:snapshot:awsbackup:*"]
      },
      {
        Sid       = "Look"
        Effect    = "Allow"
        Action    = ["rds:DescribeDBInstances", "rds:DescribeDBSnapshots"]
        Resource  = "*"
        Condition = { StringEquals = { "aws:RequestedRegion" = local.regions } }
      },
      {
        Sid      = "BetweenVaults"
        Effect   = "Allow"
        Action   = ["backup:CopyFromBackupVault", "backup:CopyIntoBackupVault", "backup:DescribeBackupVault"]
        Resource = ["${local.arn}:backup:${var.primary_region}:${local.account}:backup-vault:${var.estate}-snapshots", "${local.arn}:backup:${var.region}:${local.account}:backup-vault:${var.estate}-dr"]
      },
      {
        Sid       = "UseTheirKeys"
        Effect    = "Allow"
        Action    = ["kms:CreateGrant", "kms:DescribeKey"]
        Resource  = [for region in local.regions : "${local.arn}:kms:${region}:${local.account}:key/*"]
        Condition = { StringEquals = { "kms:ViaService" = [for region in local.regions : "rds.${region}.amazonaws.com"] } }
      },
    ]
  })
}
