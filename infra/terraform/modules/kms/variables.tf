variable "name" {
  description = "Name of the key, without alias/."
  type        = string

  validation {
    condition     = can(regex("^[a-zA-Z0-9/_-]{1,200}$", var.name)) && !startswith(var.name, "aws/")
    error_message = "A name has letters, digits and /_-, and does not begin with aws/."
  }
}

variable "description" {
  description = "What the key is for."
  type        = string
}

variable "recovery_window_days" {
  description = "How long the deletion of the key can be taken back; afterwards everything it encrypted is lost."
  type        = number
  default     = 30

  validation {
    condition     = var.recovery_window_days >= 7 && var.recovery_window_days <= 30
    error_message = "Choose 7 to 30 days."
  }
}
