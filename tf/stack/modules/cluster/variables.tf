variable "name" {
  description = "The cluster's name."
  type        = string
}

variable "namespace" {
  description = "Private domain in which tasks find each other."
  type        = string
}

variable "vpc_id" {
  description = "The VPC that the private domain is resolved in."
  type        = string
}
