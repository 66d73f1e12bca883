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

run "the_registry_copies_every_repository_and_keeps_the_rules_it_has" {
  command = plan

  variables {
    other_replication_rules = [{ destinations = [{ region = "eu-west-1", registry_id = "111122223333" }], prefixes = ["other"] }]
  }

  assert {
    condition     = length(aws_ecr_replication_configuration.this[0].replication_configuration[0].rule) == 2
    error_message = "There is one rule a registry: what the owner has must stay."
  }

  assert {
    condition     = [for f in aws_ecr_replication_configuration.this[0].replication_configuration[0].rule[1].repository_filter : f.filter] == ["backend", "frontend", "grafana", "prometheus"]
    error_message = "Every repository is copied, mirrors too."
  }

  assert {
    condition     = one(aws_ecr_replication_configuration.this[0].replication_configuration[0].rule[1].destination).region == "us-west-2"
    error_message = "Images are copied to the standby's region."
  }
}

run "a_stalled_replica_is_told_before_the_disk_is_full" {
  command = plan

  assert {
    condition     = length(aws_cloudwatch_metric_alarm.slot_lag) == 1 && aws_cloudwatch_metric_alarm.free_storage.metric_name == "FreeStorageSpace"
    error_message = "The slot and the disk are watched."
  }

  assert {
    condition     = length(aws_secretsmanager_secret.database) == 0 && length(module.database) == 0
    error_message = "What the owner keeps is not adopted."
  }
}

run "without_a_replica_there_is_no_slot_to_watch" {
  command = plan

  variables {
    strategy = "pilot-light"
  }

  assert {
    condition     = length(aws_cloudwatch_metric_alarm.slot_lag) == 0
    error_message = "A pilot light has no replica."
  }
}

run "an_owner_keeps_his_replication_rule" {
  command = plan

  variables {
    replicate_images = false
  }

  assert {
    condition     = length(aws_ecr_replication_configuration.this) == 0
    error_message = "One owner a resource."
  }
}

run "secret_and_database_are_adopted_together_with_their_settings" {
  command = plan

  variables {
    adopted_secret = { name = "prod/database" }
    adopted_database = {
      identifier            = "prod-db"
      engine_version        = "15.12"
      instance_class        = "db.t3.micro"
      storage               = { initial = 20, maximum = 100 }
      username              = "app"
      multi_az              = false
      backup_retention_days = 7
      slot_wal_keep_mb      = 5120
      key_arn               = "arn:aws:kms:us-east-1:111122223333:key/database"
      subnet_group_name     = "prod-data"
      security_group_ids    = ["sg-1"]
    }
  }

  assert {
    condition     = one(aws_secretsmanager_secret.database[0].replica).region == "us-west-2"
    error_message = "The secret is copied to the standby's region."
  }

  assert {
    condition     = length(module.database) == 1 && !module.database[0].publicly_accessible
    error_message = "The database is adopted, and not public."
  }

  assert {
    condition     = module.database[0].groups == { subnets = "prod-data", parameters = "prod-db-postgres15" }
    error_message = "RDS moves no instance within its VPC; RDS's own settings, which cannot be changed, are left for a group with a limit for slots."
  }
}

run "an_owners_own_parameters_stay_in_force" {
  command = plan

  variables {
    adopted_database = {
      identifier            = "prod-db"
      engine_version        = "14.9"
      instance_class        = "db.t3.micro"
      storage               = { initial = 20, maximum = 100 }
      username              = "app"
      multi_az              = false
      backup_retention_days = 7
      slot_wal_keep_mb      = 5120
      key_arn               = "arn:aws:kms:us-east-1:111122223333:key/database"
      subnet_group_name     = "prod-data"
      parameter_group_name  = "prod-settings"
      security_group_ids    = ["sg-1"]
    }
  }

  assert {
    condition     = module.database[0].groups == { subnets = "prod-data", parameters = "prod-settings" }
    error_message = "What the owner has set is not lost."
  }
}

run "once_it_is_reprotected_the_adopted_database_is_a_replica_of_the_standbys" {
  command = plan

  variables {
    writer_region   = "us-west-2"
    serving_region  = "us-west-2"
    roles_unchecked = "the test names another writer than the bucket"
    adopted_database = {
      identifier            = "prod-db"
      engine_version        = "15.12"
      instance_class        = "db.t3.micro"
      storage               = { initial = 20, maximum = 100 }
      username              = "app"
      multi_az              = false
      backup_retention_days = 7
      slot_wal_keep_mb      = 5120
      key_arn               = "arn:aws:kms:us-east-1:111122223333:key/database"
      subnet_group_name     = "prod-data"
      security_group_ids    = ["sg-1"]
    }
  }

  assert {
    condition     = module.database[0].replicates_from == "arn:aws:rds:us-west-2:111122223333:db:shop-dr-db"
    error_message = "A failback begins with a replica of the new writer."
  }
}

run "after_a_failover_the_adopted_database_replicates_from_none" {
  command = plan

  variables {
    writer_region   = "us-west-2"
    serving_region  = "us-west-2"
    no_standby      = true
    roles_unchecked = "the test names another writer than the bucket"
    adopted_database = {
      identifier            = "prod-db"
      engine_version        = "15.12"
      instance_class        = "db.t3.micro"
      storage               = { initial = 20, maximum = 100 }
      username              = "app"
      multi_az              = false
      backup_retention_days = 7
      slot_wal_keep_mb      = 5120
      key_arn               = "arn:aws:kms:us-east-1:111122223333:key/database"
      subnet_group_name     = "prod-data"
      security_group_ids    = ["sg-1"]
    }
  }

  assert {
    condition     = module.database[0].replicates_from == null
    error_message = "The old writer stands as it is until it is kept under another name."
  }
}

run "snapshots_are_taken_every_hour_copied_and_a_failure_is_told" {
  command = plan

  variables {
    strategy        = "cold-standby"
    snapshot_copies = {}
    backup_role_arn = "arn:aws:iam::111122223333:role/shop-backup"
  }

  assert {
    condition     = one(aws_backup_plan.snapshots[0].rule).schedule == "cron(0 * * * ? *)" && one(one(aws_backup_plan.snapshots[0].rule).copy_action).destination_vault_arn == "arn:aws:backup:us-west-2:111122223333:backup-vault:shop-dr"
    error_message = "Each is copied to the standby's vault."
  }

  assert {
    condition     = one(aws_backup_selection.database[0].resources) == "arn:aws:rds:us-east-1:111122223333:db:shop-db"
    error_message = "The primary's database is what is copied."
  }

  assert {
    condition     = contains(aws_backup_vault_notifications.failed[0].backup_vault_events, "COPY_JOB_FAILED")
    error_message = "A copy that fails is told."
  }
}

run "snapshots_need_a_role" {
  command = plan

  variables {
    strategy        = "cold-standby"
    snapshot_copies = {}
  }

  expect_failures = [aws_backup_selection.database]
}

run "nothing_is_copied_by_schedule_unless_it_is_wanted" {
  command = plan

  variables {
    strategy = "pilot-light"
  }

  assert {
    condition     = length(aws_backup_plan.snapshots) == 0 && length(aws_backup_vault.snapshots) == 0 && length(aws_sns_topic_policy.alarms) == 0
    error_message = "Copied backups are better."
  }
}
