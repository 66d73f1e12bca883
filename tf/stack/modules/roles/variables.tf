variable "bucket" {
  description = "Bucket of the current roles file. Null only while there is none yet."
  type        = string
}

variable "key" {
  description = "Key of the current roles file in its bucket."
  type        = string
}

variable "roles" {
  description = "The roles file that this plan was given."
  type = object({
    roles_version  = number
    writer_region  = string
    serving_region = string
    no_standby     = optional(bool, false)
    frozen_by      = string
    capacity       = map(map(object({ min = number, max = number })))
  })
}

variable "run" {
  description = "The run that plans, if one does: its own freeze does not stop it."
  type        = string
}

variable "unchecked" {
  description = "Why the bucket is not asked; empty: it is asked."
  type        = string
}
