# The standby's network and keys. Nothing in here is outside its region, so that a failover may plan and apply it while
# the other region, IAM, CloudFront and Route 53 do not answer.

provider "aws" {
  region     = var.region
  sts_region = var.region

  default_tags {
    tags = merge(var.tags, { Estate = var.estate, ManagedBy = "lifeboat/foundation" })
  }
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
  name  = "${var.estate}-dr"
  zones = var.zones == null ? slice(sort(data.aws_availability_zones.available[0].names), 0, 2) : var.zones

  # A pilot light has no gateway until its region serves or is about to: the roles file gives it tasks.
  active       = var.serving_region == var.region || anytrue([for c in values(lookup(var.capacity, var.region, {})) : c.max > 0])
  nat_gateways = var.strategy == "pilot-light" && !local.active ? 0 : 1
  endpoints    = coalesce(var.interface_endpoints, var.strategy == "warm-standby")
}

module "roles" {
  source = "../modules/roles"

  bucket    = var.roles_bucket
  key       = var.roles_key
  roles     = local.roles
  run       = var.run
  unchecked = var.roles_unchecked
}

module "database_key" {
  source = "../modules/key"

  name        = "${local.name}-database"
  description = "Databases, their backups and snapshots in ${var.region}"
}

module "application_key" {
  source = "../modules/key"

  name        = "${local.name}-application"
  description = "Secrets, file systems and logs in ${var.region}"
  logs_region = var.region
}

module "network" {
  source = "../modules/network"

  name                = local.name
  region              = var.region
  cidr                = var.cidr
  zones               = local.zones
  nat_gateways        = local.nat_gateways
  interface_endpoints = local.endpoints
  flow_log_role_arn   = var.task_role_arns.flow_log
  flow_log_days       = var.log_days
  key_arn             = module.application_key.arn
}

module "security_groups" {
  source = "../modules/security-groups"

  name          = local.name
  vpc_id        = module.network.vpc_id
  web_ports     = var.web_ports
  backend_ports = var.backend_ports
  isolation     = true
}
