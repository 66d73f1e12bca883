# What the tests of every root answer for AWS. The roles file in the bucket is version 3, as the tests' own.

mock_data "aws_caller_identity" {
  defaults = {
    account_id = "111122223333"
  }
}

mock_data "aws_partition" {
  defaults = {
    partition = "aws"
  }
}

mock_data "aws_availability_zones" {
  defaults = {
    names = ["us-west-2b", "us-west-2a", "us-west-2c"]
  }
}

mock_data "aws_s3_object" {
  defaults = {
    body = "{\"roles_version\":3,\"writer_region\":\"us-east-1\",\"serving_region\":\"us-east-1\",\"frozen_by\":\"\",\"capacity\":{\"us-east-1\":{\"backend\":{\"min\":2,\"max\":6},\"frontend\":{\"min\":2,\"max\":6},\"grafana\":{\"min\":1,\"max\":1},\"prometheus\":{\"min\":1,\"max\":1}},\"us-west-2\":{\"backend\":{\"min\":1,\"max\":6},\"frontend\":{\"min\":1,\"max\":6},\"grafana\":{\"min\":0,\"max\":1},\"prometheus\":{\"min\":0,\"max\":1}}}}"
  }
}
