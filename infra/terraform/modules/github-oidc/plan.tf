# A plan that believes the state asks AWS for nothing but what every plan makes up or looks up anew: the first value of a
# secret, which an apply alone keeps, the zones of a network, and whether a state machine is well-formed. Looking at what
# there is would take the right to read secrets, for whoever may open a pull request.
data "aws_iam_policy_document" "plan" {
  #checkov:skip=CKV_AWS_356:none is anybody's
  statement {
    actions   = ["ec2:DescribeAvailabilityZones", "secretsmanager:GetRandomPassword", "states:ValidateStateMachineDefinition"]
    resources = ["*"]
  }
}

resource "aws_iam_role_policy" "plan" {
  name   = "plan"
  role   = aws_iam_role.this["plan"].id
  policy = data.aws_iam_policy_document.plan.json
}

# Beside the state are its lock, and the record of the last release. A plan takes no lock: whoever may open a pull request
# could hold up every deployment with it.
locals {
  state = "${var.state_bucket_arn}/${var.shop}"
}

data "aws_iam_policy_document" "state" {
  for_each = local.trusted

  statement {
    sid       = "TheState"
    actions   = each.key == "plan" ? ["s3:GetObject"] : ["s3:GetObject", "s3:PutObject"]
    resources = [each.key == "plan" ? "${local.state}/*" : "${local.state}/${each.key}.*"]
  }

  dynamic "statement" {
    for_each = each.key == "plan" ? [] : [each.key]
    content {
      sid       = "WhatComesAndGoes"
      actions   = ["s3:PutObject", "s3:DeleteObject"]
      resources = ["${local.state}/${statement.value}.tfstate.tflock", "${local.state}/${statement.value}.release.json"]
    }
  }

  statement {
    sid       = "ItsBucket"
    actions   = ["s3:ListBucket"]
    resources = [var.state_bucket_arn]
  }
}

resource "aws_iam_role_policy" "state" {
  for_each = local.trusted

  name   = "state"
  role   = aws_iam_role.this[each.key].id
  policy = data.aws_iam_policy_document.state[each.key].json
}
