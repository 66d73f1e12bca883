# Prometheus and Grafana, optional. They are services like the others, but for their file systems.

locals {
  sites = { (var.primary_region) = {
    cluster         = module.cluster.name
    services        = [for name in sort(keys(var.services)) : "${local.name}-${name}"]
    load_balancer   = module.balancer.arn_suffix
    target_groups   = module.balancer.target_group_suffixes
    database        = module.database.identifier
    database_writes = true
  } }
}

resource "aws_secretsmanager_secret" "grafana" {
  count = local.watches ? 1 : 0

  name        = "${local.name}/grafana"
  description = "Grafana's administrator"
  kms_key_id  = module.application_key.arn
}

resource "aws_secretsmanager_secret_version" "grafana" {
  count = local.watches ? 1 : 0

  secret_id                = aws_secretsmanager_secret.grafana[0].id
  secret_string_wo         = jsonencode({ password = var.grafana_password })
  secret_string_wo_version = var.grafana_password_version
}

module "observability" {
  source = "../modules/observability"
  count  = local.watches ? 1 : 0

  name         = local.name
  estate       = var.estate
  namespace    = local.namespace
  region       = var.primary_region
  scraped      = { for name, s in var.services : name => s.port }
  grafana_host = var.observability.grafana_host
  images = {
    prometheus = "${module.registry.urls[var.observability.prometheus_repository]}@${lookup(var.digests, "prometheus", "none")}"
    grafana    = "${module.registry.urls[var.observability.grafana_repository]}@${lookup(var.digests, "grafana", "none")}"
  }
  grafana_secret_arn = aws_secretsmanager_secret_version.grafana[0].arn
  sites              = local.sites
  lag_seconds        = var.observability.lag_seconds
  subnet_ids         = module.network.app_subnet_ids
  security_group_id  = module.security_groups.ids.storage
  key_arn            = module.application_key.arn
}

module "watcher" {
  source   = "../modules/service"
  for_each = local.watchers

  name               = each.key
  prefix             = local.name
  region             = var.primary_region
  running            = true
  cluster            = { name = module.cluster.name, arn = module.cluster.arn }
  namespace_id       = module.cluster.namespace_id
  container          = module.observability[0].containers[each.key]
  architecture       = var.architecture
  capacity           = local.capacity[each.key]
  cpu_target         = null
  single             = true
  grace_seconds      = var.grace_seconds
  subnet_ids         = module.network.app_subnet_ids
  security_group_id  = module.security_groups.ids.observability
  balanced           = each.key == "grafana"
  target_group_arn   = each.key == "grafana" ? module.balancer.target_group_arns["grafana"] : null
  execution_role_arn = module.task_roles.arns.execution
  task_role_arn      = module.task_roles.arns.observability
  log_days           = var.log_days
  key_arn            = module.application_key.arn
}
