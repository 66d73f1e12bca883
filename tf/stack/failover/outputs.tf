output "distribution_id" {
  description = "The distribution: edge.distribution in lifeboat.yaml. Null where its owner keeps it."
  value       = one(aws_cloudfront_distribution.this[*].id)
}

output "distribution_arn" {
  description = "The distribution, for policies."
  value       = one(aws_cloudfront_distribution.this[*].arn)
}

output "distribution_domain" {
  description = "What the public names lead to."
  value       = one(aws_cloudfront_distribution.this[*].domain_name)
}

output "cdn_certificate_records" {
  description = "Records to make at Cloudflare, so that the distribution's certificate is issued and renewed."
  value       = flatten([for c in aws_acm_certificate.cdn : [for o in c.domain_validation_options : { name = o.resource_record_name, type = o.resource_record_type, value = o.resource_record_value }]])
}

output "alarm_topic_arns" {
  description = "Where alarms are sent."
  value       = { standby = aws_sns_topic.standby.arn, edge = aws_sns_topic.global.arn }
}
