locals {
  # Network interfaces are no resources that a policy could name before they are made.
  vpc_statements = var.vpc == null ? [] : [{
    Effect = "Allow"
    Action = [
      "ec2:AssignPrivateIpAddresses",
      "ec2:CreateNetworkInterface",
      "ec2:DeleteNetworkInterface",
      "ec2:DescribeNetworkInterfaces",
      "ec2:DescribeSubnets",
      "ec2:UnassignPrivateIpAddresses",
    ]
    Resource = "*"
  }]

  # Table and secrets are read with the caller's own right to use their key.
  key_statements = var.kms_key_arn == null ? [] : [{
    Effect   = "Allow"
    Action   = ["kms:Decrypt", "kms:DescribeKey", "kms:GenerateDataKey"]
    Resource = var.kms_key_arn
  }]
}

module "role" {
  source = "../role"

  name                     = var.name
  description              = "What the function ${var.name} may do"
  service                  = "lambda.amazonaws.com"
  statements               = jsonencode(concat(jsondecode(var.statements), local.vpc_statements, local.key_statements))
  permissions_boundary_arn = var.permissions_boundary_arn
}
