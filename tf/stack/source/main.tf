# What the primary's region must hold so that the standby can follow it.

provider "aws" {
  region     = var.primary_region
  sts_region = var.primary_region

  default_tags {
    tags = merge(var.tags, { Estate = var.estate, ManagedBy = "lifeboat/source" })
  }
}

# The roles file is in the standby's region.
provider "aws" {
  alias      = "state"
  region     = var.region
  sts_region = var.region
}

data "aws_caller_identity" "current" {}

data "aws_partition" "current" {}

module "roles" {
  source    = "../modules/roles"
  providers = { aws = aws.state }

  bucket    = var.roles_bucket
  key       = var.roles_key
  roles     = local.roles
  run       = var.run
  unchecked = var.roles_unchecked
}

# Not retroactive: images that are there already are pushed again, and the digests of both registries compared.
resource "aws_ecr_replication_configuration" "this" {
  count = var.replicate_images ? 1 : 0

  replication_configuration {
    dynamic "rule" {
      for_each = var.other_replication_rules

      content {
        dynamic "destination" {
          for_each = rule.value.destinations

          content {
            region      = destination.value.region
            registry_id = destination.value.registry_id
          }
        }

        dynamic "repository_filter" {
          for_each = rule.value.prefixes

          content {
            filter      = repository_filter.value
            filter_type = "PREFIX_MATCH"
          }
        }
      }
    }

    rule {
      destination {
        region      = var.region
        registry_id = data.aws_caller_identity.current.account_id
      }

      dynamic "repository_filter" {
        for_each = sort(var.repositories)

        content {
          filter      = repository_filter.value
          filter_type = "PREFIX_MATCH"
        }
      }
    }
  }
}

# A fence moves the old writer into this group as soon as its region answers: it lets nobody in.
resource "aws_security_group" "isolation" {
  name        = "${var.estate}-isolation"
  description = "Lets nobody in: a fenced writer is moved here"
  vpc_id      = var.primary_vpc_id

  tags = { Name = "${var.estate}-isolation" }
}
