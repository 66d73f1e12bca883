# Compares the roles file that a plan was given with the one in the bucket, and says why the plan must not go on. The root
# puts the answer into a precondition: a refusal stops the whole plan before anything is changed.

data "aws_s3_object" "current" {
  count = var.bucket != null && var.unchecked == "" ? 1 : 0

  bucket = var.bucket
  key    = var.key
}

locals {
  where   = "s3://${coalesce(var.bucket, "-")}/${var.key}"
  looked  = length(data.aws_s3_object.current) == 1
  current = try(jsondecode(data.aws_s3_object.current[0].body), null)
  version = try(tonumber(local.current.roles_version), 0)

  # What both must say alike, besides the version: a file that was edited by hand is no better than an old one.
  here = jsonencode({
    writer_region  = var.roles.writer_region
    serving_region = var.roles.serving_region
    no_standby     = var.roles.no_standby
    capacity       = var.roles.capacity
  })
  there = try(jsonencode({
    writer_region  = local.current.writer_region
    serving_region = local.current.serving_region
    no_standby     = try(local.current.no_standby, false)
    capacity       = local.current.capacity
  }), "")

  # The bucket's word counts where it can be had.
  frozen_by = try(local.current.frozen_by, local.looked ? "" : var.roles.frozen_by)

  refusals = compact([
    local.looked && local.current == null ? "${local.where} cannot be read as JSON (it must be stored as application/json)." : "",
    local.looked && local.current != null && local.version > var.roles.roles_version ? "This roles file is version ${var.roles.roles_version}, ${local.where} is version ${local.version}. Fetch that first: an older file would scale down the region that serves." : "",
    local.looked && local.current != null && local.version < var.roles.roles_version ? "This roles file is version ${var.roles.roles_version}, but ${local.where} is only version ${local.version}. Fetch that, or find out who wrote this one." : "",
    local.looked && local.version == var.roles.roles_version && local.here != local.there ? "This roles file has the same version as ${local.where} but says something else: it was changed by hand. Fetch that." : "",
    coalesce(local.frozen_by, "-") != "-" && local.frozen_by != var.run ? "Frozen by the run ${local.frozen_by}: nothing is planned or applied until it is closed." : "",
  ])
}
