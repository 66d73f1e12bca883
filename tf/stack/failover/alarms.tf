# Two topics: an alarm can only be sent within its own region.

resource "aws_sns_topic" "standby" {
  name = "${var.estate}-dr-alarms"
}

resource "aws_sns_topic" "global" {
  provider = aws.global

  name = "${var.estate}-edge-alarms"
}

resource "aws_sns_topic_subscription" "standby" {
  for_each = var.alarm_emails

  topic_arn = aws_sns_topic.standby.arn
  protocol  = "email"
  endpoint  = each.key
}

resource "aws_sns_topic_subscription" "global" {
  for_each = var.alarm_emails
  provider = aws.global

  topic_arn = aws_sns_topic.global.arn
  protocol  = "email"
  endpoint  = each.key
}

# The metric ends when the database is promoted. That is no lag, and no reading is no proof that all is well: it is told as
# what it is.
resource "aws_cloudwatch_metric_alarm" "lag" {
  count = var.strategy == "warm-standby" && var.database_identifier != null ? 1 : 0

  alarm_name                = "${var.estate}-dr-replica-lag"
  alarm_description         = "The standby's database is further behind than the objective allows, or nobody knows how far."
  namespace                 = "AWS/RDS"
  metric_name               = "ReplicaLag"
  dimensions                = { DBInstanceIdentifier = var.database_identifier }
  statistic                 = "Maximum"
  comparison_operator       = "GreaterThanThreshold"
  threshold                 = var.lag_alarm_seconds
  period                    = 60
  evaluation_periods        = 5
  treat_missing_data        = "missing"
  alarm_actions             = [aws_sns_topic.standby.arn]
  ok_actions                = [aws_sns_topic.standby.arn]
  insufficient_data_actions = [aws_sns_topic.standby.arn]
}

resource "aws_cloudwatch_metric_alarm" "targets" {
  for_each = var.target_group_suffixes

  alarm_name          = "${var.estate}-dr-${each.key}-targets"
  alarm_description   = "Tasks of ${each.key} in the standby fail their health check."
  namespace           = "AWS/ApplicationELB"
  metric_name         = "UnHealthyHostCount"
  dimensions          = { LoadBalancer = var.load_balancer_suffix, TargetGroup = each.value }
  statistic           = "Maximum"
  comparison_operator = "GreaterThanThreshold"
  threshold           = 0
  period              = 60
  evaluation_periods  = 5
  treat_missing_data  = "notBreaching"
  alarm_actions       = [aws_sns_topic.standby.arn]
  ok_actions          = [aws_sns_topic.standby.arn]
}

# Each load balancer asked by its own name, from outside: does this region answer, whoever serves?
resource "aws_route53_health_check" "region" {
  for_each = var.health_targets
  provider = aws.global

  reference_name    = substr("${var.estate}-${each.key}", 0, 27)
  type              = "HTTPS"
  fqdn              = each.value
  port              = 443
  resource_path     = var.health_path
  enable_sni        = true
  request_interval  = 30
  failure_threshold = 3

  tags = { Name = "${var.estate}-${each.key}" }
}

resource "aws_cloudwatch_metric_alarm" "region" {
  for_each = var.health_targets
  provider = aws.global

  alarm_name          = "${var.estate}-edge-${each.key}"
  alarm_description   = "The load balancer of ${each.key} does not answer ${var.health_path} from outside."
  namespace           = "AWS/Route53"
  metric_name         = "HealthCheckStatus"
  dimensions          = { HealthCheckId = aws_route53_health_check.region[each.key].id }
  statistic           = "Minimum"
  comparison_operator = "LessThanThreshold"
  threshold           = 1
  period              = 60
  evaluation_periods  = 3
  treat_missing_data  = "breaching"
  alarm_actions       = [aws_sns_topic.global.arn]
  ok_actions          = [aws_sns_topic.global.arn]
}
