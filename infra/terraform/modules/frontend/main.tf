module "bucket" {
  source = "../s3"

  name_prefix   = "${var.name}-pages-"
  force_destroy = true # the pages are in the repository
  statements = jsonencode([{
    Sid       = "TheDistributionReads"
    Effect    = "Allow"
    Principal = { Service = "cloudfront.amazonaws.com" }
    Action    = "s3:GetObject"
    Resource  = "${module.bucket.arn}/*"
    Condition = { StringEquals = { "aws:SourceArn" = aws_cloudfront_distribution.this.arn } }
  }])
}

resource "aws_s3_object" "page" {
  for_each = var.folder == null ? toset([]) : fileset(var.folder, "**")

  bucket        = module.bucket.name
  key           = each.value
  source        = "${var.folder}/${each.value}"
  source_hash   = filesha256("${var.folder}/${each.value}")
  content_type  = lookup(local.content_types, regex("[^.]*$", each.value), "application/octet-stream")
  cache_control = "no-cache" # a browser asks whether there is a newer one: the files' names do not say
}

locals {
  content_types = {
    css   = "text/css; charset=utf-8"
    html  = "text/html; charset=utf-8"
    ico   = "image/x-icon"
    js    = "text/javascript; charset=utf-8"
    json  = "application/json"
    png   = "image/png"
    svg   = "image/svg+xml"
    txt   = "text/plain; charset=utf-8"
    webp  = "image/webp"
    woff2 = "font/woff2"
  }

  # AWS's own policies have the same ids in every account:
  # https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/using-managed-cache-policies.html
  policies = {
    cached           = "658327ea-f89d-4fab-a63d-7e88639e58f6"
    not_cached       = "4135ea2d-6df8-44a3-9df3-4b5a84be39ad"
    all_but_the_host = "b689b0a8-53d0-40ab-baf2-68738e2966ac"
  }
}

resource "aws_cloudfront_origin_access_control" "this" {
  name                              = var.name
  description                       = "The distribution reads the bucket, and nobody else does"
  origin_access_control_origin_type = "s3"
  signing_behavior                  = "always"
  signing_protocol                  = "sigv4"
}

resource "aws_cloudfront_distribution" "this" {
  #checkov:skip=CKV_AWS_86:its log would be of addresses; the API logs each request, and WAF what it refuses
  #checkov:skip=CKV_AWS_310:the pages have one origin; S3 and API Gateway are in several zones each
  #checkov:skip=CKV_AWS_374:the web ACL refuses countries, if any
  #checkov:skip=CKV_AWS_68:the web ACL is an option that costs by the month
  #checkov:skip=CKV_AWS_174:without a domain of one's own CloudFront's certificate decides; with one it is TLS 1.2
  #checkov:skip=CKV2_AWS_42:likewise
  #checkov:skip=CKV2_AWS_47:AWSManagedRulesKnownBadInputsRuleSet is in the web ACL, if there is one
  comment             = var.name
  enabled             = true
  is_ipv6_enabled     = true
  http_version        = "http2and3"
  price_class         = var.price_class
  default_root_object = "index.html"
  aliases             = [for domain in local.domains : domain.name]
  web_acl_id          = var.web_acl_arn

  origin {
    origin_id                = "pages"
    domain_name              = module.bucket.domain_name
    origin_access_control_id = aws_cloudfront_origin_access_control.this.id
  }

  origin {
    origin_id   = "api"
    domain_name = var.api_host

    dynamic "custom_header" {
      for_each = nonsensitive(var.api_header == null) ? [] : ["api"]
      content {
        name  = var.api_header.name
        value = var.api_header.value
      }
    }

    custom_origin_config {
      http_port              = 80
      https_port             = 443
      origin_protocol_policy = "https-only"
      origin_ssl_protocols   = ["TLSv1.2"]
    }
  }

  default_cache_behavior {
    target_origin_id           = "pages"
    viewer_protocol_policy     = "redirect-to-https"
    allowed_methods            = ["GET", "HEAD"]
    cached_methods             = ["GET", "HEAD"]
    compress                   = true
    cache_policy_id            = local.policies.cached
    response_headers_policy_id = aws_cloudfront_response_headers_policy.this.id

    function_association {
      event_type   = "viewer-request"
      function_arn = aws_cloudfront_function.pages.arn
    }
  }

  # The stage's name is the first part of the path, here as there. What the API answers, errors too, passes as it is.
  ordered_cache_behavior {
    path_pattern               = "/${var.api_stage}/*"
    target_origin_id           = "api"
    viewer_protocol_policy     = "https-only"
    allowed_methods            = ["DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"]
    cached_methods             = ["GET", "HEAD"]
    compress                   = true
    cache_policy_id            = nonsensitive(var.api_header == null) ? local.policies.not_cached : aws_cloudfront_cache_policy.api[0].id
    origin_request_policy_id   = local.policies.all_but_the_host
    response_headers_policy_id = aws_cloudfront_response_headers_policy.this.id
  }

  restrictions {
    geo_restriction {
      restriction_type = "none"
    }
  }

  viewer_certificate {
    cloudfront_default_certificate = var.domain == null
    acm_certificate_arn            = one(values(aws_acm_certificate_validation.this)[*].certificate_arn)
    minimum_protocol_version       = var.domain == null ? "TLSv1" : "TLSv1.2_2021"
    ssl_support_method             = var.domain == null ? null : "sni-only"
  }
}

# CloudFront says who calls only where a policy names its header, and the origin request policy that leaves the host out
# names none: but what is in a cache's key goes to the origin, too. The key is needed for that alone, since the API lets
# nothing be kept but what is public; and what is kept, is for a second, for one caller.
# https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/controlling-origin-requests.html
resource "aws_cloudfront_cache_policy" "api" {
  count = nonsensitive(var.api_header == null) ? 0 : 1

  name        = "${var.name}-api"
  comment     = "The API learns who calls, and decides whether an answer is kept"
  min_ttl     = 0
  default_ttl = 0
  max_ttl     = 1 # with 0 CloudFront takes no key

  parameters_in_cache_key_and_forwarded_to_origin {
    cookies_config {
      cookie_behavior = "none"
    }

    headers_config {
      header_behavior = "whitelist"

      headers {
        items = ["Authorization", "CloudFront-Viewer-Address", "Origin"]
      }
    }

    query_strings_config {
      query_string_behavior = "all"
    }
  }
}

# A page's address is not a file's: /orders/7 is shown by index.html, /admin/orders by admin/index.html. An error page
# of the distribution would do it, too, but in place of the API's 404 as well.
resource "aws_cloudfront_function" "pages" {
  name    = "${var.name}-pages"
  comment = "The file that shows an address"
  runtime = "cloudfront-js-2.0"
  publish = true
  code    = templatefile("${path.module}/pages.js.tftpl", { applications = jsonencode(var.applications) })
}

resource "aws_cloudfront_response_headers_policy" "this" {
  #checkov:skip=CKV_AWS_259:all but preload, which binds every host of the domain and can hardly be taken back: its owner's to decide
  name    = var.name
  comment = "What browsers may do with the pages"

  security_headers_config {
    strict_transport_security {
      access_control_max_age_sec = 63072000
      include_subdomains         = true
      override                   = true
    }

    content_security_policy {
      content_security_policy = var.content_security_policy
      override                = false # an answer that has a stricter one keeps it
    }

    content_type_options {
      override = true
    }

    frame_options {
      frame_option = "DENY"
      override     = true
    }

    referrer_policy {
      referrer_policy = "strict-origin-when-cross-origin"
      override        = false
    }
  }

  custom_headers_config {
    items {
      header   = "Permissions-Policy"
      value    = "camera=(), geolocation=(), microphone=()"
      override = true
    }

    items {
      header   = "Cross-Origin-Opener-Policy"
      value    = "same-origin"
      override = true
    }
  }
}
