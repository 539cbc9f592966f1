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

# The lock is an object beside the state.
data "aws_iam_policy_document" "state" {
  for_each = local.trusted

  statement {
    sid       = "TheState"
    actions   = each.key == "plan" ? ["s3:GetObject"] : ["s3:GetObject", "s3:PutObject"]
    resources = each.key == "plan" ? ["${var.state_bucket_arn}/*"] : ["${var.state_bucket_arn}/*${each.key}*.tfstate"]
  }

  statement {
    sid       = "ItsLock"
    actions   = ["s3:GetObject", "s3:PutObject", "s3:DeleteObject"]
    resources = [each.key == "plan" ? "${var.state_bucket_arn}/*.tflock" : "${var.state_bucket_arn}/*${each.key}*.tflock"]
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
