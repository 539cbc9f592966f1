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

variable "rotation" {
  description = "Function that rotates the secrets of these purposes, and after how many days; none: nothing rotates."
  type = object({
    function_arn = string
    secrets      = set(string)
    days         = number
  })
  default = null
}

variable "kms_key_arn" {
  description = "Key that encrypts the secrets; none: the account's key aws/secretsmanager."
  type        = string
  default     = null
}
