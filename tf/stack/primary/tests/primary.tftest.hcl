mock_provider "aws" {
  source = "../testing"
}

mock_provider "aws" {
  alias  = "state"
  source = "../testing"
}

variables {
  estate        = "shop"
  domains       = ["shop.example", "grafana.shop.example"]
  origin_domain = "origin.shop.example"
  observability = { grafana_host = "grafana.shop.example" }
  digests = {
    backend    = "sha256:bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"
    frontend   = "sha256:ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff"
    grafana    = "sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
    prometheus = "sha256:eeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee"
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

run "the_reference_primary_is_the_estates" {
  command = plan

  assert {
    condition     = module.network.nat_gateways == 2
    error_message = "The primary has a NAT gateway a zone."
  }

  assert {
    condition     = length(output.primary_service_names) == 4
    error_message = "Frontend, backend, Prometheus and Grafana run."
  }

  assert {
    condition     = module.service["frontend"].bounds == { min = 2, max = 6 } && module.watcher["grafana"].bounds == { min = 1, max = 1 }
    error_message = "Minimum and maximum are the roles file's."
  }

  assert {
    condition     = !module.database.publicly_accessible && module.database.protected && module.database.replicates_from == null
    error_message = "The database is private, protected and a writer."
  }

  assert {
    condition     = one(aws_secretsmanager_secret.database.replica).region == "us-west-2"
    error_message = "The secret is copied to the standby's region from the start."
  }

  assert {
    condition     = length(output.primary_repository_urls) == 4
    error_message = "It owns the repositories, mirrors of Docker Hub's images too."
  }
}

run "repositories_come_before_images_and_images_before_services" {
  command = plan

  variables {
    digests = {}
  }

  assert {
    condition     = length(output.primary_service_names) == 0 && length(output.primary_repository_urls) == 4
    error_message = "Without images there are repositories and no services."
  }
}

run "after_a_failover_the_old_writer_stands_as_it_is" {
  command = plan

  variables {
    writer_region   = "us-west-2"
    serving_region  = "us-west-2"
    no_standby      = true
    multi_az        = true
    roles_unchecked = "the test names another writer than the bucket"
  }

  assert {
    condition     = module.database.replicates_from == null && module.database.has_second_zone
    error_message = "It replicates from none, and nothing of it is changed until it is kept under another name."
  }
}

run "once_it_is_reprotected_its_name_is_a_replicas_of_the_standbys_database" {
  command = plan

  variables {
    writer_region   = "us-west-2"
    serving_region  = "us-west-2"
    multi_az        = true
    roles_unchecked = "the test names another writer than the bucket"
  }

  override_resource {
    target          = module.database_key.aws_kms_key.this
    override_during = plan
    values          = { arn = "arn:aws:kms:us-east-1:111122223333:key/database" }
  }

  assert {
    condition     = module.database.replicates_from == "arn:aws:rds:us-west-2:111122223333:db:shop-dr-db" && !module.database.has_second_zone
    error_message = "A failback begins with a replica of the new writer, in one zone."
  }

  assert {
    condition     = module.database.password_version == 1
    error_message = "A replica has its source's password: the version that was sent stays, so that its promotion sends none."
  }
}
