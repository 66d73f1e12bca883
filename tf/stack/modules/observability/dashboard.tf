# One dashboard for both regions, a column each: tasks, targets, lag, storage.

locals {
  regions = sort(keys(var.sites))

  # A question to CloudWatch. Grafana wants the query's id to be of letters.
  metrics = { for region, site in var.sites : region => {
    tasks = [for s in site.services : {
      label      = s, namespace = "ECS/ContainerInsights", metric = "RunningTaskCount", statistic = "Average"
      dimensions = { ClusterName = site.cluster, ServiceName = s }
    }]
    targets = [for s, group in site.target_groups : {
      label      = s, namespace = "AWS/ApplicationELB", metric = "HealthyHostCount", statistic = "Minimum"
      dimensions = { LoadBalancer = site.load_balancer, TargetGroup = group }
    }]
    lag = site.database == null || site.database_writes ? [] : [{
      label      = site.database, namespace = "AWS/RDS", metric = "ReplicaLag", statistic = "Maximum"
      dimensions = { DBInstanceIdentifier = site.database }
    }]
    storage = site.database == null ? [] : [{
      label      = site.database, namespace = "AWS/RDS", metric = "FreeStorageSpace", statistic = "Minimum"
      dimensions = { DBInstanceIdentifier = site.database }
    }]
  } }

  panel_titles = { tasks = "tasks", targets = "healthy targets", lag = "replication lag, as AWS reports it", storage = "free storage of the database" }
  panel_units  = { tasks = "short", targets = "short", lag = "s", storage = "bytes" }
  panel_order  = ["tasks", "targets", "lag", "storage"]

  dashboard = {
    uid           = "lifeboat"
    title         = "${var.estate}: both regions"
    schemaVersion = 39
    refresh       = "1m"
    time          = { from = "now-3h", to = "now" }
    panels = flatten([for row, kind in local.panel_order : [for column, region in local.regions : {
      id          = 1 + row * length(local.regions) + column
      type        = "timeseries"
      title       = "${region}: ${local.panel_titles[kind]}"
      gridPos     = { h = 8, w = 24 / length(local.regions), x = column * 24 / length(local.regions), y = row * 8 }
      datasource  = { type = "cloudwatch", uid = "cloudwatch" }
      fieldConfig = { defaults = { unit = local.panel_units[kind], min = 0 }, overrides = [] }
      targets = [for i, m in local.metrics[region][kind] : {
        refId            = format("Q%d", i)
        region           = region
        namespace        = m.namespace
        metricName       = m.metric
        statistic        = m.statistic
        dimensions       = { for k, v in m.dimensions : k => [v] }
        matchExact       = true
        period           = "60"
        label            = m.label
        queryMode        = "Metrics"
        metricQueryType  = 0
        metricEditorMode = 0
      }]
    }]])
  }
}
