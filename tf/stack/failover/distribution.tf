locals {
  bridged = coalesce(var.bridged, var.load_balancer_dns_name != null)
  origins = merge(
    { (var.origin_ids.first) = var.origin_domain },
    local.bridged ? { (var.origin_ids.second) = var.load_balancer_dns_name } : {},
  )
  default_behavior = one([for b in var.behaviors : b if b.path == "*"])
  paths            = [for b in var.behaviors : b if b.path != "*"]

  # The group where a behaviour is bridged and there is one, else the first origin: by id, never by position.
  targets = { for b in var.behaviors : b.path => b.bridged && local.bridged ? var.origin_ids.group : var.origin_ids.first }
}

resource "aws_cloudfront_distribution" "this" {
  count    = var.own_distribution ? 1 : 0
  provider = aws.global

  enabled             = true
  is_ipv6_enabled     = true
  http_version        = "http2and3"
  comment             = coalesce(var.cdn_comment, var.estate)
  aliases             = var.aliases
  price_class         = var.price_class
  default_root_object = var.default_root_object
  web_acl_id          = var.web_acl_id
  retain_on_delete    = var.retain_on_delete
  wait_for_deployment = true

  dynamic "origin" {
    for_each = local.origins

    content {
      origin_id           = origin.key
      domain_name         = origin.value
      connection_attempts = var.connect.attempts
      connection_timeout  = var.connect.timeout

      custom_origin_config {
        http_port                = 80
        https_port               = 443
        origin_protocol_policy   = "https-only"
        origin_ssl_protocols     = ["TLSv1.2"]
        origin_read_timeout      = var.connect.read
        origin_keepalive_timeout = 5
      }
    }
  }

  dynamic "origin_group" {
    for_each = local.bridged ? [var.origin_ids.group] : []

    content {
      origin_id = origin_group.value

      failover_criteria {
        status_codes = [500, 502, 503, 504]
      }

      member {
        origin_id = var.origin_ids.first
      }

      member {
        origin_id = var.origin_ids.second
      }
    }
  }

  default_cache_behavior {
    target_origin_id         = local.targets["*"]
    allowed_methods          = local.default_behavior.methods
    cached_methods           = ["GET", "HEAD"]
    cache_policy_id          = local.default_behavior.cache_policy_id
    origin_request_policy_id = local.default_behavior.origin_request_policy_id
    viewer_protocol_policy   = local.default_behavior.viewer_protocol_policy
    compress                 = local.default_behavior.compress
  }

  dynamic "ordered_cache_behavior" {
    for_each = local.paths

    content {
      path_pattern             = ordered_cache_behavior.value.path
      target_origin_id         = local.targets[ordered_cache_behavior.value.path]
      allowed_methods          = ordered_cache_behavior.value.methods
      cached_methods           = ["GET", "HEAD"]
      cache_policy_id          = ordered_cache_behavior.value.cache_policy_id
      origin_request_policy_id = ordered_cache_behavior.value.origin_request_policy_id
      viewer_protocol_policy   = ordered_cache_behavior.value.viewer_protocol_policy
      compress                 = ordered_cache_behavior.value.compress
    }
  }

  restrictions {
    geo_restriction {
      restriction_type = "none"
    }
  }

  viewer_certificate {
    acm_certificate_arn      = var.cdn_certificate_arn == null ? aws_acm_certificate_validation.cdn[0].certificate_arn : var.cdn_certificate_arn
    ssl_support_method       = "sni-only"
    minimum_protocol_version = "TLSv1.2_2021"
  }
}
