locals {
  prometheus_config = yamlencode({
    global = { scrape_interval = "30s", evaluation_interval = "30s", external_labels = { region = var.region } }
    scrape_configs = [for name in sort(keys(var.scraped)) : {
      job_name       = name
      dns_sd_configs = [{ names = ["${name}.${var.namespace}"], type = "A", port = var.scraped[name], refresh_interval = "30s" }]
    }]
  })

  prometheus = {
    image       = var.images.prometheus
    cpu         = 512
    memory      = 1024
    port        = 9090
    entry_point = ["/bin/sh", "-c"]
    command = [join(" ", [
      "printf '%s' \"$PROMETHEUS_CONFIG\" > /tmp/prometheus.yml &&",
      "exec /bin/prometheus --config.file=/tmp/prometheus.yml --storage.tsdb.path=/prometheus --storage.tsdb.retention.time=15d",
    ])]
    environment = { PROMETHEUS_CONFIG = local.prometheus_config }
    secrets     = {}
    volumes = { data = {
      file_system_id  = aws_efs_file_system.this["prometheus"].id
      access_point_id = aws_efs_access_point.this["prometheus"].id
      path            = "/prometheus"
    } }
  }
}
