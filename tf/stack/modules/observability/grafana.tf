locals {
  grafana_files = {
    "datasources/lifeboat.yaml" = yamlencode({
      apiVersion = 1
      datasources = [
        { name = "Prometheus", uid = "prometheus", type = "prometheus", access = "proxy", url = "http://prometheus.${var.namespace}:9090", isDefault = true },
        { name = "CloudWatch", uid = "cloudwatch", type = "cloudwatch", access = "proxy", jsonData = { authType = "default", defaultRegion = var.region } },
      ]
    })
    "dashboards/lifeboat.yaml" = yamlencode({
      apiVersion = 1
      providers  = [{ name = "lifeboat", type = "file", options = { path = "/tmp/provisioning/boards" } }]
    })
    "boards/lifeboat.json"   = "${jsonencode(local.dashboard)}\n" # a file ends its last line; a value that names the other region would be a fault
    "alerting/lifeboat.yaml" = yamlencode({ apiVersion = 1, groups = local.alerts })
  }

  # One variable a file, written out before Grafana starts.
  grafana_names = { for path in keys(local.grafana_files) : path => "FILE_${upper(replace(path, "/[^a-z]/", "_"))}" }

  grafana = {
    image       = var.images.grafana
    cpu         = 512
    memory      = 1024
    port        = 3000
    entry_point = ["/bin/sh", "-c"]
    command = [join(" && ", concat(
      ["cd /tmp && mkdir -p provisioning/datasources provisioning/dashboards provisioning/boards provisioning/alerting"],
      [for path in sort(keys(local.grafana_names)) : format("printf '%%s' \"$%s\" > provisioning/%s", local.grafana_names[path], path)],
      ["exec /run.sh"],
    ))]
    environment = merge(
      { for path, name in local.grafana_names : name => local.grafana_files[path] },
      {
        GF_PATHS_PROVISIONING  = "/tmp/provisioning"
        GF_SERVER_ROOT_URL     = "https://${var.grafana_host}/"
        GF_USERS_ALLOW_SIGN_UP = "false"
        GF_ANALYTICS_REPORTING = "false"
      },
    )
    secrets = { GF_SECURITY_ADMIN_PASSWORD = "${var.grafana_secret_arn}:password::" }
    volumes = { data = {
      file_system_id  = aws_efs_file_system.this["grafana"].id
      access_point_id = aws_efs_access_point.this["grafana"].id
      path            = "/var/lib/grafana"
    } }
  }
}
