mock_provider "aws" {
  source = "../testing"
}

variables {
  estate               = "shop"
  repositories         = ["backend", "frontend", "grafana", "prometheus"]
  database_secret_name = "shop/database"
  state_bucket_arn     = "arn:aws:s3:::shop-state"
  state_key_arn        = "arn:aws:kms:us-west-2:111122223333:key/state"
  clusters             = { us-east-1 = "shop", us-west-2 = "shop-dr" }
  databases            = { us-east-1 = "shop-db", us-west-2 = "shop-dr-db" }
  operators            = ["arn:aws:iam::111122223333:user/ada"]
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

run "the_operator_changes_what_a_procedure_changes_and_nothing_else" {
  command = plan

  assert {
    condition     = length(aws_iam_role.operator) == 1 && length(aws_iam_role.reader) == 1
    error_message = "There is a role to look and one to change."
  }

  assert {
    condition = alltrue([for s in jsondecode(aws_iam_role_policy.operator["change"].policy).Statement :
      s.Resource != "*" && alltrue([for a in flatten([s.Action]) : !strcontains(a, "*") && !strcontains(a, ":Delete")])
    ])
    error_message = "Every change is one action on named things, and none deletes."
  }

  assert {
    condition     = strcontains(aws_iam_role.operator[0].assume_role_policy, "aws:MultiFactorAuthPresent")
    error_message = "Changing asks for a second factor by default."
  }

  assert {
    condition = alltrue([for s in jsondecode(aws_iam_role_policy.reader[0].policy).Statement :
      alltrue([for a in flatten([s.Action]) : can(regex(":(Get|Describe|List|Decrypt)", a))])
    ])
    error_message = "The reader only reads."
  }
}

run "without_operators_there_are_no_roles_for_people" {
  command = plan

  variables {
    operators = []
  }

  assert {
    condition     = length(aws_iam_role.operator) == 0 && length(aws_iam_role.reader) == 0 && output.operator_role_arn == null
    error_message = "A role that nobody may assume is of no use."
  }
}

run "aws_backup_gets_a_role_only_where_it_copies_snapshots" {
  command = plan

  assert {
    condition     = length(aws_iam_role.backup) == 0 && output.backup_role_arn == null
    error_message = "A role that nothing uses is of no use."
  }
}

run "aws_backup_touches_one_database_and_its_own_snapshots" {
  command = plan

  variables {
    snapshot_copies = {}
  }

  assert {
    condition = alltrue([for s in jsondecode(aws_iam_role_policy.backup[0].policy).Statement :
      s.Resource != "*" || alltrue([for a in s.Action : startswith(a, "rds:Describe")])
    ])
    error_message = "It looks at all, and changes named things."
  }

  assert {
    condition = alltrue([for s in jsondecode(aws_iam_role_policy.backup[0].policy).Statement :
      !contains(s.Action, "rds:DeleteDBSnapshot") || alltrue([for r in flatten([s.Resource]) : endswith(r, ":snapshot:awsbackup:*")])
    ])
    error_message = "It deletes no snapshot but its own."
  }
}
