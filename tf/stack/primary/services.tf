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
  vpc_id    = module.network.vpc_id
}

module "balancer" {
  source = "../modules/balancer"

  name                = local.name
  vpc_id              = module.network.vpc_id
  subnet_ids          = module.network.public_subnet_ids
  security_group_id   = module.security_groups.ids.load_balancer
  certificate_arn     = aws_acm_certificate_validation.this.certificate_arn
  deletion_protection = var.deletion_protection

  services = merge(
    { for name, s in var.services : name => { port = s.port, health_path = s.health_path, priority = s.priority, hosts = s.hosts, paths = s.paths } },
    local.watches ? { grafana = { port = 3000, health_path = "/api/health", priority = var.observability.grafana_priority, hosts = [var.observability.grafana_host] } } : {},
  )
}

locals {
  # The host is this region's own, so that a promotion, which keeps it, needs no new secret and no new task definition.
  database_environment = {
    (var.database_variables.host) = module.database.address
    (var.database_variables.port) = "5432"
    (var.database_variables.name) = var.database_name
  }
  database_secrets = {
    (var.database_variables.user)     = "${aws_secretsmanager_secret_version.database.arn}:username::"
    (var.database_variables.password) = "${aws_secretsmanager_secret_version.database.arn}:password::"
  }

  application = { for name, s in local.services : name => {
    image       = "${module.registry.urls[s.repository]}@${var.digests[name]}"
    cpu         = s.cpu
    memory      = s.memory
    port        = s.port
    environment = merge({ ENVIRONMENT = var.environment, AWS_REGION = var.primary_region }, s.database ? local.database_environment : {}, s.environment)
    secrets     = s.database ? local.database_secrets : {}
  } }
}

module "service" {
  source   = "../modules/service"
  for_each = local.services

  name               = each.key
  prefix             = local.name
  region             = var.primary_region
  running            = true
  cluster            = { name = module.cluster.name, arn = module.cluster.arn }
  namespace_id       = module.cluster.namespace_id
  container          = local.application[each.key]
  architecture       = var.architecture
  capacity           = local.capacity[each.key]
  cpu_target         = each.value.cpu_target
  grace_seconds      = var.grace_seconds
  subnet_ids         = module.network.app_subnet_ids
  security_group_id  = each.value.database ? module.security_groups.ids.backend : module.security_groups.ids.web
  balanced           = true
  target_group_arn   = module.balancer.target_group_arns[each.key]
  execution_role_arn = module.task_roles.arns.execution
  task_role_arn      = module.task_roles.arns.application
  log_days           = var.log_days
  key_arn            = module.application_key.arn
}
