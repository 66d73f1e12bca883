mock_provider "aws" {
  source = "../testing"
}

variables {
  estate              = "shop"
  strategy            = "warm-standby"
  domains             = ["shop.example", "grafana.shop.example"]
  origin_domain       = "origin.shop.example"
  database_host       = "shop-dr-db.example.us-west-2.rds.amazonaws.com"
  database_identifier = "shop-dr-db"
  database_secret_arn = "arn:aws:secretsmanager:us-west-2:111122223333:secret:shop/database-AbCdEf"
  observability       = { grafana_host = "grafana.shop.example" }
  repository_urls = {
    backend    = "111122223333.dkr.ecr.us-west-2.amazonaws.com/backend"
    frontend   = "111122223333.dkr.ecr.us-west-2.amazonaws.com/frontend"
    grafana    = "111122223333.dkr.ecr.us-west-2.amazonaws.com/grafana"
    prometheus = "111122223333.dkr.ecr.us-west-2.amazonaws.com/prometheus"
  }
  digests = {
    backend    = "sha256:bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"
    frontend   = "sha256:ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff"
    grafana    = "sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
    prometheus = "sha256:eeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee"
  }
  task_role_arns = {
    execution     = "arn:aws:iam::111122223333:role/execution"
    application   = "arn:aws:iam::111122223333:role/application"
    observability = "arn:aws:iam::111122223333:role/observability"
  }
  vpc_id              = "vpc-2"
  public_subnet_ids   = ["subnet-1", "subnet-2"]
  app_subnet_ids      = ["subnet-3", "subnet-4"]
  security_group_ids  = { load_balancer = "sg-1", web = "sg-2", backend = "sg-3", observability = "sg-4", storage = "sg-5" }
  application_key_arn = "arn:aws:kms:us-west-2:111122223333:key/application"
  roles_version       = 3
  writer_region       = "us-east-1"
  serving_region      = "us-east-1"
  capacity = {
    us-east-1 = {
      frontend   = { min = 2, max = 6 }
      backend    = { min = 2, max = 6 }
      prometheus = { min = 1, max = 1 }
      grafana    = { min = 1, max = 1 }
    }
    us-west-2 = {
      frontend   = { min = 1, max = 6 }
      backend    = { min = 1, max = 6 }
      prometheus = { min = 0, max = 1 }
      grafana    = { min = 0, max = 1 }
    }
  }
  roles_bucket = "shop-state"
}

run "a_warm_standby_runs_what_the_roles_file_says" {
  command = plan

  assert {
    condition     = length(output.service_names) == 4 && length(module.balancer) == 1
    error_message = "All four services stand behind a load balancer."
  }

  assert {
    condition     = { for name, s in merge(module.service, module.watcher) : name => s.bounds } == { frontend = { min = 1, max = 6 }, backend = { min = 1, max = 6 }, prometheus = { min = 0, max = 1 }, grafana = { min = 0, max = 1 } }
    error_message = "Minimum and maximum are the roles file's."
  }

  assert {
    condition     = jsonencode(module.balancer[0].rules) == jsonencode({ "90" = ["grafana.shop.example"], "100" = ["/api/*"] }) && module.balancer[0].fallback == "frontend"
    error_message = "Grafana by its host, the API by its path, all else to the frontend."
  }

  assert {
    condition     = toset(concat([aws_acm_certificate.this.domain_name], tolist(aws_acm_certificate.this.subject_alternative_names))) == toset(["shop.example", "grafana.shop.example", "origin.shop.example"])
    error_message = "The certificate covers the public names and the origin's."
  }
}

run "the_database_is_reached_by_this_regions_own_host" {
  command = plan

  assert {
    condition     = local.application["backend"].environment["DATABASE_HOST"] == var.database_host && !contains(keys(local.application["frontend"].environment), "DATABASE_HOST")
    error_message = "The host is a value of this region's task definitions."
  }

  assert {
    condition     = jsonencode(local.application["backend"].secrets) == jsonencode({ DATABASE_USER = "${var.database_secret_arn}:username::", DATABASE_PASSWORD = "${var.database_secret_arn}:password::" })
    error_message = "User and password come from this region's copy of the secret."
  }
}

run "grafana_watches_both_regions" {
  command = plan

  variables {
    primary_site = { cluster = "shop", services = ["shop-backend", "shop-frontend"], load_balancer = "app/shop/1", target_groups = { backend = "targetgroup/shop-backend/1" }, database = "shop-db" }
  }

  assert {
    condition = length(setsubtract(
      ["us-west-2 lag shop-dr-db", "us-west-2 tasks shop-dr-backend", "us-west-2 targets backend", "us-east-1 tasks shop-backend", "us-east-1 targets backend"],
    module.observability[0].alerts)) == 0
    error_message = "There are alerts for lag, tasks and targets."
  }
}

run "without_prometheus_and_grafana" {
  command = plan

  variables {
    observability = null
  }

  assert {
    condition     = length(output.service_names) == 2 && length(module.observability) == 0 && length(aws_secretsmanager_secret.grafana) == 0
    error_message = "They are optional."
  }
}

run "a_cold_standby_has_services_without_tasks" {
  command = plan

  variables {
    strategy            = "cold-standby"
    database_host       = null
    database_identifier = null
    roles_unchecked     = "the test gives other capacities than the bucket"
    capacity = {
      us-west-2 = { frontend = { min = 0, max = 0 }, backend = { min = 0, max = 0 }, prometheus = { min = 0, max = 0 }, grafana = { min = 0, max = 0 } }
    }
  }

  assert {
    condition     = length(output.service_names) == 4 && length(module.balancer) == 1
    error_message = "Services and load balancer stand ready."
  }

  assert {
    condition     = alltrue([for b in [for s in values(merge(module.service, module.watcher)) : s.bounds] : b.min == 0 && b.max == 0])
    error_message = "No task runs."
  }
}

run "a_pilot_light_has_no_services_and_no_load_balancer" {
  command = plan

  variables {
    strategy            = "pilot-light"
    database_host       = null
    database_identifier = null
    roles_unchecked     = "the test gives other capacities than the bucket"
    capacity = {
      us-west-2 = { frontend = { min = 0, max = 0 }, backend = { min = 0, max = 0 }, prometheus = { min = 0, max = 0 }, grafana = { min = 0, max = 0 } }
    }
  }

  assert {
    condition     = length(output.service_names) == 0 && length(module.balancer) == 0 && output.load_balancer_dns_name == null
    error_message = "A pilot light pays for neither."
  }

  assert {
    condition     = length(module.service) == 2
    error_message = "Task definitions, log groups and names stand ready."
  }
}

run "a_pilot_light_that_is_to_serve_comes_up_whole" {
  command = plan

  variables {
    strategy = "pilot-light"
  }

  assert {
    condition     = length(output.service_names) == 4 && length(module.balancer) == 1
    error_message = "The roles file gives it tasks."
  }
}

run "an_image_by_tag_is_refused" {
  command = plan

  variables {
    digests = { frontend = "latest", backend = "None" }
  }

  expect_failures = [var.digests]
}

run "a_service_that_the_roles_file_does_not_know_is_refused" {
  command = plan

  variables {
    capacity        = { us-west-2 = { frontend = { min = 1, max = 2 }, prometheus = { min = 0, max = 1 }, grafana = { min = 0, max = 1 } } }
    roles_unchecked = "the test gives other capacities than the bucket"
  }

  expect_failures = [var.services]
}
