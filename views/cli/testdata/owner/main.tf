# The root of an owner who had his primary long before Lifeboat: as much of it as the standby is about.

terraform {
  required_version = ">= 1.11"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.100, < 7"
    }
  }

  backend "s3" {
    bucket = "shop-terraform"
    key    = "prod.tfstate"
    region = "us-east-1"
  }
}

provider "aws" {
  region = "us-east-1"

  default_tags {
    tags = { Owner = "platform" }
  }
}

resource "aws_vpc" "main" {
  cidr_block = "10.0.0.0/16"
}

resource "aws_subnet" "data" {
  for_each = { us-east-1a = "10.0.21.0/24", us-east-1b = "10.0.22.0/24" }

  vpc_id            = aws_vpc.main.id
  availability_zone = each.key
  cidr_block        = each.value
}

resource "aws_security_group" "data" {
  name        = "shop-data"
  description = "The database"
  vpc_id      = aws_vpc.main.id
}

resource "aws_kms_key" "data" {
  description         = "The database"
  enable_key_rotation = true
}

resource "aws_ecs_cluster" "main" {
  name = "shop"
}

resource "aws_ecr_repository" "images" {
  for_each = toset(["backend", "frontend"])

  name                 = each.key
  image_tag_mutability = "IMMUTABLE"
}

output "vpc_id" {
  value = aws_vpc.main.id
}
