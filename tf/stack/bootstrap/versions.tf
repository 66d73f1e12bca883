terraform {
  required_version = ">= 1.11"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.100, < 7"
    }
  }

  # The first state is a local file: the bucket is not there yet. Afterwards the output backend, written to
  # backend_override.tf, and `terraform init -migrate-state` move it into the bucket that it made.
}
