variable "name" {
  description = "What the roles' names begin with: a role's name is the account's, whatever the region."
  type        = string
}

variable "estate" {
  description = "The estate, as its resources are tagged."
  type        = string
}

variable "region" {
  description = "The region in which the roles are used, and the only one in which they may do anything."
  type        = string
}

variable "repositories" {
  description = "Repositories that images are pulled from."
  type        = set(string)
}

variable "secret_names" {
  description = "Secrets that tasks start with."
  type        = set(string)
}

variable "metrics_regions" {
  description = "Regions whose metrics Grafana may read."
  type        = set(string)
}
