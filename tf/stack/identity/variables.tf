variable "estate" {
  description = "The estate's name, as in lifeboat.yaml. Everything's name begins with it."
  type        = string

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{0,14}[a-z0-9]$", var.estate))
    error_message = "An estate's name has 2 to 16 small letters, digits and dashes, and begins with a letter: load balancers' names have 32 at most."
  }
}

variable "region" {
  description = "The standby's region, in which the state is kept too."
  type        = string
  default     = "us-west-2"

  validation {
    condition     = can(regex("^[a-z]{2}(-[a-z]+)+-[0-9]$", var.region))
    error_message = "It must be a region's name, such as us-west-2."
  }
}

variable "primary_region" {
  description = "The region that may be lost."
  type        = string
  default     = "us-east-1"

  validation {
    condition     = can(regex("^[a-z]{2}(-[a-z]+)+-[0-9]$", var.primary_region)) && var.primary_region != var.region
    error_message = "It must be the name of another region than the standby's, such as us-east-1."
  }
}

variable "repositories" {
  description = "Repositories whose images the standby's tasks are pulled from."
  type        = set(string)
}

variable "database_secret_name" {
  description = "Name of the secret that holds the database's user and password."
  type        = string
}

variable "state_bucket_arn" {
  description = "The state bucket: an output of bootstrap."
  type        = string
}

variable "state_key_arn" {
  description = "The state bucket's key: an output of bootstrap."
  type        = string
}

variable "clusters" {
  description = "ECS clusters that Lifeboat may read and scale, by region."
  type        = map(string)
}

variable "databases" {
  description = "Databases that Lifeboat may promote and move, by region."
  type        = map(string)
}

variable "distribution_arn" {
  description = "The distribution that Lifeboat may move; null: none yet."
  type        = string
  default     = null
}

variable "operators" {
  description = "ARNs of those who may assume the operator's and the reader's role. Empty: the roles are not made."
  type        = set(string)
  default     = []
}

variable "operator_mfa" {
  description = "Whether the operator's role asks for a second factor."
  type        = bool
  default     = true
}

variable "snapshot_copies" {
  description = "Snapshots of the primary's database that AWS Backup takes and copies to the standby's region, for a database whose automated backups cannot be copied: when, and for how many days they are kept. A recovery point is as old as the time between two snapshots, where a copied backup is minutes old. Null: none."
  type = object({
    schedule = optional(string, "cron(0 * * * ? *)")
    days     = optional(number, 7)
  })
  default = null

  validation {
    condition     = var.snapshot_copies == null || can(regex("^(cron|rate)\\(.+\\)$", var.snapshot_copies.schedule))
    error_message = "The schedule is a cron(...) or rate(...) of AWS's, such as cron(0 * * * ? *) for every hour, which is the most."
  }

  validation {
    condition     = var.snapshot_copies == null || try(var.snapshot_copies.days >= 1, false)
    error_message = "Copies are kept for a day or more."
  }
}

variable "service_linked_roles" {
  description = "Service-linked roles to make, such as ecs.amazonaws.com, in an account that has never used the service. AWS makes them by itself, but not while IAM's control plane is down."
  type        = set(string)
  default     = []
}

variable "tags" {
  description = "Tags of everything, besides Estate and ManagedBy."
  type        = map(string)
  default     = {}
}

variable "roles_bucket" {
  description = "Bucket of the current roles file: an output of bootstrap."
  type        = string
}
