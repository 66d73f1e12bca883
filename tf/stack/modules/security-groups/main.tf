# Who may talk to whom. Rules are resources of their own, so that a plan names the one that changes.

locals {
  descriptions = merge({
    load_balancer = "The load balancer: open to users"
    web           = "Tasks that the load balancer asks"
    backend       = "Tasks that reach the database"
    observability = "Prometheus and Grafana"
    storage       = "File systems of Prometheus and Grafana"
    database      = "The database: reached from the backend only"
    }, var.isolation ? {
    isolation = "Lets nobody in: a fenced writer is moved here"
  } : {})

  grafana_port    = 3000
  prometheus_port = 9090

  # to <- from on port, all of them TCP.
  between = concat(
    [for p in var.web_ports : { to = "web", from = "load_balancer", port = p }],
    [for p in var.backend_ports : { to = "backend", from = "load_balancer", port = p }],
    [for p in var.backend_ports : { to = "backend", from = "web", port = p }],
    [for p in var.web_ports : { to = "web", from = "observability", port = p }],
    [for p in var.backend_ports : { to = "backend", from = "observability", port = p }],
    [
      { to = "observability", from = "load_balancer", port = local.grafana_port },
      { to = "observability", from = "observability", port = local.prometheus_port },
      { to = "storage", from = "observability", port = 2049 },
      { to = "database", from = "backend", port = 5432 },
    ],
  )
}

resource "aws_security_group" "this" {
  for_each = local.descriptions

  name        = "${var.name}-${replace(each.key, "_", "-")}"
  description = each.value
  vpc_id      = var.vpc_id

  tags = { Name = "${var.name}-${replace(each.key, "_", "-")}" }

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_vpc_security_group_ingress_rule" "users" {
  for_each = toset(["80", "443"])

  security_group_id = aws_security_group.this["load_balancer"].id
  description       = each.key == "80" ? "HTTP, redirected to HTTPS" : "HTTPS"
  ip_protocol       = "tcp"
  from_port         = tonumber(each.key)
  to_port           = tonumber(each.key)
  cidr_ipv4         = "0.0.0.0/0"
}

resource "aws_vpc_security_group_ingress_rule" "between" {
  for_each = { for r in local.between : "${r.to}-from-${r.from}-${r.port}" => r }

  security_group_id            = aws_security_group.this[each.value.to].id
  referenced_security_group_id = aws_security_group.this[each.value.from].id
  description                  = "From ${replace(each.value.from, "_", " ")}"
  ip_protocol                  = "tcp"
  from_port                    = each.value.port
  to_port                      = each.value.port
}

resource "aws_vpc_security_group_egress_rule" "balancer" {
  for_each = { for r in local.between : "${r.to}-${r.port}" => r if r.from == "load_balancer" }

  security_group_id            = aws_security_group.this["load_balancer"].id
  referenced_security_group_id = aws_security_group.this[each.value.to].id
  description                  = "To ${replace(each.value.to, "_", " ")}"
  ip_protocol                  = "tcp"
  from_port                    = each.value.port
  to_port                      = each.value.port
}

# Tasks call AWS and whatever the application calls. The database, the file systems and the isolation group call nobody.
resource "aws_vpc_security_group_egress_rule" "tasks" {
  for_each = toset(["web", "backend", "observability"])

  security_group_id = aws_security_group.this[each.key].id
  description       = "Anywhere"
  ip_protocol       = "-1"
  cidr_ipv4         = "0.0.0.0/0"
}
