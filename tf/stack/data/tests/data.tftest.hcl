mock_provider "aws" {
  source = "../testing"
}

variables {
  estate               = "shop"
  strategy             = "warm-standby"
  repositories         = ["backend", "frontend", "grafana", "prometheus"]
  primary_database_arn = "arn:aws:rds:us-east-1:111122223333:db:shop-db"
  database_subnet_ids  = ["subnet-1", "subnet-2"]
  security_group_ids   = { database = "sg-1" }
  database_key_arn     = "arn:aws:kms:us-west-2:111122223333:key/database"
  application_key_arn  = "arn:aws:kms:us-west-2:111122223333:key/application"
  roles_version        = 3
  writer_region        = "us-east-1"
  serving_region       = "us-east-1"
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

run "a_warm_standby_has_a_replica" {
  command = plan

  assert {
    condition     = length(module.database) == 1 && module.database[0].replicates_from == var.primary_database_arn
    error_message = "A warm standby follows the primary's database."
  }

  assert {
    condition     = length(aws_db_instance_automated_backups_replication.this) == 0
    error_message = "It needs no copies of backups beside the replica."
  }

  assert {
    condition     = !output.publicly_accessible
    error_message = "No database is public."
  }

  assert {
    condition     = module.database[0].protected
    error_message = "A database is protected by default, has backups, and leaves a last snapshot."
  }

  assert {
    condition     = length(output.repository_urls) == 4
    error_message = "Every repository is there, mirrors too."
  }
}

run "after_a_promotion_the_standbys_database_follows_nobody" {
  command = plan

  variables {
    writer_region   = "us-west-2"
    roles_unchecked = "the test names another writer than the bucket"
  }

  assert {
    condition     = length(module.database) == 1 && module.database[0].replicates_from == null
    error_message = "A writer replicates from none."
  }
}

run "left_without_a_standby_behind_it_the_old_writer_stands_as_it_is" {
  command = plan

  variables {
    no_standby      = true
    multi_az        = true
    roles_unchecked = "the test says otherwise than the bucket"
  }

  assert {
    condition     = module.database[0].replicates_from == null && module.database[0].has_second_zone
    error_message = "It replicates from none, and nothing of it is changed until it is kept under another name."
  }
}

run "a_standby_made_anew_follows_the_primarys_database_in_one_zone" {
  command = plan

  variables {
    multi_az = true
  }

  assert {
    condition     = module.database[0].replicates_from == var.primary_database_arn && !module.database[0].has_second_zone
    error_message = "A standby follows, in one zone: its promotion gives it the second."
  }
}

run "a_cold_standby_has_copies_of_backups_and_no_database" {
  command = plan

  variables {
    strategy = "cold-standby"
  }

  assert {
    condition     = length(module.database) == 0 && output.database_host == null
    error_message = "A cold standby has no database until one is restored."
  }

  assert {
    condition     = length(aws_db_instance_automated_backups_replication.this) == 1
    error_message = "Its data are the copies of the primary's backups."
  }

  assert {
    condition     = length(output.repository_urls) == 4
    error_message = "No strategy does without the registry."
  }
}

run "a_pilot_light_has_copies_of_backups_and_no_database" {
  command = plan

  variables {
    strategy = "pilot-light"
  }

  assert {
    condition     = length(module.database) == 0 && length(aws_db_instance_automated_backups_replication.this) == 1
    error_message = "A pilot light's data are the copies of the primary's backups."
  }

  assert {
    condition     = length(output.repository_urls) == 4
    error_message = "No strategy does without the registry."
  }
}

run "a_pinned_recovery_point_is_restored_and_its_backups_stay" {
  command = plan

  variables {
    strategy = "pilot-light"
    restore  = { backups_arn = "arn:aws:rds:us-west-2:111122223333:auto-backup:ab-1", time = "2026-11-25T03:15:00Z" }
  }

  assert {
    condition     = length(module.database) == 1 && module.database[0].replicates_from == null
    error_message = "The database is made from the recovery point."
  }

  assert {
    condition     = length(aws_db_instance_automated_backups_replication.this) == 1
    error_message = "The copies of the backups outlive the restore."
  }
}

run "a_recovery_point_is_one_thing" {
  command = plan

  variables {
    strategy = "cold-standby"
    restore  = { snapshot = "rds:shop-db-2026-11-25", backups_arn = "arn:aws:rds:us-west-2:111122223333:auto-backup:ab-1" }
  }

  expect_failures = [var.restore]
}

run "a_source_in_another_region_than_the_primarys_is_refused" {
  command = plan

  variables {
    primary_database_arn = "arn:aws:rds:us-west-2:111122223333:db:shop-db"
  }

  expect_failures = [var.primary_database_arn]
}

run "where_backups_cannot_be_copied_snapshots_arrive_in_a_vault_with_the_standbys_key" {
  command = plan

  variables {
    strategy        = "cold-standby"
    snapshot_copies = {}
  }

  assert {
    condition     = length(aws_db_instance_automated_backups_replication.this) == 0 && length(aws_backup_vault.copies) == 1
    error_message = "It is one or the other."
  }

  assert {
    condition     = aws_backup_vault.copies[0].kms_key_arn == var.database_key_arn && output.backup_vault_name == "shop-dr"
    error_message = "A copy needs a key of its own region, and the name that the primary's schedule copies to."
  }
}

run "a_warm_standby_needs_no_vault" {
  command = plan

  variables {
    snapshot_copies = {}
  }

  assert {
    condition     = length(aws_backup_vault.copies) == 0 && length(module.database) == 1
    error_message = "It follows the primary's database."
  }
}

run "a_schedule_is_aws_own" {
  command = plan

  variables {
    strategy        = "pilot-light"
    snapshot_copies = { schedule = "hourly" }
  }

  expect_failures = [var.snapshot_copies]
}
