data "aws_caller_identity" "current" {}

data "aws_partition" "current" {}

locals {
  account   = data.aws_caller_identity.current.account_id
  partition = data.aws_partition.current.partition

  owner = {
    Sid       = "TheAccountsPoliciesDecide"
    Effect    = "Allow"
    Principal = { AWS = "arn:${local.partition}:iam::${local.account}:root" }
    Action    = "kms:*"
    Resource  = "*"
  }
  logs = {
    Sid       = "LogsEncryptWithIt"
    Effect    = "Allow"
    Principal = { Service = "logs.${coalesce(var.logs_region, "-")}.amazonaws.com" }
    Action    = ["kms:Encrypt*", "kms:Decrypt*", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:Describe*"]
    Resource  = "*"
    Condition = { ArnLike = {
      "kms:EncryptionContext:aws:logs:arn" = "arn:${local.partition}:logs:${coalesce(var.logs_region, "-")}:${local.account}:*"
    } }
  }
}

# What is encrypted with a lost key is lost: it is never destroyed by a plan.
resource "aws_kms_key" "this" {
  description             = var.description
  enable_key_rotation     = true
  deletion_window_in_days = 30

  policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [for s in [local.owner, local.logs] : s if s.Sid == local.owner.Sid || var.logs_region != null]
  })

  lifecycle {
    prevent_destroy = true
  }
}

resource "aws_kms_alias" "this" {
  name          = "alias/${var.name}"
  target_key_id = aws_kms_key.this.key_id
}
