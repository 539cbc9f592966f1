# A stage may stand in two regions, and the names of roles are global: AWS completes the name.
resource "aws_iam_role" "this" {
  name_prefix          = "${substr(var.name, 0, 37)}-"
  description          = var.description
  permissions_boundary = var.permissions_boundary_arn

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Service = var.service }
      Action    = "sts:AssumeRole"
    }]
  })
}

resource "aws_iam_role_policy" "this" {
  name   = "least"
  role   = aws_iam_role.this.id
  policy = jsonencode({ Version = "2012-10-17", Statement = jsondecode(var.statements) })
}
