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

variable "strategy" {
  description = "How the standby stands by: warm-standby, cold-standby or pilot-light."
  type        = string

  validation {
    condition     = contains(["warm-standby", "cold-standby", "pilot-light"], var.strategy)
    error_message = "It is one of warm-standby, cold-standby and pilot-light."
  }
}

variable "repositories" {
  description = "Repositories whose images are copied to the standby's registry."
  type        = set(string)

  validation {
    condition     = length(var.repositories) >= 1 && length(var.repositories) <= 100
    error_message = "A replication rule names 1 to 100 repositories."
  }
}

variable "replicate_images" {
  description = "Whether this root owns the registry's replication rule, of which there is one. An owner who keeps it sets false and adds the printed patch to his."
  type        = bool
  default     = true
}

variable "other_replication_rules" {
  description = "Rules that the registry has today and keeps: writing the rule replaces what was there."
  type = list(object({
    destinations = list(object({ region = string, registry_id = string }))
    prefixes     = optional(list(string), [])
  }))
  default = []
}

variable "primary_vpc_id" {
  description = "The primary's VPC."
  type        = string
}

variable "primary_database_identifier" {
  description = "The primary's database."
  type        = string
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

variable "backup_role_arn" {
  description = "Role with which AWS Backup takes and copies snapshots: an output of identity. Null while there is no such role."
  type        = string
  default     = null
}

variable "slot_lag_alarm_mb" {
  description = "Megabytes held back for the replica that are worth an alarm."
  type        = number
  default     = 1024

  validation {
    condition     = var.slot_lag_alarm_mb >= 64
    error_message = "64 MB and more: less is one segment."
  }
}

variable "free_storage_alarm_gb" {
  description = "Gigabytes left on the primary's disk that are worth an alarm."
  type        = number
  default     = 4
}

variable "alarm_emails" {
  description = "Who is told."
  type        = set(string)
  default     = []
}

variable "adopted_secret" {
  description = "The database's secret, where this root is to own it. Its value is never Terraform's; it holds user and password only."
  type = object({
    name        = string
    kms_key_id  = optional(string)
    description = optional(string)
  })
  default = null
}

variable "standby_secret_key_arn" {
  description = "The standby's key for the secret's copy; null: the key that AWS manages there."
  type        = string
  default     = null
}

variable "adopted_database" {
  description = "The primary's database, where this root is to own it: as it is today, then with growing storage. It stays in its subnet group, and in its owner's parameter group; without one (null) it gets one with a limit for slots, in force after its next reboot."
  type = object({
    identifier            = string
    engine_version        = string
    instance_class        = string
    storage               = object({ initial = number, maximum = number })
    database_name         = optional(string)
    username              = string
    multi_az              = bool
    backup_retention_days = number
    slot_wal_keep_mb      = number
    key_arn               = string
    subnet_group_name     = string
    parameter_group_name  = optional(string)
    security_group_ids    = list(string)
    log_days              = optional(number, 7)
    logs_key_arn          = optional(string)
  })
  default = null
}

variable "deletion_protection" {
  description = "Whether AWS refuses to delete the adopted database."
  type        = bool
  default     = true
}

variable "skip_final_snapshot" {
  description = "Whether the adopted database may be deleted without a last snapshot."
  type        = bool
  default     = false
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
