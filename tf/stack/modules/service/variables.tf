variable "name" {
  description = "The service, as the estate calls it."
  type        = string
}

variable "prefix" {
  description = "What its name in ECS begins with."
  type        = string
}

variable "region" {
  description = "The service's region."
  type        = string
}

variable "running" {
  description = "Whether there is a service. Without one its task definition, log group and name stand ready."
  type        = bool
}

variable "cluster" {
  description = "The cluster."
  type        = object({ name = string, arn = string })
}

variable "namespace_id" {
  description = "The private domain that it registers in."
  type        = string
}

variable "container" {
  description = "The one container of a task."
  type = object({
    image       = string
    cpu         = number
    memory      = number
    port        = number
    entry_point = optional(list(string))
    command     = optional(list(string))
    environment = optional(map(string), {})
    secrets     = optional(map(string), {})
    volumes     = optional(map(object({ file_system_id = string, access_point_id = string, path = string })), {})
  })

  validation {
    condition     = can(regex("@sha256:[0-9a-f]{64}$", var.container.image))
    error_message = "An image is named by its digest (repository@sha256:...): a tag may mean something else in the other region."
  }
}

variable "architecture" {
  description = "Processor that the images are built for: X86_64 or ARM64."
  type        = string
}

variable "capacity" {
  description = "Fewest and most tasks, from the roles file."
  type        = object({ min = number, max = number })
}

variable "cpu_target" {
  description = "Share of CPU that scaling aims at, in percent; null: the number of tasks follows the minimum alone."
  type        = number
}

variable "single" {
  description = "Whether two tasks must never run at once, not even during a deployment."
  type        = bool
  default     = false
}

variable "grace_seconds" {
  description = "Seconds after its start in which a task's health is not judged."
  type        = number
}

variable "subnet_ids" {
  description = "Subnets of the tasks."
  type        = list(string)
}

variable "security_group_id" {
  description = "The tasks' group."
  type        = string
}

variable "target_group_arn" {
  description = "Group that tasks register in; null: none."
  type        = string
}

variable "balanced" {
  description = "Whether target_group_arn is given, known at plan."
  type        = bool
}

variable "execution_role_arn" {
  description = "Role by which ECS starts the tasks."
  type        = string
}

variable "task_role_arn" {
  description = "Role that the tasks run as."
  type        = string
}

variable "log_days" {
  description = "Days that logs are kept."
  type        = number
}

variable "key_arn" {
  description = "Key of the log group."
  type        = string
}
