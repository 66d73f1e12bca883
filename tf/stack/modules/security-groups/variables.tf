variable "name" {
  description = "What the groups' names begin with."
  type        = string
}

variable "vpc_id" {
  description = "The VPC that the groups belong to."
  type        = string
}

variable "web_ports" {
  description = "Ports of the tasks that the load balancer asks and that do not reach the database."
  type        = set(number)
}

variable "backend_ports" {
  description = "Ports of the tasks that reach the database."
  type        = set(number)
}

variable "isolation" {
  description = "Whether there is a group that lets nobody in, which a fenced writer is moved to."
  type        = bool
}
