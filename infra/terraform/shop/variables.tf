variable "blueprint" {
  description = "Path of the blueprint: what ./dev export terraform --stage … writes."
  type        = string

  validation {
    condition     = fileexists(var.blueprint)
    error_message = "There is no such file; write it with ./dev export terraform."
  }
}

variable "packages" {
  description = "Path of the packages' manifest: what ./dev package writes."
  type        = string

  validation {
    condition     = fileexists(var.packages)
    error_message = "There is no such file; write it with ./dev package."
  }
}

variable "settings" {
  description = "What the shop's owner says; the blueprint lists the settings, with their defaults."
  type        = map(string)

  validation {
    condition     = alltrue([for value in values(var.settings) : !can(regex("[\"\\\\\\n]|[$%]\\{", value))])
    error_message = "A setting holds no quotation mark, backslash, line break, or beginning of a template."
  }
}

variable "architecture" {
  description = "arm64 or x86_64."
  type        = string
  default     = "arm64"

  validation {
    condition     = contains(["arm64", "x86_64"], var.architecture)
    error_message = "An architecture is arm64 or x86_64."
  }
}

variable "functions" {
  description = "What single functions are given beyond the blueprint, by their names."
  type = map(object({
    reserved_concurrency    = optional(number, -1)
    provisioned_concurrency = optional(number, 0)
    snap_start              = optional(bool, false)
  }))
  default = {}
}

variable "vpc" {
  description = "Subnets and security groups that the functions run in; none: outside any VPC."
  type        = object({ subnet_ids = list(string), security_group_ids = list(string) })
  default     = null
}

variable "kms_key_arn" {
  description = "Key that encrypts table, secrets, logs, code and environments, if its policy lets CloudWatch Logs use it; none: the keys of AWS's services."
  type        = string
  default     = null
}

variable "permissions_boundary_arn" {
  description = "A policy that bounds every role, where an account asks for one."
  type        = string
  default     = null
}

variable "secret_recovery_days" {
  description = "How long a deleted secret can be brought back: 7 to 30 days, or 0 for not at all."
  type        = number
  default     = 30
}

variable "access_logs" {
  description = "Whether each request leaves a line in a log of its own."
  type        = bool
  default     = false
}

variable "sets_log_writer" {
  description = "Whether this stage sets the role by which all APIs of the account in the region log: access logs need it."
  type        = bool
  default     = false
}

variable "cache_enabled" {
  description = "Whether API Gateway caches the public product reads; it costs by the hour."
  type        = bool
  default     = false
}

variable "api_keys" {
  description = "The usage plan, free or premium, of each API key, by the name of whom it is for."
  type        = map(string)
  default     = {}
}

variable "requires_api_key" {
  description = "Whether every operation asks for an API key, and so counts against its usage plan: a shop without pages of its own."
  type        = bool
  default     = false
}

variable "domain" {
  description = "The API's own domain and the Route 53 zone it is in; none: AWS's address."
  type        = object({ name = string, zone_id = string })
  default     = null
}

variable "own_key" {
  description = "Whether table, secrets, queues, logs, code and environments get a key of the stage's own: 1 USD a month, and its calls."
  type        = bool
  default     = false

  validation {
    condition     = !(var.own_key && var.kms_key_arn != null)
    error_message = "Take a key of the stage's own or the one of kms_key_arn, not both."
  }
}

variable "network" {
  description = "A VPC of the stage's own for the functions; none: they run in none, or in the one of vpc. Its endpoints cost about 15 USD a month each, a way out (nat) 35 USD."
  type = object({
    cidr                = optional(string, "10.20.0.0/20")
    nat                 = optional(bool, false)
    interface_endpoints = optional(set(string), ["email", "events", "secretsmanager", "sns", "sqs", "sync-states", "xray"])
    flow_log_days       = optional(number)
  })
  default = null

  validation {
    condition     = var.network == null || var.vpc == null
    error_message = "Functions run in a network of their own or in that of vpc, not in both."
  }
}

variable "firewall" {
  description = "Web ACL before the API, and before the pages if there are any; none: API Gateway's own limits alone. About 10 USD a month each, and 0.60 USD a million requests."
  type = object({
    allowed_countries = optional(set(string), [])
    refused_countries = optional(set(string), [])
    bot_control       = optional(bool, false)
  })
  default = null
}

variable "pages" {
  description = "Storefront and back office by CloudFront, with the API under the same address; none: they are elsewhere. It costs by what is fetched."
  type = object({
    folder                  = optional(string)
    content_security_policy = optional(string)
    price_class             = optional(string, "PriceClass_100")
    domain                  = optional(object({ name = string, zone_id = string }))
  })
  default = null
}

variable "mail_domain" {
  description = "Domain that SES sends for, signed, with its Route 53 zone; none: the sender's address alone is verified."
  type = object({
    name    = string
    zone_id = string
    dmarc   = optional(object({ policy = string, reports_to = optional(string) }), { policy = "quarantine" })
  })
  default = null
}

variable "user_pool" {
  description = "A Cognito user pool, for other applications; the shop does not ask it yet. None: no pool."
  type = object({
    callback_urls   = list(string)
    logout_urls     = optional(list(string), [])
    domain_prefix   = optional(string)
    mail            = optional(object({ from = string, identity_arn = string }))
    password_length = optional(number)
    tier            = optional(string)
  })
  default = null
}
