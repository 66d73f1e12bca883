# What the tasks of one region run as.

data "aws_caller_identity" "current" {}

data "aws_partition" "current" {}

locals {
  account = data.aws_caller_identity.current.account_id
  arn     = "arn:${data.aws_partition.current.partition}"

  tasks_may_assume = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Service = "ecs-tasks.amazonaws.com" }
      Action    = "sts:AssumeRole"
      Condition = {
        StringEquals = { "aws:SourceAccount" = local.account }
        ArnLike      = { "aws:SourceArn" = "${local.arn}:ecs:${var.region}:${local.account}:*" }
      }
    }]
  })
}

# ECS itself: pulls the image, reads the secrets, opens the log stream.
resource "aws_iam_role" "execution" {
  name               = "${var.name}-execution"
  description        = "ECS starts the tasks of ${var.region} with it"
  assume_role_policy = local.tasks_may_assume
}

resource "aws_iam_role_policy" "execution" {
  name = "start-tasks"
  role = aws_iam_role.execution.id

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid      = "SignInToTheRegistry"
        Effect   = "Allow"
        Action   = "ecr:GetAuthorizationToken"
        Resource = "*"
      },
      {
        Sid      = "PullImages"
        Effect   = "Allow"
        Action   = ["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"]
        Resource = [for r in var.repositories : "${local.arn}:ecr:${var.region}:${local.account}:repository/${r}"]
      },
      {
        Sid      = "WriteLogs"
        Effect   = "Allow"
        Action   = ["logs:CreateLogStream", "logs:PutLogEvents"]
        Resource = "${local.arn}:logs:${var.region}:${local.account}:log-group:/ecs/${var.name}/*"
      },
      {
        Sid      = "ReadSecrets"
        Effect   = "Allow"
        Action   = "secretsmanager:GetSecretValue"
        Resource = [for s in var.secret_names : "${local.arn}:secretsmanager:${var.region}:${local.account}:secret:${s}-??????"]
      },
      {
        Sid      = "DecryptSecrets"
        Effect   = "Allow"
        Action   = "kms:Decrypt"
        Resource = "${local.arn}:kms:${var.region}:${local.account}:key/*"
        Condition = {
          StringEquals               = { "kms:ViaService" = "secretsmanager.${var.region}.amazonaws.com" }
          "ForAnyValue:StringEquals" = { "kms:ResourceAliases" = "alias/${var.name}-application" }
        }
      },
    ]
  })
}

# The application calls no AWS service. What it needs later is added here, by name.
resource "aws_iam_role" "application" {
  name               = "${var.name}-application"
  description        = "The application's tasks in ${var.region} run as it"
  assume_role_policy = local.tasks_may_assume
}

resource "aws_iam_role" "observability" {
  name               = "${var.name}-observability"
  description        = "Prometheus and Grafana in ${var.region} run as it"
  assume_role_policy = local.tasks_may_assume
}

resource "aws_iam_role_policy" "observability" {
  name = "read-metrics"
  role = aws_iam_role.observability.id

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid       = "ReadMetrics"
        Effect    = "Allow"
        Action    = ["cloudwatch:GetMetricData", "cloudwatch:GetMetricStatistics", "cloudwatch:ListMetrics", "tag:GetResources"]
        Resource  = "*"
        Condition = { StringEquals = { "aws:RequestedRegion" = sort(var.metrics_regions) } }
      },
      {
        Sid       = "MountOwnFileSystems"
        Effect    = "Allow"
        Action    = ["elasticfilesystem:ClientMount", "elasticfilesystem:ClientWrite"]
        Resource  = "${local.arn}:elasticfilesystem:${var.region}:${local.account}:file-system/*"
        Condition = { StringEquals = { "aws:ResourceTag/Estate" = var.estate } }
      },
    ]
  })
}

resource "aws_iam_role" "flow_log" {
  name        = "${var.name}-flow-log"
  description = "The VPC of ${var.region} writes its flow log with it"

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Service = "vpc-flow-logs.amazonaws.com" }
      Action    = "sts:AssumeRole"
      Condition = { StringEquals = { "aws:SourceAccount" = local.account } }
    }]
  })
}

resource "aws_iam_role_policy" "flow_log" {
  name = "write-flow-log"
  role = aws_iam_role.flow_log.id

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect   = "Allow"
      Action   = ["logs:CreateLogStream", "logs:DescribeLogGroups", "logs:DescribeLogStreams", "logs:PutLogEvents"]
      Resource = "${local.arn}:logs:${var.region}:${local.account}:log-group:/aws/vpc/${var.name}*"
    }]
  })
}
