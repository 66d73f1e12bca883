variable "repositories" {
  description = "Names of the repositories, mirrors of other registries' images included."
  type        = set(string)
}

variable "keep" {
  description = "How many tagged images a repository keeps."
  type        = number
  default     = 100
}
