output "arns" {
  description = "The roles by what they are for."
  value = {
    execution     = aws_iam_role.execution.arn
    application   = aws_iam_role.application.arn
    observability = aws_iam_role.observability.arn
    flow_log      = aws_iam_role.flow_log.arn
  }

  # A role is of use with its policy only.
  depends_on = [aws_iam_role_policy.execution, aws_iam_role_policy.observability, aws_iam_role_policy.flow_log]
}
