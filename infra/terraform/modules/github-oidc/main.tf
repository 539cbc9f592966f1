data "aws_caller_identity" "this" {}

data "aws_partition" "this" {}

locals {
  issuer    = "token.actions.githubusercontent.com"
  provider  = var.provider_arn == null ? aws_iam_openid_connect_provider.this[0].arn : var.provider_arn
  partition = data.aws_partition.this.partition
  account   = data.aws_caller_identity.this.account_id

  # A pull request's plan reads; only a run in the protected environment of a stage, which a person may have to approve,
  # changes that stage.
  trusted = merge(
    { plan = "repo:${var.repository}:pull_request" },
    { for stage in var.stages : stage => "repo:${var.repository}:environment:${stage}" },
  )
}

# One of this issuer is all that an account can have. AWS knows its certificate authorities: no thumbprint is needed.
resource "aws_iam_openid_connect_provider" "this" {
  count = var.provider_arn == null ? 1 : 0

  url            = "https://${local.issuer}"
  client_id_list = ["sts.amazonaws.com"]
}

data "aws_iam_policy_document" "trust" {
  for_each = local.trusted

  statement {
    actions = ["sts:AssumeRoleWithWebIdentity"]

    principals {
      type        = "Federated"
      identifiers = [local.provider]
    }

    condition {
      test     = "StringEquals"
      variable = "${local.issuer}:aud"
      values   = ["sts.amazonaws.com"]
    }

    condition {
      test     = "StringEquals"
      variable = "${local.issuer}:sub"
      values   = [each.value]
    }
  }
}

resource "aws_iam_role" "this" {
  for_each = local.trusted

  name                 = "${var.name}-${each.key}"
  description          = each.key == "plan" ? "Pull requests of ${var.repository} see what they would change" : "Runs of ${var.repository} deploy ${each.key}"
  assume_role_policy   = data.aws_iam_policy_document.trust[each.key].json
  max_session_duration = 3600
  permissions_boundary = var.permissions_boundary_arn
}
