variable "name" {
  description = "The key's alias, without alias/."
  type        = string
}

variable "description" {
  description = "What is encrypted with it."
  type        = string
}

variable "logs_region" {
  description = "Region whose CloudWatch Logs may use the key; null: it may not."
  type        = string
  default     = null
}
