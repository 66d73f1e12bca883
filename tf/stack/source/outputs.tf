output "primary_isolation_group_id" {
  description = "The group that lets nobody in: isolation_group of the primary's database in lifeboat.yaml."
  value       = aws_security_group.isolation.id
}

output "primary_alarm_topic_arn" {
  description = "Where the primary's alarms are sent."
  value       = aws_sns_topic.alarms.arn
}
