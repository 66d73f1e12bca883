# IAM is one for all regions and its control plane is in us-east-1: everything that a failover needs of it is made here,
# beforehand, and no root that a failover applies holds any of it.

provider "aws" {
  region     = var.region
  sts_region = var.region

  default_tags {
    tags = merge(var.tags, { Estate = var.estate, ManagedBy = "lifeboat/identity" })
  }
}

data "aws_caller_identity" "current" {}

data "aws_partition" "current" {}

locals {
  name    = "${var.estate}-dr"
  account = data.aws_caller_identity.current.account_id
  arn     = "arn:${data.aws_partition.current.partition}"
}

module "roles" {
  source = "../modules/roles"

  bucket    = var.roles_bucket
  key       = var.roles_key
  roles     = local.roles
  run       = var.run
  unchecked = var.roles_unchecked
}

module "task_roles" {
  source = "../modules/task-roles"

  name            = local.name
  estate          = var.estate
  region          = var.region
  repositories    = var.repositories
  secret_names    = [var.database_secret_name, "${local.name}/grafana"]
  metrics_regions = [var.region, var.primary_region]
}

resource "aws_iam_service_linked_role" "this" {
  for_each = var.service_linked_roles

  aws_service_name = each.key
}
