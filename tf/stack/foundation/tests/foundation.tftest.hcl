mock_provider "aws" {
  source = "../testing"
}

variables {
  estate        = "shop"
  strategy      = "warm-standby"
  primary_cidrs = ["10.0.0.0/16"]
  task_role_arns = {
    execution     = "arn:aws:iam::111122223333:role/execution"
    application   = "arn:aws:iam::111122223333:role/application"
    observability = "arn:aws:iam::111122223333:role/observability"
    flow_log      = "arn:aws:iam::111122223333:role/flow-log"
  }
  roles_version  = 3
  writer_region  = "us-east-1"
  serving_region = "us-east-1"
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

run "a_warm_standby_has_one_gateway_and_endpoints" {
  command = plan

  assert {
    condition     = output.standby_nat_gateways == 1
    error_message = "A warm standby has one NAT gateway."
  }

  assert {
    condition     = join(" ", output.standby_endpoints) == "ecr.api ecr.dkr logs secretsmanager"
    error_message = "Its tasks start although the zone of the gateway is gone: endpoints are missing."
  }

  assert {
    condition     = length(output.public_subnet_ids) == 2 && length(output.app_subnet_ids) == 2 && length(output.database_subnet_ids) == 2
    error_message = "Every tier spans two zones."
  }

  assert {
    condition     = module.security_groups.ingress["database"] == ["backend"] && module.security_groups.ingress["isolation"] == []
    error_message = "The database is reached from the backend only, and the isolation group lets nobody in."
  }
}

run "a_cold_standby_has_one_gateway" {
  command = plan

  variables {
    strategy = "cold-standby"
  }

  assert {
    condition     = output.standby_nat_gateways == 1 && length(output.standby_endpoints) == 0
    error_message = "A cold standby has one NAT gateway, and no endpoints that cost as much."
  }
}

run "a_pilot_light_has_no_gateway" {
  command = plan

  variables {
    strategy = "pilot-light"
    capacity = {
      us-east-1 = { frontend = { min = 2, max = 6 }, backend = { min = 2, max = 6 } }
      us-west-2 = { frontend = { min = 0, max = 0 }, backend = { min = 0, max = 0 } }
    }
    roles_unchecked = "the test gives other capacities than the bucket"
  }

  assert {
    condition     = output.standby_nat_gateways == 0 && length(output.standby_endpoints) == 0
    error_message = "A pilot light pays for no gateway and no endpoint."
  }
}

run "a_pilot_light_that_is_to_serve_gets_its_gateway" {
  command = plan

  variables {
    strategy = "pilot-light"
  }

  assert {
    condition     = output.standby_nat_gateways == 1
    error_message = "Tasks that are to run must reach the registry."
  }
}

run "a_network_that_collides_with_the_primarys_is_refused" {
  command = plan

  variables {
    primary_cidrs = ["172.16.0.0/16", "10.1.128.0/20"]
  }

  expect_failures = [var.cidr]
}

run "a_network_within_a_larger_one_of_the_primary_is_refused" {
  command = plan

  variables {
    primary_cidrs = ["10.0.0.0/8"]
  }

  expect_failures = [var.cidr]
}
