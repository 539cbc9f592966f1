data "aws_region" "this" {}

locals {
  envelopes = toset(var.envelope == null ? [] : ["${var.envelope}.${var.domain}"])
}

resource "aws_sesv2_email_identity" "this" {
  email_identity = var.domain

  dkim_signing_attributes {
    next_signing_key_length = "RSA_2048_BIT"
  }
}

# SES signs with three keys in turn, so that it can replace them.
resource "aws_route53_record" "dkim" {
  count = 3

  zone_id = var.zone_id
  name    = "${aws_sesv2_email_identity.this.dkim_signing_attributes[0].tokens[count.index]}._domainkey.${var.domain}"
  type    = "CNAME"
  records = ["${aws_sesv2_email_identity.this.dkim_signing_attributes[0].tokens[count.index]}.dkim.amazonses.com"]
  ttl     = 1800
}

# The envelope's sender is of the same domain, so that SPF counts for DMARC, too.
resource "aws_sesv2_email_identity_mail_from_attributes" "this" {
  for_each = local.envelopes

  email_identity         = aws_sesv2_email_identity.this.email_identity
  mail_from_domain       = each.key
  behavior_on_mx_failure = "USE_DEFAULT_VALUE"
}

resource "aws_route53_record" "bounces" {
  for_each = local.envelopes

  zone_id = var.zone_id
  name    = each.key
  type    = "MX"
  records = ["10 feedback-smtp.${data.aws_region.this.name}.amazonses.com"]
  ttl     = 1800
}

resource "aws_route53_record" "spf" {
  for_each = local.envelopes

  zone_id = var.zone_id
  name    = each.key
  type    = "TXT"
  records = ["v=spf1 include:amazonses.com -all"]
  ttl     = 1800
}

resource "aws_route53_record" "dmarc" {
  count = var.dmarc == null ? 0 : 1

  zone_id = var.zone_id
  name    = "_dmarc.${var.domain}"
  type    = "TXT"
  records = [join("; ", compact(["v=DMARC1", "p=${var.dmarc.policy}", var.dmarc.reports_to == null ? "" : "rua=mailto:${var.dmarc.reports_to}"]))]
  ttl     = 1800
}
