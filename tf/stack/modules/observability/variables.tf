variable "name" {
  description = "What the file systems' names begin with."
  type        = string
}

variable "estate" {
  description = "The estate: title of the dashboard, and the tag by which tasks may mount the file systems."
  type        = string
}

variable "namespace" {
  description = "Private domain in which tasks find each other."
  type        = string
}

variable "scraped" {
  description = "Services that Prometheus asks for metrics, with their ports."
  type        = map(number)
}

variable "images" {
  description = "Images of both, by digest, from the region's own registry."
  type        = object({ prometheus = string, grafana = string })
}

variable "grafana_host" {
  description = "Public name of Grafana."
  type        = string
}

variable "grafana_secret_arn" {
  description = "Secret that holds the administrator's password as JSON {\"password\": ...}."
  type        = string
}

variable "region" {
  description = "The region that both run in."
  type        = string
}

variable "sites" {
  description = "What is watched in each region, by region. A part that is not there yet is null."
  type = map(object({
    cluster         = string
    services        = list(string)
    load_balancer   = optional(string)
    target_groups   = optional(map(string), {})
    database        = optional(string)
    database_writes = optional(bool, false)
  }))
}

variable "lag_seconds" {
  description = "Replication lag that is worth an alert, in seconds."
  type        = number
}

variable "subnet_ids" {
  description = "Subnets of the mount targets."
  type        = list(string)
}

variable "security_group_id" {
  description = "The file systems' group."
  type        = string
}

variable "key_arn" {
  description = "Key of the file systems."
  type        = string
}
