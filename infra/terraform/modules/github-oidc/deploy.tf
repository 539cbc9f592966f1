# Terraform makes, changes and removes what a stage is made of. Where a service names its things by us, the names of the
# stage bound it; where AWS makes the name up (APIs, layers' versions, certificates, networks), the service does.
data "aws_iam_policy_document" "named" {
  #checkov:skip=CKV_AWS_109:roles are bounded by name here, and by the permissions boundary where there is one
  #checkov:skip=CKV_AWS_111:see the comment above
  #checkov:skip=CKV_AWS_356:see the comment above
  for_each = var.stages

  statement {
    sid       = "ThingsOfTheStage"
    actions   = ["dynamodb:*", "lambda:*", "logs:*", "events:*", "secretsmanager:*", "sns:*", "sqs:*", "states:*", "s3:*"]
    resources = concat(local.named[each.key], local.secrets[each.key])
  }

  statement {
    sid       = "RolesOfTheStage"
    actions   = ["iam:*RolePolic*", "iam:CreateRole", "iam:DeleteRole", "iam:GetRole", "iam:*RolePermissionsBoundary", "iam:ListInstanceProfilesForRole", "iam:TagRole", "iam:UntagRole", "iam:UpdateRole*"]
    resources = ["arn:${local.partition}:iam::${local.account}:role/${var.shop}-${each.key}-*"]
  }

  statement {
    sid       = "ItsRolesGoToServicesOnly"
    actions   = ["iam:PassRole"]
    resources = ["arn:${local.partition}:iam::${local.account}:role/${var.shop}-${each.key}-*"]

    condition {
      test     = "StringEquals"
      variable = "iam:PassedToService"
      values   = ["apigateway.amazonaws.com", "events.amazonaws.com", "lambda.amazonaws.com", "states.amazonaws.com", "vpc-flow-logs.amazonaws.com"]
    }
  }

  # API Gateway makes its own for the first domain of an account, WAF for its first log.
  statement {
    sid       = "RolesOfServices"
    actions   = ["iam:CreateServiceLinkedRole"]
    resources = ["*"]

    condition {
      test     = "StringEquals"
      variable = "iam:AWSServiceName"
      values   = ["ops.apigateway.amazonaws.com", "wafv2.amazonaws.com"]
    }
  }

  # AWS's extension, which every function takes, is a layer of another account.
  statement {
    sid       = "LayersOfOthers"
    actions   = ["lambda:GetLayerVersion"]
    resources = ["arn:${local.partition}:lambda:*:*:layer:*"]
  }

  dynamic "statement" {
    for_each = var.permissions_boundary_arn == null ? [] : ["*"]
    content {
      sid       = "NoRoleLosesItsBoundary"
      effect    = "Deny"
      actions   = ["iam:DeleteRolePermissionsBoundary"]
      resources = [statement.value]
    }
  }

  dynamic "statement" {
    for_each = var.permissions_boundary_arn == null ? [] : [var.permissions_boundary_arn]
    content {
      sid       = "NoRoleWithoutItsBoundary"
      effect    = "Deny"
      actions   = ["iam:CreateRole", "iam:PutRolePermissionsBoundary"]
      resources = ["*"]

      condition {
        test     = "StringNotEquals"
        variable = "iam:PermissionsBoundary"
        values   = [statement.value]
      }
    }
  }

  statement {
    sid       = "ThingsWithNamesOfAws"
    actions   = concat(local.made_up_names, ["cloudwatch:*Alarm*", "cloudwatch:*Dashboard*", "cloudwatch:*TagResource", "cloudwatch:ListTagsForResource", "lambda:*EventSourceMapping*", "lambda:ListTags", "logs:Describe*", "logs:*QueryDefinition*", "logs:*LogDelivery", "logs:*LogDeliveries", "logs:*ResourcePolic*", "secretsmanager:GetRandomPassword", "sns:ListTopics", "states:ValidateStateMachineDefinition", "sts:GetCallerIdentity"])
    resources = ["*"]
  }
}

locals {
  named = {
    for stage in var.stages : stage => concat(
      [for service in ["events", "lambda", "logs", "sns", "sqs", "states"] : "arn:${local.partition}:${service}:*:${local.account}:*${var.shop}-${stage}*"],
      ["arn:${local.partition}:dynamodb:*:${local.account}:table/${var.shop}-${stage}*", "arn:${local.partition}:s3:::${var.shop}-${stage}-*"],
    )
  }
  secrets = { for stage in var.stages : stage => ["arn:${local.partition}:secretsmanager:*:${local.account}:secret:${var.shop}/${stage}/*"] }
  made_up_names = concat(
    ["apigateway:*", "acm:*Certificate*", "ses:*EmailIdentity*", "ses:*ConfigurationSet*", "ses:TagResource", "ses:ListTagsForResource", "route53:ChangeResourceRecordSets", "route53:Get*", "route53:List*"],
    var.options,
  )
}

# Inline a role takes 10,240 characters in all; a policy of its own takes 6,144.
resource "aws_iam_policy" "deploy" {
  #checkov:skip=CKV_AWS_289:as in the document
  #checkov:skip=CKV_AWS_355:as in the document
  for_each = var.stages

  name        = "${var.name}-${each.key}"
  description = "What Terraform does to deploy ${each.key}"
  policy      = data.aws_iam_policy_document.named[each.key].json
}

resource "aws_iam_role_policy_attachment" "deploy" {
  for_each = var.stages

  role       = aws_iam_role.this[each.key].name
  policy_arn = aws_iam_policy.deploy[each.key].arn
}
