# What users meet: the distribution, and what watches it. Nothing here is needed while a region is lost: its control planes
# are in us-east-1.

provider "aws" {
  region     = var.region
  sts_region = var.region

  default_tags {
    tags = merge(var.tags, { Estate = var.estate, ManagedBy = "lifeboat/failover" })
  }
}

# CloudFront, its certificates and the metrics of Route 53's health checks are in us-east-1, whichever region is primary.
provider "aws" {
  alias      = "global"
  region     = "us-east-1"
  sts_region = var.region

  default_tags {
    tags = merge(var.tags, { Estate = var.estate, ManagedBy = "lifeboat/failover" })
  }
}

module "roles" {
  source = "../modules/roles"

  bucket    = var.roles_bucket
  key       = var.roles_key
  roles     = local.roles
  run       = var.run
  unchecked = var.roles_unchecked
}

# The record that proves the names is made at Cloudflare, while this waits.
resource "aws_acm_certificate" "cdn" {
  count    = var.own_distribution && var.cdn_certificate_arn == null ? 1 : 0
  provider = aws.global

  domain_name               = var.aliases[0]
  subject_alternative_names = slice(var.aliases, 1, length(var.aliases))
  validation_method         = "DNS"

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_acm_certificate_validation" "cdn" {
  count    = var.own_distribution && var.cdn_certificate_arn == null ? 1 : 0
  provider = aws.global

  certificate_arn = aws_acm_certificate.cdn[0].arn
}
