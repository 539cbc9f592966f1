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
  description = "Key that encrypts table, secrets, logs, code and environments; none: the keys of AWS's services."
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
