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
    condition     = alltrue([for name in keys(var.services) : contains(keys(lookup(var.capacity, var.region, {})), name)])
    error_message = "The roles file gives no capacity to one of these services in this region."
  }

  validation {
    condition     = length(setintersection(keys(var.services), ["prometheus", "grafana"])) == 0
    error_message = "prometheus and grafana are the variable observability's."
  }
}

variable "digests" {
  description = "The images to run, by service: sha256:... of the repository's image. Prometheus's and Grafana's too where they run."
  type        = map(string)

  validation {
    condition     = alltrue([for d in values(var.digests) : can(regex("^sha256:[0-9a-f]{64}$", d))])
    error_message = "An image is named by its digest (sha256: and 64 hexadecimal digits), never by a tag."
  }

  validation {
    condition     = alltrue([for name in keys(var.services) : contains(keys(var.digests), name)])
    error_message = "One of the services has no image."
  }
}

variable "environment" {
  description = "What the health answer says that this region is."
  type        = string
  default     = "dr"
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
    condition     = var.observability == null || length(setsubtract(["prometheus", "grafana"], keys(var.digests))) == 0
    error_message = "Prometheus and Grafana need images too: give their digests."
  }

  validation {
    condition     = var.observability == null || length(setsubtract(["prometheus", "grafana"], keys(lookup(var.capacity, var.region, {})))) == 0
    error_message = "The roles file gives no capacity to Prometheus and Grafana in this region."
  }

  validation {
    condition     = var.observability == null || contains(var.domains, try(var.observability.grafana_host, ""))
    error_message = "The certificate must cover Grafana's name: add it to domains."
  }
}

variable "database_host" {
  description = "Host of this region's database: an output of data. Null until a recovery point is restored."
  type        = string
  default     = null
}

variable "database_identifier" {
  description = "Name of this region's database: an output of data."
  type        = string
  default     = null
}

variable "database_secret_arn" {
  description = "This region's copy of the secret with user and password: an output of primary, or of the account."
  type        = string
}

variable "primary_site" {
  description = "What Grafana watches in the primary's region; null: nothing."
  type = object({
    cluster       = string
    services      = list(string)
    load_balancer = optional(string)
    target_groups = optional(map(string), {})
    database      = optional(string)
  })
  default = null
}

variable "repository_urls" {
  description = "Where images are pulled from, by repository: an output of data."
  type        = map(string)
}

variable "task_role_arns" {
  description = "Roles of the tasks: an output of identity."
  type        = object({ execution = string, application = string, observability = string })
}

variable "vpc_id" {
  description = "The VPC: an output of foundation."
  type        = string
}

variable "public_subnet_ids" {
  description = "Subnets of the load balancer: an output of foundation."
  type        = list(string)
}

variable "app_subnet_ids" {
  description = "Subnets of the tasks: an output of foundation."
  type        = list(string)
}

variable "security_group_ids" {
  description = "Security groups: an output of foundation."
  type        = object({ load_balancer = string, web = string, backend = string, observability = string, storage = string })
}

variable "application_key_arn" {
  description = "Key of logs, file systems and Grafana's secret: an output of foundation."
  type        = string
}

variable "deletion_protection" {
  description = "Whether AWS refuses to delete the load balancer."
  type        = bool
  default     = true
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
