# What Lifeboat itself does: the reader looks, the operator changes, and only what a procedure changes.

locals {
  regions  = sort([var.region, var.primary_region])
  people   = length(var.operators) > 0
  services = [for region, cluster in var.clusters : "${local.arn}:ecs:${region}:${local.account}:service/${cluster}/*"]
  scaling  = [for region in keys(var.clusters) : "${local.arn}:application-autoscaling:${region}:${local.account}:scalable-target/*"]
  writers  = [for region, id in var.databases : "${local.arn}:rds:${region}:${local.account}:db:${id}"]
  kept     = [for region, id in var.databases : "${local.arn}:rds:${region}:${local.account}:db:${id}-kept-*"]
  keeping  = [for region, id in var.databases : "${local.arn}:rds:${region}:${local.account}:snapshot:${id}-*"]
  made_of  = flatten([for region in keys(var.databases) : [for kind in ["subgrp", "pg", "og"] : "${local.arn}:rds:${region}:${local.account}:${kind}:*"]])
  alarms   = [for region in local.regions : "${local.arn}:cloudwatch:${region}:${local.account}:alarm:${var.estate}-*"]

  trust = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { AWS = sort(var.operators) }
      Action    = "sts:AssumeRole"
    }]
  })
  trust_with_mfa = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { AWS = sort(var.operators) }
      Action    = "sts:AssumeRole"
      Condition = { Bool = { "aws:MultiFactorAuthPresent" = "true" } }
    }]
  })

  read = [
    {
      Sid    = "LookAtBothRegions"
      Effect = "Allow"
      Action = [
        "application-autoscaling:DescribeScalableTargets",
        "cloudwatch:DescribeAlarms",
        "cloudwatch:GetMetricData",
        "ecr:DescribeImages",
        "ecr:DescribeRepositories",
        "ecs:Describe*",
        "ecs:List*",
        "elasticloadbalancing:Describe*",
        "rds:Describe*",
        "secretsmanager:DescribeSecret",
        "secretsmanager:ListSecrets",
        "servicequotas:GetAWSDefaultServiceQuota",
        "servicequotas:GetServiceQuota",
        "tag:GetResources",
        "acm:DescribeCertificate",
      ]
      Resource  = "*"
      Condition = { StringEquals = { "aws:RequestedRegion" = local.regions } }
    },
    {
      Sid      = "LookAtTheEdge"
      Effect   = "Allow"
      Action   = ["cloudfront:GetDistribution", "cloudfront:GetDistributionConfig"]
      Resource = coalesce(var.distribution_arn, "${local.arn}:cloudfront::${local.account}:distribution/*")
    },
    {
      Sid      = "FollowRuns"
      Effect   = "Allow"
      Action   = ["s3:GetObject", "s3:ListBucket"]
      Resource = [var.state_bucket_arn, "${var.state_bucket_arn}/lifeboat/*"]
    },
    {
      Sid      = "ReadTheJournal"
      Effect   = "Allow"
      Action   = "kms:Decrypt"
      Resource = var.state_key_arn
    },
  ]

  change = concat([
    {
      Sid      = "FenceAndScale"
      Effect   = "Allow"
      Action   = "ecs:UpdateService"
      Resource = local.services
    },
    {
      Sid      = "MoveScalingBounds"
      Effect   = "Allow"
      Action   = "application-autoscaling:RegisterScalableTarget"
      Resource = local.scaling
    },
    {
      Sid      = "PromoteAndProtect"
      Effect   = "Allow"
      Action   = ["rds:ModifyDBInstance", "rds:PromoteReadReplica"]
      Resource = concat(local.writers, local.kept)
    },
    {
      Sid      = "KeepAndMakeAnew" # a standby is made under the name of the database that is kept
      Effect   = "Allow"
      Action   = ["rds:AddTagsToResource", "rds:CreateDBInstanceReadReplica", "rds:CreateDBSnapshot"]
      Resource = concat(local.writers, local.keeping, local.made_of)
    },
    {
      Sid       = "EncryptTheStandby" # RDS asks for it on behalf of whoever makes a replica
      Effect    = "Allow"
      Action    = ["kms:CreateGrant", "kms:DescribeKey"]
      Resource  = [for region in local.regions : "${local.arn}:kms:${region}:${local.account}:key/*"]
      Condition = { StringEquals = { "kms:ViaService" = [for region in local.regions : "rds.${region}.amazonaws.com"] } }
    },
    {
      Sid      = "GiveARestoredDatabaseItsPassword"
      Effect   = "Allow"
      Action   = "secretsmanager:GetSecretValue"
      Resource = ["${local.arn}:secretsmanager:${var.region}:${local.account}:secret:${var.database_secret_name}-*"]
    },
    {
      Sid       = "DecryptIt"
      Effect    = "Allow"
      Action    = "kms:Decrypt"
      Resource  = ["${local.arn}:kms:${var.region}:${local.account}:key/*"]
      Condition = { StringEquals = { "kms:ViaService" = "secretsmanager.${var.region}.amazonaws.com" } }
    },
    {
      Sid      = "WatchTheNewWriter"
      Effect   = "Allow"
      Action   = "cloudwatch:PutMetricAlarm"
      Resource = local.alarms
    },
    {
      Sid      = "KeepJournalLeaseAndRoles"
      Effect   = "Allow"
      Action   = ["s3:PutObject"]
      Resource = ["${var.state_bucket_arn}/lifeboat/*"]
    },
    {
      Sid      = "EncryptTheJournal"
      Effect   = "Allow"
      Action   = "kms:GenerateDataKey"
      Resource = [var.state_key_arn]
    },
    ], var.distribution_arn == null ? [] : [{
      Sid      = "MoveTheEdge"
      Effect   = "Allow"
      Action   = ["cloudfront:CreateInvalidation", "cloudfront:GetInvalidation", "cloudfront:UpdateDistribution"]
      Resource = [var.distribution_arn]
  }])
}

resource "aws_iam_role" "reader" {
  count = local.people ? 1 : 0

  name               = "${var.estate}-lifeboat-reader"
  description        = "Lifeboat looks at both regions with it"
  assume_role_policy = local.trust
}

resource "aws_iam_role_policy" "reader" {
  count = local.people ? 1 : 0

  name   = "look"
  role   = aws_iam_role.reader[0].id
  policy = jsonencode({ Version = "2012-10-17", Statement = local.read })
}

resource "aws_iam_role" "operator" {
  count = local.people ? 1 : 0

  name                 = "${var.estate}-lifeboat-operator"
  description          = "Lifeboat changes both regions with it, behind a gate"
  assume_role_policy   = var.operator_mfa ? local.trust_with_mfa : local.trust
  max_session_duration = 14400
}

resource "aws_iam_role_policy" "operator" {
  for_each = local.people ? { look = jsonencode(local.read), change = jsonencode(local.change) } : {}

  name   = each.key
  role   = aws_iam_role.operator[0].id
  policy = jsonencode({ Version = "2012-10-17", Statement = jsondecode(each.value) })
}
