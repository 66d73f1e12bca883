output "containers" {
  description = "What the two tasks are made of, by service."
  value       = { prometheus = local.prometheus, grafana = local.grafana }

  # A task that starts before its file system can be mounted fails.
  depends_on = [aws_efs_mount_target.this]
}

output "alerts" {
  description = "Titles of the alert rules."
  value       = [for r in local.alerts[0].rules : r.title]
}
