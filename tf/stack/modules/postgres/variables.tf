variable "identifier" {
  description = "The instance's name."
  type        = string
}

variable "source_arn" {
  description = "The database that this one replicates from; null: it replicates from none."
  type        = string
}

variable "restore" {
  description = "The pinned recovery point that the instance is made from: a snapshot, or a time in replicated backups."
  type = object({
    snapshot    = optional(string)
    backups_arn = optional(string)
    time        = optional(string)
  })
  default = null
}

variable "engine_version" {
  description = "PostgreSQL's version. A replica has its source's."
  type        = string
}

variable "instance_class" {
  description = "Size of the instance."
  type        = string
}

variable "storage" {
  description = "Gigabytes at first, and how far storage may grow by itself."
  type        = object({ initial = number, maximum = number })

  validation {
    condition     = var.storage.initial >= 20 && var.storage.maximum > var.storage.initial
    error_message = "Storage begins at 20 GB or more and must be allowed to grow."
  }
}

variable "database_name" {
  description = "Database that is made with a new instance; null for replicas and restored ones."
  type        = string
  default     = null
}

variable "username" {
  description = "Master user of a new instance; null for replicas and restored ones."
  type        = string
  default     = null
}

variable "password" {
  description = "Password of a new instance. It is sent and forgotten: no plan and no state holds it."
  type        = string
  default     = null
  sensitive   = true
  ephemeral   = true
}

variable "password_version" {
  description = "Raised to have another password sent; null: the password is none of Terraform's business."
  type        = number
  default     = null
}

variable "multi_az" {
  description = "Whether a second zone holds a synchronous copy."
  type        = bool
}

variable "backup_retention_days" {
  description = "Days of automated backups, more than 0: a database without cannot be replicated."
  type        = number

  validation {
    condition     = var.backup_retention_days >= 1 && var.backup_retention_days <= 35
    error_message = "Backups are kept for 1 to 35 days: a database without them cannot be replicated."
  }
}

variable "slot_wal_keep_mb" {
  description = "Megabytes of log that a stalled replica may hold back before its slot is given up."
  type        = number

  validation {
    condition     = var.slot_wal_keep_mb >= 64
    error_message = "A limit is needed: without it a stalled replica fills the writer's disk."
  }
}

variable "parameter_group_name" {
  description = "An owner's own parameter group, which stays in force; null: one is made."
  type        = string
  default     = null
}

variable "force_ssl" {
  description = "Whether the parameter group that is made refuses connections without TLS."
  type        = bool
  default     = true
}

variable "key_arn" {
  description = "Key of the instance's own region."
  type        = string
}

variable "subnet_group_name" {
  description = "An owner's own subnet group, in which the instance stays; null: one is made of subnet_ids."
  type        = string
  default     = null
}

variable "subnet_ids" {
  description = "The database subnets."
  type        = list(string)
  default     = []
}

variable "security_group_ids" {
  description = "Groups of a new instance. Afterwards Lifeboat moves a fenced writer to the isolation group, and back."
  type        = list(string)
}

variable "log_days" {
  description = "Days that the database's log is kept."
  type        = number
}

variable "logs_key_arn" {
  description = "Key of the database's log group."
  type        = string
}

variable "deletion_protection" {
  description = "Whether AWS refuses to delete the instance."
  type        = bool
}

variable "skip_final_snapshot" {
  description = "Whether the instance may be deleted without a last snapshot. RDS refuses one of a replica: take it by hand first."
  type        = bool
}
