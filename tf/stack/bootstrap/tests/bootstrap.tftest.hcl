mock_provider "aws" {
  source = "../testing"
}

variables {
  estate         = "shop"
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

run "the_very_first_apply_has_no_roles_file_to_compare_with" {
  command = plan

  variables {
    roles_bucket = null
  }

  assert {
    condition     = jsondecode(aws_s3_object.roles.content).roles_version == 3 && aws_s3_object.roles.content_type == "application/json"
    error_message = "It writes the first roles file."
  }
}

run "the_state_is_versioned_encrypted_and_closed" {
  command = plan

  assert {
    condition     = aws_s3_bucket.state.bucket == "shop-state-111122223333-us-west-2" && !aws_s3_bucket.state.force_destroy
    error_message = "The bucket is the account's own, and not destroyed with what is in it."
  }

  assert {
    condition     = aws_s3_bucket_versioning.state.versioning_configuration[0].status == "Enabled"
    error_message = "Old states must be kept."
  }

  assert {
    condition     = one(one(aws_s3_bucket_server_side_encryption_configuration.state.rule).apply_server_side_encryption_by_default).sse_algorithm == "aws:kms"
    error_message = "The state must be encrypted with a key of its own."
  }

  assert {
    condition = alltrue([
      aws_s3_bucket_public_access_block.state.block_public_acls, aws_s3_bucket_public_access_block.state.block_public_policy,
      aws_s3_bucket_public_access_block.state.ignore_public_acls, aws_s3_bucket_public_access_block.state.restrict_public_buckets,
    ])
    error_message = "Nobody outside may see the state."
  }
}
