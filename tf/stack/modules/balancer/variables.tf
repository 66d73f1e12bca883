variable "name" {
  description = "Name of the load balancer, and what its target groups' names begin with."
  type        = string
}

variable "vpc_id" {
  description = "The VPC."
  type        = string
}

variable "subnet_ids" {
  description = "The public subnets."
  type        = list(string)
}

variable "security_group_id" {
  description = "The load balancer's group."
  type        = string
}

variable "certificate_arn" {
  description = "Certificate of the HTTPS listener, issued."
  type        = string
}

variable "deletion_protection" {
  description = "Whether AWS refuses to delete the load balancer."
  type        = bool
}

variable "services" {
  description = "What is behind it: port and health path, and which requests go there. The one without hosts and paths gets all others."
  type = map(object({
    port        = number
    health_path = string
    priority    = optional(number)
    hosts       = optional(list(string), [])
    paths       = optional(list(string), [])
  }))

  validation {
    condition     = length([for s in values(var.services) : s if s.priority == null]) == 1
    error_message = "Exactly one service has no priority: it gets what no rule matches."
  }

  validation {
    condition     = alltrue([for s in values(var.services) : s.priority == null || length(s.hosts) + length(s.paths) > 0])
    error_message = "A rule needs a host or a path."
  }
}
