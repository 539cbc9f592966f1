variable "name" {
  description = "Name of the web ACL and of its log."
  type        = string

  validation {
    condition     = can(regex("^[\\w-]{1,100}$", var.name))
    error_message = "A name has 1 to 100 letters, digits, hyphens or underscores."
  }
}

variable "scope" {
  description = "REGIONAL for an API, CLOUDFRONT for a distribution; the latter must be made in us-east-1."
  type        = string
  default     = "REGIONAL"

  validation {
    condition     = contains(["REGIONAL", "CLOUDFRONT"], var.scope)
    error_message = "A scope is REGIONAL or CLOUDFRONT."
  }
}

variable "resources" {
  description = "ARNs of what is protected, by names of your choice; a distribution names its web ACL itself."
  type        = map(string)
  default     = {}
}

variable "requests_per_address" {
  description = "How many requests one address may send in the window; none: no limit."
  type        = number
  default     = null

  validation {
    condition     = var.requests_per_address == null ? true : var.requests_per_address >= 10
    error_message = "WAF counts to 10 at least."
  }
}

variable "trusted_header" {
  description = "A header that a distribution with a web ACL of its own adds to what it hands on, with its secret value: that passes; none: everybody meets the rules."
  type        = object({ name = string, value = string })
  default     = null

  validation {
    condition     = var.trusted_header == null ? true : can(regex("^[a-z0-9-]{1,64}$", var.trusted_header.name))
    error_message = "WAF knows a header by its name in small letters."
  }
}

variable "window_seconds" {
  description = "Over how long an address's requests are counted."
  type        = number
  default     = 300

  validation {
    condition     = contains([60, 120, 300, 600], var.window_seconds)
    error_message = "WAF counts over 60, 120, 300 or 600 seconds."
  }
}

variable "allowed_countries" {
  description = "Countries that alone are let in, as ISO 3166 codes of two letters; none: all but the refused ones."
  type        = set(string)
  default     = []

  validation {
    condition     = alltrue([for country in var.allowed_countries : can(regex("^[A-Z]{2}$", country))])
    error_message = "A country is two capital letters, such as DE."
  }
}

variable "refused_countries" {
  description = "Countries that are refused, as ISO 3166 codes of two letters."
  type        = set(string)
  default     = []

  validation {
    condition     = alltrue([for country in var.refused_countries : can(regex("^[A-Z]{2}$", country))])
    error_message = "A country is two capital letters, such as KP."
  }

  validation {
    condition     = length(var.refused_countries) == 0 || length(var.allowed_countries) == 0
    error_message = "Say which countries are allowed or which are refused, not both."
  }
}

variable "bot_control" {
  description = "Whether bots are found out that do not say what they are: 10 USD a month and 1 USD a million requests."
  type        = bool
  default     = false
}

variable "samples_requests" {
  description = "Whether WAF keeps samples of requests for three hours; they show addresses."
  type        = bool
  default     = false
}

variable "log_retention_days" {
  description = "How long the log of refused requests is kept; none: there is no log."
  type        = number
  default     = 30

  validation {
    condition     = var.log_retention_days == null ? true : contains([1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731], var.log_retention_days)
    error_message = "CloudWatch keeps logs for 1, 3, 5, 7, 14, 30, 60, 90 … days."
  }
}

variable "kms_key_arn" {
  description = "Key that encrypts the log; none: CloudWatch's own."
  type        = string
  default     = null
}
