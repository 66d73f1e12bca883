# A replica that stalls keeps the primary from recycling its log until the disk is full: the standby has taken production
# down. These say so in time.

resource "aws_sns_topic" "alarms" {
  name = "${var.estate}-primary-alarms"
}

resource "aws_sns_topic_subscription" "email" {
  for_each = var.alarm_emails

  topic_arn = aws_sns_topic.alarms.arn
  protocol  = "email"
  endpoint  = each.key
}

resource "aws_cloudwatch_metric_alarm" "slot_lag" {
  count = var.strategy == "warm-standby" ? 1 : 0

  alarm_name          = "${var.estate}-primary-slot-lag"
  alarm_description   = "The replica holds back log on ${var.primary_database_identifier}: at the limit its slot is given up and it must be made anew."
  namespace           = "AWS/RDS"
  metric_name         = "OldestReplicationSlotLag"
  dimensions          = { DBInstanceIdentifier = var.primary_database_identifier }
  statistic           = "Maximum"
  comparison_operator = "GreaterThanThreshold"
  threshold           = var.slot_lag_alarm_mb * 1024 * 1024
  period              = 60
  evaluation_periods  = 5
  treat_missing_data  = "notBreaching"
  alarm_actions       = [aws_sns_topic.alarms.arn]
  ok_actions          = [aws_sns_topic.alarms.arn]
}

resource "aws_cloudwatch_metric_alarm" "free_storage" {
  alarm_name          = "${var.estate}-primary-free-storage"
  alarm_description   = "The disk of ${var.primary_database_identifier} is nearly full."
  namespace           = "AWS/RDS"
  metric_name         = "FreeStorageSpace"
  dimensions          = { DBInstanceIdentifier = var.primary_database_identifier }
  statistic           = "Minimum"
  comparison_operator = "LessThanThreshold"
  threshold           = var.free_storage_alarm_gb * 1024 * 1024 * 1024
  period              = 60
  evaluation_periods  = 5
  treat_missing_data  = "missing"
  alarm_actions       = [aws_sns_topic.alarms.arn]
  ok_actions          = [aws_sns_topic.alarms.arn]
}
