mock_provider "aws" {
  source = "../testing"
}

mock_provider "aws" {
  alias  = "global"
  source = "../testing"
}

variables {
  estate                 = "shop"
  strategy               = "warm-standby"
  aliases                = ["shop.example"]
  origin_domain          = "origin.shop.example"
  load_balancer_dns_name = "shop-dr-1.us-west-2.elb.amazonaws.com"
  load_balancer_suffix   = "app/shop-dr/1"
  target_group_suffixes  = { frontend = "targetgroup/shop-dr-frontend/1", backend = "targetgroup/shop-dr-backend/1" }
  database_identifier    = "shop-dr-db"
  health_targets         = { us-east-1 = "shop-1.us-east-1.elb.amazonaws.com", us-west-2 = "shop-dr-1.us-west-2.elb.amazonaws.com" }
  roles_version          = 3
  writer_region          = "us-east-1"
  serving_region         = "us-east-1"
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

run "pages_have_the_bridge_and_the_api_does_not" {
  command = plan

  assert {
    condition     = one(aws_cloudfront_distribution.this[0].origin_group).failover_criteria[0].status_codes == toset([500, 502, 503, 504])
    error_message = "The group fails over on 500, 502, 503 and 504."
  }

  assert {
    condition     = [for m in one(aws_cloudfront_distribution.this[0].origin_group).member : m.origin_id] == ["origin", "standby"]
    error_message = "The group has both origins, the first one first."
  }

  assert {
    condition     = { for o in aws_cloudfront_distribution.this[0].origin : o.origin_id => o.domain_name } == { origin = "origin.shop.example", standby = "shop-dr-1.us-west-2.elb.amazonaws.com" }
    error_message = "The first origin is the name at Cloudflare, the second the standby's load balancer."
  }

  assert {
    condition     = aws_cloudfront_distribution.this[0].default_cache_behavior[0].target_origin_id == "bridge"
    error_message = "Pages target the group."
  }

  assert {
    condition     = aws_cloudfront_distribution.this[0].ordered_cache_behavior[0].path_pattern == "/api/*" && aws_cloudfront_distribution.this[0].ordered_cache_behavior[0].target_origin_id == "origin"
    error_message = "The API has the first origin alone."
  }

  assert {
    condition     = contains(aws_cloudfront_distribution.this[0].ordered_cache_behavior[0].allowed_methods, "POST")
    error_message = "The API takes writes."
  }
}

run "lag_targets_and_both_regions_are_watched" {
  command = plan

  assert {
    condition     = length(aws_cloudwatch_metric_alarm.lag) == 1 && length(aws_cloudwatch_metric_alarm.targets) == 2 && length(aws_cloudwatch_metric_alarm.region) == 2
    error_message = "An alarm is missing."
  }
}

run "a_cold_standby_is_bridged_too_and_has_no_lag" {
  command = plan

  variables {
    strategy            = "cold-standby"
    database_identifier = null
  }

  assert {
    condition     = length(aws_cloudfront_distribution.this[0].origin_group) == 1 && length(aws_cloudwatch_metric_alarm.lag) == 0
    error_message = "Its load balancer is there; a replica is not."
  }
}

run "a_pilot_light_has_nothing_to_bridge_to" {
  command = plan

  variables {
    strategy               = "pilot-light"
    load_balancer_dns_name = null
    load_balancer_suffix   = null
    target_group_suffixes  = {}
    database_identifier    = null
  }

  assert {
    condition     = length(aws_cloudfront_distribution.this[0].origin_group) == 0 && length(aws_cloudfront_distribution.this[0].origin) == 1
    error_message = "There is no second origin."
  }

  assert {
    condition     = aws_cloudfront_distribution.this[0].default_cache_behavior[0].target_origin_id == "origin"
    error_message = "Pages come from the first origin."
  }
}

run "a_bridge_to_nowhere_is_refused" {
  command = plan

  variables {
    load_balancer_dns_name = null
  }

  expect_failures = [var.bridged]
}

run "a_pilot_light_that_runs_is_bridged" {
  command = plan

  variables {
    strategy            = "pilot-light"
    database_identifier = null
  }

  assert {
    condition     = length(aws_cloudfront_distribution.this[0].origin_group) == 1 && aws_cloudfront_distribution.this[0].default_cache_behavior[0].target_origin_id == "bridge"
    error_message = "Its load balancer is there."
  }
}

run "the_bridge_can_be_left_out" {
  command = plan

  variables {
    bridged = false
  }

  assert {
    condition     = length(aws_cloudfront_distribution.this[0].origin_group) == 0
    error_message = "Nobody wants it."
  }
}

run "writes_through_an_origin_group_are_refused" {
  command = plan

  variables {
    behaviors = [{ path = "*", methods = ["GET", "HEAD", "OPTIONS", "PUT", "POST", "PATCH", "DELETE"], bridged = true, cache_policy_id = "4135ea2d-6dd8-44df-9df3-4b5a84be39ad" }]
  }

  expect_failures = [var.behaviors]
}

run "methods_that_users_have_are_not_taken_from_them_silently" {
  command = plan

  variables {
    methods_today = { "*" = ["GET", "HEAD", "OPTIONS", "PUT", "POST", "PATCH", "DELETE"] }
  }

  expect_failures = [var.behaviors]
}

run "methods_are_narrowed_on_purpose" {
  command = plan

  variables {
    methods_today  = { "*" = ["GET", "HEAD", "OPTIONS", "PUT", "POST", "PATCH", "DELETE"] }
    narrowed_paths = ["*"]
  }

  assert {
    condition     = toset(aws_cloudfront_distribution.this[0].default_cache_behavior[0].allowed_methods) == toset(["GET", "HEAD", "OPTIONS"])
    error_message = "The path was named."
  }
}

run "an_adopted_distribution_keeps_the_ids_of_its_origins" {
  command = plan

  variables {
    origin_ids          = { first = "prod-alb", second = "dr-alb", group = "prod-alb-group" }
    cdn_certificate_arn = "arn:aws:acm:us-east-1:111122223333:certificate/owners"
  }

  assert {
    condition     = aws_cloudfront_distribution.this[0].ordered_cache_behavior[0].target_origin_id == "prod-alb" && length(aws_acm_certificate.cdn) == 0
    error_message = "Origins are known by their ids, and the owner's certificate stays."
  }
}

run "an_owner_keeps_his_distribution" {
  command = plan

  variables {
    own_distribution = false
  }

  assert {
    condition     = length(aws_cloudfront_distribution.this) == 0 && length(aws_acm_certificate.cdn) == 0 && output.distribution_id == null
    error_message = "One owner a resource."
  }

  assert {
    condition     = length(aws_cloudwatch_metric_alarm.region) == 2
    error_message = "Both regions are watched all the same."
  }
}
