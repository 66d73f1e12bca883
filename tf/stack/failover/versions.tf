terraform {
  required_version = ">= 1.11"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.100, < 7"
    }
  }

  # Bucket, key and region are given at init (-backend-config): all of them are the state bucket's, outside the region
  # that may be lost.
  backend "s3" {
    use_lockfile = true
    encrypt      = true
  }
}
