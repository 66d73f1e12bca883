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

variable "strategy" {
  description = "How the standby stands by: warm-standby, cold-standby or pilot-light."
  type        = string

  validation {
    condition     = contains(["warm-standby", "cold-standby", "pilot-light"], var.strategy)
    error_message = "It is one of warm-standby, cold-standby and pilot-light."
  }
}

variable "cidr" {
  description = "Addresses of the standby's network, a /16 that overlaps none of primary_cidrs."
  type        = string
  default     = "10.1.0.0/16"

  validation {
    condition     = can(cidrhost(var.cidr, 0)) && endswith(var.cidr, "/16")
    error_message = "It must be a /16, such as 10.1.0.0/16."
  }

  # Two networks overlap if they are the same by the shorter of their two prefixes.
  validation {
    condition = alltrue([for other in var.primary_cidrs :
      cidrhost("${split("/", var.cidr)[0]}/${min(16, tonumber(split("/", other)[1]))}", 0) !=
      cidrhost("${split("/", other)[0]}/${min(16, tonumber(split("/", other)[1]))}", 0)
    ])
    error_message = "The standby's network overlaps one of the primary's: they could never be joined."
  }
}

variable "primary_cidrs" {
  description = "Addresses of the primary's network."
  type        = list(string)

  validation {
    condition     = length(var.primary_cidrs) > 0 && alltrue([for c in var.primary_cidrs : can(cidrhost(c, 0))])
    error_message = "Give the primary's network, such as 10.0.0.0/16."
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

variable "interface_endpoints" {
  description = "Whether ECR, Logs and Secrets Manager have endpoints inside the VPC, about $60 a month; null: with warm-standby only."
  type        = bool
  default     = null
}

variable "web_ports" {
  description = "Ports of the services that the load balancer asks and that do not reach the database."
  type        = set(number)
  default     = [3000]
}

variable "backend_ports" {
  description = "Ports of the services that reach the database."
  type        = set(number)
  default     = [3001]
}

variable "log_days" {
  description = "Days that flow logs are kept."
  type        = number
  default     = 7
}

variable "task_role_arns" {
  description = "Roles of the standby's region: an output of identity."
  type        = object({ execution = string, application = string, observability = string, flow_log = string })
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
