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

variable "state_bucket_name" {
  description = "Name of the state bucket; null: the estate, the account and the region."
  type        = string
  default     = null
}

variable "force_destroy" {
  description = "Whether the bucket may be destroyed with what is in it. For copies that are thrown away only; prevent_destroy stands before it."
  type        = bool
  default     = false
}

variable "roles_bucket" {
  description = "Bucket of the current roles file. Null on the very first apply only, while there is none; then this root's own output."
  type        = string
  default     = null
}

variable "tags" {
  description = "Tags of everything, besides Estate and ManagedBy."
  type        = map(string)
  default     = {}
}
