resource "aws_cognito_user_pool" "this" {
  name                     = var.name
  username_attributes      = ["email"]
  auto_verified_attributes = ["email"]
  mfa_configuration        = "OPTIONAL"
  deletion_protection      = var.deletion_protection ? "ACTIVE" : "INACTIVE"
  user_pool_tier           = var.tier

  username_configuration {
    case_sensitive = false
  }

  password_policy {
    minimum_length                   = var.password_length
    require_lowercase                = true
    require_numbers                  = true
    require_symbols                  = true
    require_uppercase                = true
    password_history_size            = var.tier == "LITE" ? 0 : 5
    temporary_password_validity_days = 3
  }

  software_token_mfa_configuration {
    enabled = true
  }

  verification_message_template {
    default_email_option = "CONFIRM_WITH_CODE"
    email_subject        = "Your code"
    email_message        = "Your code is {####}."
  }

  # A new address counts when it is proved; until then the old one does.
  user_attribute_update_settings {
    attributes_require_verification_before_update = ["email"]
  }

  account_recovery_setting {
    recovery_mechanism {
      name     = "verified_email"
      priority = 1
    }
  }

  admin_create_user_config {
    allow_admin_create_user_only = false
  }

  email_configuration {
    email_sending_account = var.mail == null ? "COGNITO_DEFAULT" : "DEVELOPER"
    from_email_address    = var.mail == null ? null : var.mail.from
    source_arn            = var.mail == null ? null : var.mail.identity_arn
  }
}

# The shop's roles. The lower number wins for a user of both.
resource "aws_cognito_user_group" "this" {
  for_each = { admin = 1, customer = 2 }

  user_pool_id = aws_cognito_user_pool.this.id
  name         = each.key
  precedence   = each.value
}

# A page keeps no secret: so the client has none, and the pages prove by PKCE that a code is theirs.
resource "aws_cognito_user_pool_client" "web" {
  name         = "web"
  user_pool_id = aws_cognito_user_pool.this.id

  generate_secret                      = false
  allowed_oauth_flows_user_pool_client = true
  allowed_oauth_flows                  = ["code"]
  allowed_oauth_scopes                 = ["openid", "email", "profile"]
  supported_identity_providers         = ["COGNITO"]
  callback_urls                        = var.callback_urls
  logout_urls                          = var.logout_urls
  explicit_auth_flows                  = ["ALLOW_USER_SRP_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"]
  prevent_user_existence_errors        = "ENABLED"
  enable_token_revocation              = true

  access_token_validity  = 60
  id_token_validity      = 60
  refresh_token_validity = 7

  token_validity_units {
    access_token  = "minutes"
    id_token      = "minutes"
    refresh_token = "days"
  }
}

resource "aws_cognito_user_pool_domain" "this" {
  count = var.domain_prefix == null ? 0 : 1

  user_pool_id = aws_cognito_user_pool.this.id
  domain       = var.domain_prefix
}
