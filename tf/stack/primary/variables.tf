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

variable "cidr" {
  description = "Addresses of the primary's network, a /16."
  type        = string
  default     = "10.0.0.0/16"

  validation {
    condition     = can(cidrhost(var.cidr, 0)) && endswith(var.cidr, "/16")
    error_message = "It must be a /16, such as 10.0.0.0/16."
  }
}

variable "zones" {
  description = "The two availability zones; null: the region's first two."
  type        = list(string)
  default     = null

  validation {
    condition     = var.zones == null || length(distinct(coalesce(var.zones, []))) == 2
    error_message = "Give two different zones."
  }
}

variable "nat_gateways" {
  description = "NAT gateways: one for both zones, or one a zone."
  type        = number
  default     = 2

  validation {
    condition     = contains([1, 2], var.nat_gateways)
    error_message = "The primary has one NAT gateway or two."
  }
}

variable "interface_endpoints" {
  description = "Whether ECR, Logs and Secrets Manager have endpoints inside the VPC, about $60 a month."
  type        = bool
  default     = false
}

variable "repositories" {
  description = "The registry's repositories; mirrors of Docker Hub's images included."
  type        = set(string)
  default     = ["backend", "frontend", "grafana", "prometheus"]
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
  description = "Whether the database has a second zone."
  type        = bool
  default     = false
}

variable "database_username" {
  description = "Master user of the database."
  type        = string
  default     = "app"
}

variable "database_password" {
  description = "Password of the database, given when it is made or changed and never kept: set it in the environment (TF_VAR_database_password) or in a file that is removed afterwards. Lifeboat makes one up."
  type        = string
  default     = null
  sensitive   = true
  ephemeral   = true

  validation {
    condition     = var.database_password == null || can(regex("^[A-Za-z0-9]{20,64}$", var.database_password))
    error_message = "Give 20 to 64 letters and digits."
  }
}

variable "database_password_version" {
  description = "Raised together with another password, which is then sent to the database and the secret. After an apply that failed half-way too."
  type        = number
  default     = 1
}

variable "standby_secret_key_arn" {
  description = "The standby's key for the secret's copy; null: the key that AWS manages there."
  type        = string
  default     = null
}

variable "deletion_protection" {
  description = "Whether AWS refuses to delete the database and the load balancer."
  type        = bool
  default     = true
}

variable "skip_final_snapshot" {
  description = "Whether the database may be deleted without a last snapshot."
  type        = bool
  default     = false
}

variable "services" {
  description = "What runs, by service: size, port, health path, which requests go there, and whether it reaches the database."
  type = map(object({
    repository  = string
    cpu         = optional(number, 256)
    memory      = optional(number, 512)
    port        = number
    health_path = string
    priority    = optional(number)
    hosts       = optional(list(string), [])
    paths       = optional(list(string), [])
    database    = optional(bool, false)
    environment = optional(map(string), {})
    cpu_target  = optional(number, 60)
  }))

  default = {
    frontend = { repository = "frontend", port = 3000, health_path = "/" }
    backend  = { repository = "backend", port = 3001, health_path = "/api/health", priority = 100, paths = ["/api/*"], database = true }
  }

  validation {
    condition     = alltrue([for name in keys(var.services) : contains(keys(lookup(var.capacity, var.primary_region, {})), name)])
    error_message = "The roles file gives no capacity to one of these services in this region."
  }

  validation {
    condition     = length(setintersection(keys(var.services), ["prometheus", "grafana"])) == 0
    error_message = "prometheus and grafana are the variable observability's."
  }
}

variable "digests" {
  description = "The images to run, by service: sha256:... of the repository's image. What has none yet is made without its service: the repositories must be there before an image can be pushed."
  type        = map(string)
  default     = {}

  validation {
    condition     = alltrue([for d in values(var.digests) : can(regex("^sha256:[0-9a-f]{64}$", d))])
    error_message = "An image is named by its digest (sha256: and 64 hexadecimal digits), never by a tag."
  }
}

variable "environment" {
  description = "What the health answer says that this region is."
  type        = string
  default     = "primary"
}

variable "architecture" {
  description = "Processor that the images are built for: X86_64 or ARM64."
  type        = string
  default     = "X86_64"

  validation {
    condition     = contains(["X86_64", "ARM64"], var.architecture)
    error_message = "It is X86_64 or ARM64."
  }
}

variable "grace_seconds" {
  description = "Seconds after its start in which a task's health is not judged. Lifeboat raises it while a database reboots."
  type        = number
  default     = 120
}

variable "domains" {
  description = "Public names that the certificate covers, the apex first."
  type        = list(string)

  validation {
    condition     = length(var.domains) >= 1 && length(distinct(var.domains)) == length(var.domains)
    error_message = "Give one public name or more, each once."
  }
}

variable "origin_domain" {
  description = "The name that the distribution fetches from, such as origin.example.com: whichever region serves answers to it."
  type        = string

  validation {
    condition     = !contains(var.domains, var.origin_domain)
    error_message = "The origin's name is one of its own: the public names lead to the distribution."
  }
}

variable "database_variables" {
  description = "Environment variables in which the tasks look for their database."
  type        = object({ host = string, port = string, name = string, user = string, password = string })
  default     = { host = "DATABASE_HOST", port = "DATABASE_PORT", name = "DATABASE_NAME", user = "DATABASE_USER", password = "DATABASE_PASSWORD" }
}

variable "database_name" {
  description = "Database that the tasks use."
  type        = string
  default     = "app"
}

variable "observability" {
  description = "Prometheus and Grafana: their repositories, Grafana's public name and the lag that is worth an alert; null: none."
  type = object({
    prometheus_repository = optional(string, "prometheus")
    grafana_repository    = optional(string, "grafana")
    grafana_host          = string
    grafana_priority      = optional(number, 90)
    lag_seconds           = optional(number, 300)
  })
  default = null

  validation {
    condition     = var.observability == null || length(setsubtract(["prometheus", "grafana"], keys(lookup(var.capacity, var.primary_region, {})))) == 0
    error_message = "The roles file gives no capacity to Prometheus and Grafana in this region."
  }

  validation {
    condition     = var.observability == null || contains(var.domains, try(var.observability.grafana_host, ""))
    error_message = "The certificate must cover Grafana's name: add it to domains."
  }
}

variable "grafana_password" {
  description = "Password of Grafana's administrator, given when it is made or changed and never kept (TF_VAR_grafana_password). Lifeboat makes one up."
  type        = string
  default     = null
  sensitive   = true
  ephemeral   = true

  validation {
    condition     = var.grafana_password == null || can(regex("^[A-Za-z0-9]{20,64}$", var.grafana_password))
    error_message = "Give 20 to 64 letters and digits."
  }
}

variable "grafana_password_version" {
  description = "Raised together with another password, which is then sent to the secret."
  type        = number
  default     = 1
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
