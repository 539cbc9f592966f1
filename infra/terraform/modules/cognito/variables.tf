variable "name" {
  description = "Name of the user pool."
  type        = string

  validation {
    condition     = can(regex("^[\\w\\s+=,.@-]{1,128}$", var.name))
    error_message = "A name has 1 to 128 characters."
  }
}

variable "callback_urls" {
  description = "Pages that a sign-in returns to."
  type        = list(string)

  validation {
    condition     = alltrue([for url in var.callback_urls : can(regex("^(https://|http://localhost[:/])", url))])
    error_message = "A page is reached by HTTPS, or on this machine."
  }
}

variable "logout_urls" {
  description = "Pages that a sign-out returns to."
  type        = list(string)
  default     = []
}

variable "domain_prefix" {
  description = "First word of the address of Cognito's own sign-in pages, free in the whole region; none: no such pages."
  type        = string
  default     = null
}

variable "password_length" {
  description = "How long a password is at least."
  type        = number
  default     = 12
  nullable    = false

  validation {
    condition     = var.password_length >= 8 && var.password_length <= 99
    error_message = "Choose 8 to 99 characters."
  }
}

variable "mail" {
  description = "Address that codes come from, and its SES identity; none: Cognito's own, 50 mails a day."
  type        = object({ from = string, identity_arn = string })
  default     = null
}

variable "tier" {
  description = "LITE, ESSENTIALS or PLUS: what the pool can, and what an active user costs a month; the first ten thousand of the first two are free."
  type        = string
  default     = "ESSENTIALS"
  nullable    = false

  validation {
    condition     = contains(["LITE", "ESSENTIALS", "PLUS"], var.tier)
    error_message = "A tier is LITE, ESSENTIALS or PLUS."
  }
}

variable "deletion_protection" {
  description = "Whether the pool with all its users must be unlocked before it can be destroyed."
  type        = bool
  default     = true
}
