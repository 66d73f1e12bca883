output "refusal" {
  description = "Why this plan must not go on; empty where it may."
  value       = join(" ", local.refusals)
}
