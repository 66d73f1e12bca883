# A reference primary, for those who have none: the estate that the standby stands by for. It has no distribution, which
# is failover's.

provider "aws" {
  region     = var.primary_region
  sts_region = var.primary_region

  default_tags {
    tags = merge(var.tags, { Estate = var.estate, ManagedBy = "lifeboat/primary" })
  }
}

# The roles file is in the standby's region.
provider "aws" {
  alias      = "state"
  region     = var.region
  sts_region = var.region
}

data "aws_availability_zones" "available" {
  count = var.zones == null ? 1 : 0

  state = "available"

  filter {
    name   = "opt-in-status"
    values = ["opt-in-not-required"]
  }
}

locals {
  name      = var.estate
  namespace = "${var.estate}.internal"
  zones     = var.zones == null ? slice(sort(data.aws_availability_zones.available[0].names), 0, 2) : var.zones
  capacity  = lookup(var.capacity, var.primary_region, {})
  watches   = var.observability != null

  # A service is made once its image is there.
  services = { for name, s in var.services : name => s if contains(keys(var.digests), name) }
  watchers = local.watches ? toset([for name in ["prometheus", "grafana"] : name if contains(keys(var.digests), name)]) : []

  web_ports     = toset([for s in values(var.services) : s.port if !s.database])
  backend_ports = toset([for s in values(var.services) : s.port if s.database])
}

module "roles" {
  source    = "../modules/roles"
  providers = { aws = aws.state }

  bucket    = var.roles_bucket
  key       = var.roles_key
  roles     = local.roles
  run       = var.run
  unchecked = var.roles_unchecked
}

module "database_key" {
  source = "../modules/key"

  name        = "${local.name}-database"
  description = "Databases, their backups and snapshots in ${var.primary_region}"
}

module "application_key" {
  source = "../modules/key"

  name        = "${local.name}-application"
  description = "Secrets, file systems and logs in ${var.primary_region}"
  logs_region = var.primary_region
}

module "task_roles" {
  source = "../modules/task-roles"

  name            = local.name
  estate          = var.estate
  region          = var.primary_region
  repositories    = var.repositories
  secret_names    = ["${local.name}/database", "${local.name}/grafana"]
  metrics_regions = [var.region, var.primary_region]
}

module "network" {
  source = "../modules/network"

  name                = local.name
  region              = var.primary_region
  cidr                = var.cidr
  zones               = local.zones
  nat_gateways        = var.nat_gateways
  interface_endpoints = var.interface_endpoints
  flow_log_role_arn   = module.task_roles.arns.flow_log
  flow_log_days       = var.log_days
  key_arn             = module.application_key.arn
}

module "security_groups" {
  source = "../modules/security-groups"

  name          = local.name
  vpc_id        = module.network.vpc_id
  web_ports     = local.web_ports
  backend_ports = local.backend_ports

  # The primary's is source's, which owners of another primary need too.
  isolation = false
}

module "registry" {
  source = "../modules/registry"

  repositories = var.repositories
}
