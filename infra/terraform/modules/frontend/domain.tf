locals {
  domains = var.domain == null ? {} : { this = var.domain }
}

resource "aws_acm_certificate" "this" {
  for_each = local.domains
  provider = aws.global

  domain_name       = each.value.name
  validation_method = "DNS"

  lifecycle {
    create_before_destroy = true
  }
}

locals {
  proofs = { for key, certificate in aws_acm_certificate.this : key => one(certificate.domain_validation_options) }
}

resource "aws_route53_record" "proof" {
  for_each = local.domains

  zone_id = each.value.zone_id
  name    = local.proofs[each.key].resource_record_name
  type    = local.proofs[each.key].resource_record_type
  records = [local.proofs[each.key].resource_record_value]
  ttl     = 300
}

resource "aws_acm_certificate_validation" "this" {
  for_each = local.domains
  provider = aws.global

  certificate_arn         = aws_acm_certificate.this[each.key].arn
  validation_record_fqdns = [aws_route53_record.proof[each.key].fqdn]
}

resource "aws_route53_record" "this" {
  for_each = var.domain == null ? toset([]) : toset(["A", "AAAA"])

  zone_id = var.domain.zone_id
  name    = var.domain.name
  type    = each.key

  alias {
    name                   = aws_cloudfront_distribution.this.domain_name
    zone_id                = aws_cloudfront_distribution.this.hosted_zone_id
    evaluate_target_health = false
  }
}
