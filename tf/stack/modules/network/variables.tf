variable "name" {
  description = "What the names of the network's parts begin with."
  type        = string
}

variable "region" {
  description = "Region of the network, for the names of AWS's endpoints."
  type        = string
}

variable "cidr" {
  description = "Addresses of the VPC, a /16."
  type        = string

  validation {
    condition     = can(cidrsubnet(var.cidr, 8, 22)) && endswith(var.cidr, "/16")
    error_message = "The network needs a /16, such as 10.1.0.0/16."
  }
}

variable "zones" {
  description = "The two availability zones."
  type        = list(string)

  validation {
    condition     = length(distinct(var.zones)) == 2
    error_message = "The network spans exactly two availability zones."
  }
}

variable "nat_gateways" {
  description = "NAT gateways: none, one for both zones, or one a zone."
  type        = number

  validation {
    condition     = contains([0, 1, 2], var.nat_gateways)
    error_message = "There are 0, 1 or 2 NAT gateways."
  }
}

variable "interface_endpoints" {
  description = "Whether ECR, CloudWatch Logs and Secrets Manager are reached by endpoints inside the VPC."
  type        = bool
}

variable "flow_log_role_arn" {
  description = "Role by which the VPC writes its flow log."
  type        = string
}

variable "flow_log_days" {
  description = "Days that the flow log is kept."
  type        = number
}

variable "key_arn" {
  description = "Key that the flow log is encrypted with."
  type        = string
}
