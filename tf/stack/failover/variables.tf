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

variable "primary_region" {
  description = "The region that may be lost."
  type        = string
  default     = "us-east-1"

  validation {
    condition     = can(regex("^[a-z]{2}(-[a-z]+)+-[0-9]$", var.primary_region)) && var.primary_region != var.region
    error_message = "It must be the name of another region than the standby's, such as us-east-1."
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

variable "aliases" {
  description = "Public names of the distribution."
  type        = list(string)
}

variable "origin_domain" {
  description = "First origin: a name at Cloudflare, such as origin.example.com, that leads to whichever region serves. One record moves API and pages behind an unchanged distribution."
  type        = string

  validation {
    condition     = !contains(var.aliases, var.origin_domain)
    error_message = "An origin that is the distribution's own name would make it fetch from itself."
  }
}

variable "load_balancer_dns_name" {
  description = "Second origin: the standby's load balancer, an output of compute. Null while a pilot light has none: then there is no origin group."
  type        = string
  default     = null
}

variable "bridged" {
  description = "Whether there is an origin group, with the standby's load balancer behind the first origin. Null: where there is such a load balancer; only a pilot light may be without."
  type        = bool
  default     = null

  validation {
    condition     = coalesce(var.bridged, var.strategy != "pilot-light") ? var.load_balancer_dns_name != null : true
    error_message = "An origin group needs the standby's load balancer: apply the root compute first. Only a pilot light may be without."
  }
}

variable "own_distribution" {
  description = "Whether this root owns the distribution. An owner who keeps it sets false and adds the printed patch to his: then only alarms and health checks are made here."
  type        = bool
  default     = true
}

variable "origin_ids" {
  description = "Ids of the origins and of their group, as an adopted distribution calls them."
  type        = object({ first = string, second = string, group = string })
  default     = { first = "origin", second = "standby", group = "bridge" }

  validation {
    condition     = length(distinct([var.origin_ids.first, var.origin_ids.second, var.origin_ids.group])) == 3
    error_message = "The three ids differ."
  }
}

variable "behaviors" {
  description = "Behaviours by path; \"*\" is the default one and comes last. bridged: it targets the origin group, for pages that are only read."
  type = list(object({
    path                     = string
    methods                  = list(string)
    bridged                  = bool
    cache_policy_id          = string
    origin_request_policy_id = optional(string)
    viewer_protocol_policy   = optional(string, "redirect-to-https")
    compress                 = optional(bool, true)
  }))

  # AWS's own policies: CachingDisabled (4135...), CachingOptimized would be 658327ea-f89d-4fab-a63d-7e88639e58f6, and
  # AllViewer (216a...), which passes the Host header on: both load balancers answer to it.
  default = [
    {
      path                     = "/api/*"
      methods                  = ["GET", "HEAD", "OPTIONS", "PUT", "POST", "PATCH", "DELETE"]
      bridged                  = false
      cache_policy_id          = "4135ea2d-6dd8-44df-9df3-4b5a84be39ad"
      origin_request_policy_id = "216adef6-5c7f-47e4-b989-5492eafa07d3"
    },
    {
      path                     = "*"
      methods                  = ["GET", "HEAD", "OPTIONS"]
      bridged                  = true
      cache_policy_id          = "4135ea2d-6dd8-44df-9df3-4b5a84be39ad"
      origin_request_policy_id = "216adef6-5c7f-47e4-b989-5492eafa07d3"
    },
  ]

  validation {
    condition     = length([for b in var.behaviors : b if b.path == "*"]) == 1 && length(distinct([for b in var.behaviors : b.path])) == length(var.behaviors)
    error_message = "Every path stands once, and exactly one is \"*\"."
  }

  validation {
    condition     = alltrue([for b in var.behaviors : !b.bridged || length(setsubtract(b.methods, ["GET", "HEAD", "OPTIONS"])) == 0])
    error_message = "AWS refuses POST, PUT, PATCH and DELETE on a behaviour with an origin group: such a path has the first origin alone."
  }

  validation {
    condition = alltrue([for b in var.behaviors : contains([
      "GET HEAD", "GET HEAD OPTIONS", "DELETE GET HEAD OPTIONS PATCH POST PUT",
    ], join(" ", sort(b.methods)))])
    error_message = "CloudFront knows three sets of methods: GET and HEAD; GET, HEAD and OPTIONS; or all seven."
  }

  # A method that users have today is not taken from them by the way.
  validation {
    condition = alltrue([for path, methods in var.methods_today : contains(var.narrowed_paths, path) ||
      length(setsubtract(methods, flatten([for b in var.behaviors : b.methods if b.path == path]))) == 0
    ])
    error_message = "A behaviour would allow less than it does today: leave its methods, or name its path in narrowed_paths."
  }
}

variable "methods_today" {
  description = "Methods that the distribution allows now, by path, as Lifeboat read them."
  type        = map(list(string))
  default     = {}
}

variable "narrowed_paths" {
  description = "Paths whose methods are narrowed on purpose."
  type        = set(string)
  default     = []
}

variable "cdn_certificate_arn" {
  description = "Certificate of the public names in us-east-1; null: one is made here."
  type        = string
  default     = null
}

variable "price_class" {
  description = "How far the distribution reaches."
  type        = string
  default     = "PriceClass_100"

  validation {
    condition     = contains(["PriceClass_100", "PriceClass_200", "PriceClass_All"], var.price_class)
    error_message = "It is PriceClass_100, PriceClass_200 or PriceClass_All."
  }
}

variable "default_root_object" {
  description = "What / means, where the origin does not say."
  type        = string
  default     = null
}

variable "web_acl_id" {
  description = "Firewall of the distribution."
  type        = string
  default     = null
}

variable "cdn_comment" {
  description = "What the distribution is called in lists."
  type        = string
  default     = null
}

variable "connect" {
  description = "How long CloudFront tries an origin: attempts, seconds to connect and seconds to read. AWS's own three times ten seconds make users wait half a minute for the bridge."
  type        = object({ attempts = number, timeout = number, read = number })
  default     = { attempts = 2, timeout = 3, read = 20 }

  validation {
    condition     = var.connect.attempts >= 1 && var.connect.attempts <= 3 && var.connect.timeout >= 1 && var.connect.timeout <= 10 && var.connect.read >= 1 && var.connect.read <= 60
    error_message = "1 to 3 attempts of 1 to 10 seconds, and 1 to 60 seconds to read."
  }
}

variable "retain_on_delete" {
  description = "Whether a destroy only turns the distribution off."
  type        = bool
  default     = false
}

variable "health_path" {
  description = "What the health checks ask each load balancer."
  type        = string
  default     = "/api/health"
}

variable "health_targets" {
  description = "Load balancers that are asked from the outside, by region: AWS's names of them."
  type        = map(string)
  default     = {}
}

variable "lag_alarm_seconds" {
  description = "Replication lag that is worth an alarm."
  type        = number
  default     = 300
}

variable "database_identifier" {
  description = "The standby's database: an output of data. Null: no lag is watched."
  type        = string
  default     = null
}

variable "load_balancer_suffix" {
  description = "The standby's load balancer as its metrics call it: an output of compute."
  type        = string
  default     = null
}

variable "target_group_suffixes" {
  description = "The standby's target groups by service: an output of compute."
  type        = map(string)
  default     = {}
}

variable "alarm_emails" {
  description = "Who is told."
  type        = set(string)
  default     = []
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
