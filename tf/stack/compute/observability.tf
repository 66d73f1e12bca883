# Prometheus and Grafana, optional. They are services like the others, but for their file systems.

locals {
  watches = var.observability != null

  sites = merge(
    { (var.region) = {
      cluster         = module.cluster.name
      services        = [for name in sort(keys(var.services)) : "${local.name}-${name}"]
      load_balancer   = one(module.balancer[*].arn_suffix)
      target_groups   = local.running ? module.balancer[0].target_group_suffixes : {}
      database        = var.database_identifier
      database_writes = false
    } },
    var.primary_site == null ? {} : { (var.primary_region) = merge(var.primary_site, { database_writes = true }) },
  )
}

resource "aws_secretsmanager_secret" "grafana" {
  count = local.watches ? 1 : 0

  name        = "${local.name}/grafana"
  description = "Grafana's administrator"
  kms_key_id  = var.application_key_arn
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
  region       = var.region
  scraped      = { for name, s in var.services : name => s.port }
  grafana_host = var.observability.grafana_host
  images = {
    prometheus = "${var.repository_urls[var.observability.prometheus_repository]}@${var.digests["prometheus"]}"
    grafana    = "${var.repository_urls[var.observability.grafana_repository]}@${var.digests["grafana"]}"
  }
  grafana_secret_arn = aws_secretsmanager_secret_version.grafana[0].arn
  sites              = local.sites
  lag_seconds        = var.observability.lag_seconds
  subnet_ids         = var.app_subnet_ids
  security_group_id  = var.security_group_ids.storage
  key_arn            = var.application_key_arn
}

module "watcher" {
  source   = "../modules/service"
  for_each = local.watches ? toset(["prometheus", "grafana"]) : []

  name               = each.key
  prefix             = local.name
  region             = var.region
  running            = local.running
  cluster            = { name = module.cluster.name, arn = module.cluster.arn }
  namespace_id       = module.cluster.namespace_id
  container          = module.observability[0].containers[each.key]
  architecture       = var.architecture
  capacity           = local.capacity[each.key]
  cpu_target         = null
  single             = true
  grace_seconds      = var.grace_seconds
  subnet_ids         = var.app_subnet_ids
  security_group_id  = var.security_group_ids.observability
  balanced           = each.key == "grafana"
  target_group_arn   = each.key == "grafana" && local.running ? module.balancer[0].target_group_arns["grafana"] : null
  execution_role_arn = var.task_role_arns.execution
  task_role_arn      = var.task_role_arns.observability
  log_days           = var.log_days
  key_arn            = var.application_key_arn
}
