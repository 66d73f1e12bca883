mock_provider "aws" {
  source = "../testing"
}

mock_provider "aws" {
  alias  = "state"
  source = "../testing"
}

variables {
  estate                      = "shop"
  strategy                    = "warm-standby"
  repositories                = ["backend", "frontend", "grafana", "prometheus"]
  primary_vpc_id              = "vpc-1"
  primary_database_identifier = "shop-db"
  roles_version               = 3
  writer_region               = "us-east-1"
  serving_region              = "us-east-1"
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
