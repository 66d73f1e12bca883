mock_provider "aws" {
  mock_data "aws_s3_object" {
    defaults = {
      body = "{\"roles_version\":3,\"writer_region\":\"us-east-1\",\"serving_region\":\"us-east-1\",\"frozen_by\":\"\",\"capacity\":{\"us-west-2\":{\"backend\":{\"min\":1,\"max\":6}}}}"
    }
  }
}

variables {
  bucket    = "shop-state"
  key       = "lifeboat/roles.auto.tfvars.json"
  run       = ""
  unchecked = ""
  roles = {
    roles_version  = 3
    writer_region  = "us-east-1"
    serving_region = "us-east-1"
    frozen_by      = ""
    capacity       = { us-west-2 = { backend = { min = 1, max = 6 } } }
  }
}

run "the_buckets_own_file_is_accepted" {
  command = plan

  assert {
    condition     = output.refusal == ""
    error_message = "It was refused: ${output.refusal}"
  }
}

run "an_older_file_is_refused" {
  command = plan

  variables {
    roles = { roles_version = 2, writer_region = "us-east-1", serving_region = "us-east-1", frozen_by = "", capacity = {} }
  }

  assert {
    condition     = strcontains(output.refusal, "is version 2") && strcontains(output.refusal, "scale down the region that serves")
    error_message = "It was not refused, or not for its age: ${output.refusal}"
  }
}

run "a_newer_file_than_the_buckets_is_refused" {
  command = plan

  variables {
    roles = { roles_version = 4, writer_region = "us-east-1", serving_region = "us-east-1", frozen_by = "", capacity = {} }
  }

  assert {
    condition     = strcontains(output.refusal, "is only version 3")
    error_message = "It was not refused: ${output.refusal}"
  }
}

run "a_file_that_was_changed_by_hand_is_refused" {
  command = plan

  variables {
    roles = { roles_version = 3, writer_region = "us-east-1", serving_region = "us-east-1", frozen_by = "", capacity = { us-west-2 = { backend = { min = 0, max = 6 } } } }
  }

  assert {
    condition     = strcontains(output.refusal, "changed by hand")
    error_message = "It was not refused: ${output.refusal}"
  }
}

run "a_file_that_knows_of_another_standby_is_refused" {
  command = plan

  variables {
    roles = { roles_version = 3, writer_region = "us-east-1", serving_region = "us-east-1", no_standby = true, frozen_by = "", capacity = { us-west-2 = { backend = { min = 1, max = 6 } } } }
  }

  assert {
    condition     = strcontains(output.refusal, "changed by hand")
    error_message = "It was not refused: ${output.refusal}"
  }
}

run "a_file_that_cannot_be_read_is_refused" {
  command = plan

  override_data {
    target = data.aws_s3_object.current
    values = { body = null }
  }

  assert {
    condition     = strcontains(output.refusal, "cannot be read")
    error_message = "It was not refused: ${output.refusal}"
  }
}

run "a_frozen_estate_is_refused" {
  command = plan

  override_data {
    target = data.aws_s3_object.current
    values = { body = "{\"roles_version\":3,\"writer_region\":\"us-east-1\",\"serving_region\":\"us-east-1\",\"frozen_by\":\"20261125-7f3a\",\"capacity\":{\"us-west-2\":{\"backend\":{\"min\":1,\"max\":6}}}}" }
  }

  assert {
    condition     = strcontains(output.refusal, "Frozen by the run 20261125-7f3a")
    error_message = "It was not refused: ${output.refusal}"
  }
}

run "the_run_that_froze_it_goes_on" {
  command = plan

  variables {
    run = "20261125-7f3a"
  }

  override_data {
    target = data.aws_s3_object.current
    values = { body = "{\"roles_version\":3,\"writer_region\":\"us-east-1\",\"serving_region\":\"us-east-1\",\"frozen_by\":\"20261125-7f3a\",\"capacity\":{\"us-west-2\":{\"backend\":{\"min\":1,\"max\":6}}}}" }
  }

  assert {
    condition     = output.refusal == ""
    error_message = "The freeze must not stop the run that set it: ${output.refusal}"
  }
}

run "with_the_buckets_region_lost_the_local_copy_will_do" {
  command = plan

  variables {
    unchecked = "us-west-2 is lost"
    roles     = { roles_version = 4, writer_region = "us-east-1", serving_region = "us-east-1", frozen_by = "", capacity = {} }
  }

  assert {
    condition     = output.refusal == ""
    error_message = "A typed override goes on: ${output.refusal}"
  }
}

run "a_local_copy_that_is_frozen_is_refused_all_the_same" {
  command = plan

  variables {
    unchecked = "us-west-2 is lost"
    roles     = { roles_version = 4, writer_region = "us-east-1", serving_region = "us-east-1", frozen_by = "20261125-7f3a", capacity = {} }
  }

  assert {
    condition     = strcontains(output.refusal, "Frozen")
    error_message = "Whoever froze the estate has not closed: ${output.refusal}"
  }
}
