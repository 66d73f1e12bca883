# The standby's tasks and what leads to them. Nothing in here is outside its region.

provider "aws" {
  region     = var.region
  sts_region = var.region

  default_tags {
    tags = merge(var.tags, { Estate = var.estate, ManagedBy = "lifeboat/compute" })
  }
}

locals {
  name      = "${var.estate}-dr"
  namespace = "${local.name}.internal"
  capacity  = lookup(var.capacity, var.region, {})

  # A pilot light keeps task definitions, certificate and private domain ready, and has neither load balancer nor services
  # until its region serves or is about to: the roles file gives it tasks.
  active  = var.serving_region == var.region || anytrue([for c in values(local.capacity) : c.max > 0])
  running = var.strategy != "pilot-light" || local.active
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
resource "aws_acm_certificate" "this" {
  domain_name               = var.domains[0]
  subject_alternative_names = concat(slice(var.domains, 1, length(var.domains)), [var.origin_domain])
  validation_method         = "DNS"

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_acm_certificate_validation" "this" {
  certificate_arn = aws_acm_certificate.this.arn
}

module "cluster" {
  source = "../modules/cluster"

  name      = local.name
  namespace = local.namespace
  vpc_id    = var.vpc_id
}

module "balancer" {
  source = "../modules/balancer"
  count  = local.running ? 1 : 0

  name                = local.name
  vpc_id              = var.vpc_id
  subnet_ids          = var.public_subnet_ids
  security_group_id   = var.security_group_ids.load_balancer
  certificate_arn     = aws_acm_certificate_validation.this.certificate_arn
  deletion_protection = var.deletion_protection

  services = merge(
    { for name, s in var.services : name => { port = s.port, health_path = s.health_path, priority = s.priority, hosts = s.hosts, paths = s.paths } },
    local.watches ? { grafana = { port = 3000, health_path = "/api/health", priority = var.observability.grafana_priority, hosts = [var.observability.grafana_host] } } : {},
  )
}
