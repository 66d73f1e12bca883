output "task_role_arns" {
  description = "Roles of the standby's tasks and network."
  value       = module.task_roles.arns
}

output "operator_role_arn" {
  description = "The role that changes things: operator.role_arn in lifeboat.yaml. Null where there is none."
  value       = one(aws_iam_role.operator[*].arn)
}

output "reader_role_arn" {
  description = "The role that looks: role_arn of both regions in lifeboat.yaml. Null where there is none."
  value       = one(aws_iam_role.reader[*].arn)
}

output "backup_role_arn" {
  description = "Role with which AWS Backup takes and copies snapshots; null where there are no such copies."
  value       = one(aws_iam_role.backup[*].arn)
}
