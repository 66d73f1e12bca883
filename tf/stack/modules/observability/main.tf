# Prometheus and Grafana: their file systems, and what their tasks are made of. Their settings travel in the task
# definition, so that neither needs an image of ours.

locals {
  # Whom the images run as.
  users = { prometheus = 65534, grafana = 472 }
}

resource "aws_efs_file_system" "this" {
  for_each = local.users

  encrypted        = true
  kms_key_id       = var.key_arn
  throughput_mode  = "elastic"
  performance_mode = "generalPurpose"

  lifecycle_policy {
    transition_to_ia = "AFTER_30_DAYS"
  }

  tags = { Name = "${var.name}-${each.key}", Estate = var.estate }
}

resource "aws_efs_backup_policy" "this" {
  for_each = local.users

  file_system_id = aws_efs_file_system.this[each.key].id

  backup_policy {
    status = each.key == "grafana" ? "ENABLED" : "DISABLED"
  }
}

resource "aws_efs_mount_target" "this" {
  for_each = { for pair in setproduct(keys(local.users), range(length(var.subnet_ids))) : "${pair[0]}-${pair[1]}" => { of = pair[0], subnet = pair[1] } }

  file_system_id  = aws_efs_file_system.this[each.value.of].id
  subnet_id       = var.subnet_ids[each.value.subnet]
  security_groups = [var.security_group_id]
}

resource "aws_efs_access_point" "this" {
  for_each = local.users

  file_system_id = aws_efs_file_system.this[each.key].id

  posix_user {
    uid = each.value
    gid = each.key == "grafana" ? 0 : each.value
  }

  root_directory {
    path = "/${each.key}"

    creation_info {
      owner_uid   = each.value
      owner_gid   = each.key == "grafana" ? 0 : each.value
      permissions = "0755"
    }
  }

  tags = { Name = "${var.name}-${each.key}" }
}
