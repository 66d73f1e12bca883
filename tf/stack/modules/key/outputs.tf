output "arn" {
  description = "The key."
  value       = aws_kms_key.this.arn

  # Whoever uses the key waits for its alias too: policies find keys by it.
  depends_on = [aws_kms_alias.this]
}
