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
}

module "role" {
  source = "../role"

  name                     = var.name
  description              = "What the function ${var.name} may do"
  service                  = "lambda.amazonaws.com"
  statements               = jsonencode(concat(jsondecode(var.statements), local.vpc_statements))
  permissions_boundary_arn = var.permissions_boundary_arn
}
