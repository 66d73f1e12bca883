# Who writes, who serves and how many tasks run where: roles.auto.tfvars.json, which Lifeboat keeps current in the state
# bucket. None of it has a default, so a plan without the file fails. The same file stands in every root.

variable "roles_version" {
  description = "Version of the roles file. A plan with another than the bucket's is refused."
  type        = number

  validation {
    condition     = var.roles_version >= 1 && floor(var.roles_version) == var.roles_version
    error_message = "The version of a roles file is a whole number from 1."
  }
}

variable "writer_region" {
  description = "Region of the writer of record: the database that the last promotion named."
  type        = string

  validation {
    condition     = can(regex("^[a-z]{2}(-[a-z]+)+-[0-9]$", var.writer_region))
    error_message = "The writer's region must be a region's name, such as us-east-1."
  }
}

variable "serving_region" {
  description = "Region that users are sent to."
  type        = string

  validation {
    condition     = can(regex("^[a-z]{2}(-[a-z]+)+-[0-9]$", var.serving_region))
    error_message = "The serving region must be a region's name, such as us-east-1."
  }
}

variable "capacity" {
  description = "Fewest and most tasks of every service, by region and service."
  type        = map(map(object({ min = number, max = number })))

  validation {
    condition     = alltrue(flatten([for services in values(var.capacity) : [for c in values(services) : c.min >= 0 && c.max >= c.min]]))
    error_message = "Every capacity needs 0 <= min <= max."
  }
}

variable "no_standby" {
  description = "Whether nothing follows the writer, as from a failover until a standby is made anew. The database of the other region replicates from none then."
  type        = bool
  default     = false
}

variable "frozen_by" {
  description = "The run that froze the estate; empty where none did."
  type        = string
  default     = ""
}

variable "run" {
  description = "The run that plans, set by Lifeboat: the freeze that it set itself does not stop it."
  type        = string
  default     = ""
}

variable "roles_key" {
  description = "Key of the current roles file in its bucket."
  type        = string
  default     = "lifeboat/roles.auto.tfvars.json"
}

variable "roles_unchecked" {
  description = "Why the roles file is not compared with the bucket's, such as its region being lost. Lifeboat sets it after a typed override only."
  type        = string
  default     = ""
}

locals {
  roles = {
    roles_version  = var.roles_version
    writer_region  = var.writer_region
    serving_region = var.serving_region
    no_standby     = var.no_standby
    frozen_by      = var.frozen_by
    capacity       = var.capacity
  }
}

# Always the same, so that another roles file alone changes no plan: what it says is there already.
output "roles_checked" {
  description = "That the roles file is the bucket's, and the estate not frozen."
  value       = true

  precondition {
    condition     = module.roles.refusal == ""
    error_message = module.roles.refusal
  }
}
