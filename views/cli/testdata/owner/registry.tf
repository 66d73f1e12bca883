resource "aws_ecr_replication_configuration" "main" {
  replication_configuration {
    rule {
      destination {
        region      = "eu-west-1"
        registry_id = "123456789012"
      }

      repository_filter {
        filter      = "archive"
        filter_type = "PREFIX_MATCH"
      }
    }
  }
}
