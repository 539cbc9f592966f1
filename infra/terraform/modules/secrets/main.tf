resource "aws_secretsmanager_secret" "this" {
  for_each = var.secrets

  name                    = each.value.name
  kms_key_id              = var.kms_key_arn
  recovery_window_in_days = var.recovery_window_days
}

# Ephemeral and write-only: the value goes to Secrets Manager and stands in no plan and no state.
#
# AWS deletes a version without labels, which this one would be after two others, and Terraform would then make up a new
# value over whatever is in use. A label of its own keeps it; the others move with what others write.
ephemeral "aws_secretsmanager_random_password" "this" {
  for_each = var.secrets

  password_length     = each.value.length
  exclude_punctuation = !each.value.punctuation
}

resource "aws_secretsmanager_secret_version" "this" {
  for_each = var.secrets

  secret_id                = aws_secretsmanager_secret.this[each.key].id
  secret_string_wo         = ephemeral.aws_secretsmanager_random_password.this[each.key].random_password
  secret_string_wo_version = 1 # the first value alone is Terraform's; whoever rotates it writes the next
  version_stages           = ["AWSCURRENT", "first"]

  lifecycle {
    ignore_changes = [version_stages]
  }
}

# Not at once: a stage's first value is as good as the next.
resource "aws_secretsmanager_secret_rotation" "this" {
  #checkov:skip=CKV_AWS_304:the blueprint says after how many days: 30
  for_each = var.rotations

  secret_id           = aws_secretsmanager_secret.this[each.key].id
  rotation_lambda_arn = each.value.function_arn
  rotate_immediately  = false

  rotation_rules {
    automatically_after_days = each.value.days
  }

  depends_on = [aws_secretsmanager_secret_version.this]
}
