locals {
  # The host is this region's own, so that a promotion, which keeps it, needs no new secret and no new task definition.
  database_environment = var.database_host == null ? {} : {
    (var.database_variables.host) = var.database_host
    (var.database_variables.port) = "5432"
    (var.database_variables.name) = var.database_name
  }
  database_secrets = {
    (var.database_variables.user)     = "${var.database_secret_arn}:username::"
    (var.database_variables.password) = "${var.database_secret_arn}:password::"
  }

  application = { for name, s in var.services : name => {
    image       = "${var.repository_urls[s.repository]}@${var.digests[name]}"
    cpu         = s.cpu
    memory      = s.memory
    port        = s.port
    environment = merge({ ENVIRONMENT = var.environment, AWS_REGION = var.region }, s.database ? local.database_environment : {}, s.environment)
    secrets     = s.database ? local.database_secrets : {}
  } }
}

module "service" {
  source   = "../modules/service"
  for_each = var.services

  name               = each.key
  prefix             = local.name
  region             = var.region
  running            = local.running
  cluster            = { name = module.cluster.name, arn = module.cluster.arn }
  namespace_id       = module.cluster.namespace_id
  container          = local.application[each.key]
  architecture       = var.architecture
  capacity           = local.capacity[each.key]
  cpu_target         = each.value.cpu_target
  grace_seconds      = var.grace_seconds
  subnet_ids         = var.app_subnet_ids
  security_group_id  = each.value.database ? var.security_group_ids.backend : var.security_group_ids.web
  balanced           = true
  target_group_arn   = local.running ? module.balancer[0].target_group_arns[each.key] : null
  execution_role_arn = var.task_role_arns.execution
  task_role_arn      = var.task_role_arns.application
  log_days           = var.log_days
  key_arn            = var.application_key_arn
}
