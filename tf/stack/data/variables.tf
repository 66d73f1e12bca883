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
  description = "Repositories of the standby's registry, with the primary's names; mirrors of Docker Hub's images included."
  type        = set(string)
}

variable "primary_database_arn" {
  description = "The primary's database."
  type        = string

  validation {
    condition     = can(regex("^arn:[^:]+:rds:${var.primary_region}:[0-9]+:db:", var.primary_database_arn))
    error_message = "It must be the ARN of a database in the primary's region."
  }
}

variable "engine_version" {
  description = "PostgreSQL's version, the same in both regions."
  type        = string
  default     = "15.12"

  validation {
    condition     = can(regex("^(1[3-9]|[2-9][0-9])(\\.[0-9]+)?$", var.engine_version))
    error_message = "PostgreSQL 13 or later is needed, such as 15.12: older ones cannot limit what a stalled replica holds back."
  }
}

variable "instance_class" {
  description = "Size of the database."
  type        = string
  default     = "db.t3.micro"
}

variable "storage" {
  description = "Gigabytes of the database at first, and how far they may grow by themselves."
  type        = object({ initial = number, maximum = number })
  default     = { initial = 20, maximum = 100 }
}

variable "backup_retention_days" {
  description = "Days of automated backups."
  type        = number
  default     = 7
}

variable "slot_wal_keep_mb" {
  description = "Megabytes of log that a stalled replica may hold back before its slot is given up."
  type        = number
  default     = 5120
}

variable "multi_az" {
  description = "Whether the database has a second zone while it is the writer."
  type        = bool
  default     = false
}

variable "restore" {
  description = "The recovery point that cold standby and pilot light come up from, pinned by Lifeboat: a snapshot's name, or replicated backups and a time. Kept after the restore."
  type = object({
    snapshot    = optional(string)
    backups_arn = optional(string)
    time        = optional(string)
  })
  default = null

  validation {
    condition     = var.restore == null || (try(var.restore.snapshot, null) == null) != (try(var.restore.backups_arn, null) == null)
    error_message = "A recovery point is either a snapshot or a time in replicated backups."
  }
}

variable "backup_days" {
  description = "Days that the primary's backups are kept in this region (cold standby and pilot light)."
  type        = number
  default     = 7
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

variable "keep_backups" {
  description = "Whether the primary's backups are copied to this region beside a replica too."
  type        = bool
  default     = false
}

variable "deletion_protection" {
  description = "Whether AWS refuses to delete the database. Set to false behind the gate that gives the database up, never before."
  type        = bool
  default     = true
}

variable "skip_final_snapshot" {
  description = "Whether the database may be deleted without a last snapshot. RDS refuses one of a replica: after a snapshot by hand, behind its gate, this becomes true for the destroy."
  type        = bool
  default     = false
}

variable "database_subnet_ids" {
  description = "Subnets of the database: an output of foundation."
  type        = list(string)
}

variable "security_group_ids" {
  description = "Security groups: an output of foundation."
  type        = object({ database = string })
}

variable "database_key_arn" {
  description = "Key of the database and its backups: an output of foundation."
  type        = string
}

variable "application_key_arn" {
  description = "Key of the logs: an output of foundation."
  type        = string
}

variable "log_days" {
  description = "Days that logs are kept."
  type        = number
  default     = 7
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
