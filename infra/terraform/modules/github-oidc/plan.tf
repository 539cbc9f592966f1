# A plan reads the configuration of everything; AWS's own policy knows every new kind of thing.
resource "aws_iam_role_policy_attachment" "plan" {
  role       = aws_iam_role.this["plan"].name
  policy_arn = "arn:${local.partition}:iam::aws:policy/ReadOnlyAccess"
}

# What that policy allows too, and no plan needs: what customers wrote, what functions say, what mails are queued. Anybody
# who may open a pull request could read it.
data "aws_iam_policy_document" "plan" {
  statement {
    sid    = "NoContents"
    effect = "Deny"
    actions = [
      "cognito-idp:AdminGetUser",
      "cognito-idp:ListUsers*",
      "dynamodb:BatchGetItem",
      "dynamodb:GetItem",
      "dynamodb:GetRecords",
      "dynamodb:PartiQLSelect",
      "dynamodb:Query",
      "dynamodb:Scan",
      "kms:Decrypt",
      "logs:FilterLogEvents",
      "logs:GetLogEvents",
      "logs:GetQueryResults",
      "logs:StartQuery",
      "secretsmanager:GetSecretValue",
      "sqs:ReceiveMessage",
      "ssm:GetParameter*",
    ]
    resources = ["*"]
  }
}

resource "aws_iam_role_policy" "plan" {
  name   = "no-contents"
  role   = aws_iam_role.this["plan"].id
  policy = data.aws_iam_policy_document.plan.json
}

# The first value of a secret is made up in each plan, and kept by an apply alone.
data "aws_iam_policy_document" "passwords" {
  #checkov:skip=CKV_AWS_356:a random password is nobody's
  statement {
    actions   = ["secretsmanager:GetRandomPassword"]
    resources = ["*"]
  }
}

resource "aws_iam_role_policy" "passwords" {
  name   = "passwords"
  role   = aws_iam_role.this["plan"].id
  policy = data.aws_iam_policy_document.passwords.json
}

# Beside the state are its lock, and the record of the last release.
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

  statement {
    sid       = "WhatComesAndGoes"
    actions   = ["s3:PutObject", "s3:DeleteObject"]
    resources = each.key == "plan" ? ["${local.state}/*.tflock"] : ["${local.state}/${each.key}.tfstate.tflock", "${local.state}/${each.key}.release.json"]
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
