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

# The same runs stand in every root; what else is refused, modules/roles tests.

run "an_older_roles_file_is_refused" {
  command = plan

  variables {
    roles_version = 2
  }

  expect_failures = [output.roles_checked]
}

run "a_frozen_estate_is_refused" {
  command = plan

  override_data {
    target = module.roles.data.aws_s3_object.current
    values = { body = "{\"roles_version\":3,\"writer_region\":\"us-east-1\",\"serving_region\":\"us-east-1\",\"frozen_by\":\"20261125-7f3a\",\"capacity\":{\"us-east-1\":{\"backend\":{\"min\":2,\"max\":6},\"frontend\":{\"min\":2,\"max\":6},\"grafana\":{\"min\":1,\"max\":1},\"prometheus\":{\"min\":1,\"max\":1}},\"us-west-2\":{\"backend\":{\"min\":1,\"max\":6},\"frontend\":{\"min\":1,\"max\":6},\"grafana\":{\"min\":0,\"max\":1},\"prometheus\":{\"min\":0,\"max\":1}}}}" }
  }

  expect_failures = [output.roles_checked]
}
