# Alert rules for lag, tasks and targets, in both regions. No data about lag is an alert too: a replica that reports nothing
# may have stopped.

locals {
  watched = concat(
    flatten([for region in local.regions : [for m in local.metrics[region].lag : merge(m, {
      region = region, kind = "lag", above = var.lag_seconds, below = null, absent = "Alerting"
      text   = "${m.label} in ${region} is further behind than the objective allows"
    })]]),
    flatten([for region in local.regions : [for m in local.metrics[region].tasks : merge(m, {
      region = region, kind = "tasks", above = null, below = 1, absent = "OK"
      text   = "${m.label} in ${region} runs no task"
    })]]),
    flatten([for region in local.regions : [for m in local.metrics[region].targets : merge(m, {
      region = region, kind = "targets", above = null, below = 1, absent = "OK"
      text   = "${m.label} in ${region} has no healthy target"
    })]]),
  )

  alerts = [{
    orgId    = 1
    name     = "lifeboat"
    folder   = "Lifeboat"
    interval = "1m"
    rules = [for r in local.watched : {
      uid          = substr(sha256("${r.region}/${r.kind}/${r.label}"), 0, 20)
      title        = "${r.region} ${r.kind} ${r.label}"
      condition    = "B"
      for          = "5m"
      noDataState  = r.absent
      execErrState = "Error"
      annotations  = { summary = r.text }
      labels       = { region = r.region, kind = r.kind }
      data = [
        {
          refId             = "A"
          datasourceUid     = "cloudwatch"
          relativeTimeRange = { from = 600, to = 0 }
          model = {
            refId            = "A"
            region           = r.region
            namespace        = r.namespace
            metricName       = r.metric
            statistic        = r.statistic
            dimensions       = { for k, v in r.dimensions : k => [v] }
            matchExact       = true
            period           = "60"
            queryMode        = "Metrics"
            metricQueryType  = 0
            metricEditorMode = 0
          }
        },
        {
          refId             = "B"
          datasourceUid     = "__expr__"
          relativeTimeRange = { from = 600, to = 0 }
          model = {
            refId      = "B"
            type       = "classic_conditions"
            conditions = [{ query = { params = ["A"] }, reducer = { type = "last" }, evaluator = { type = r.above == null ? "lt" : "gt", params = [r.above == null ? r.below : r.above] } }]
          }
        },
      ]
    }]
  }]
}
