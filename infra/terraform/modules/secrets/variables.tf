variable "secrets" {
  description = "Each secret by its purpose: its name, and how its first value is made up."
  type = map(object({
    name        = string
    length      = number
    punctuation = bool
  }))

  validation {
    condition     = alltrue([for secret in values(var.secrets) : secret.length >= 32])
    error_message = "A secret has 32 characters at least."
  }
}

variable "recovery_window_days" {
  description = "How long a deleted secret can be brought back: 7 to 30 days, or 0 for not at all."
  type        = number
  default     = 30

  validation {
    condition     = var.recovery_window_days == 0 || (var.recovery_window_days >= 7 && var.recovery_window_days <= 30)
    error_message = "Choose 7 to 30 days, or 0."
  }
}

variable "rotations" {
  description = "Function that gives a secret its next value, and after how many days, by the secret's purpose; the others never rotate."
  type        = map(object({ function_arn = string, days = number }))
  default     = {}

  validation {
    condition     = alltrue([for rotation in values(var.rotations) : rotation.days >= 1 && rotation.days <= 1000])
    error_message = "Secrets Manager rotates after 1 to 1,000 days."
  }
}

variable "kms_key_arn" {
  description = "Key that encrypts the secrets; none: the account's key aws/secretsmanager."
  type        = string
  default     = null
}
