variable "name" {
  description = "Name of the function."
  type        = string

  validation {
    condition     = can(regex("^[a-zA-Z0-9-_]{1,64}$", var.name))
    error_message = "The name of a function has 1 to 64 letters, digits, hyphens or underscores."
  }
}

variable "handler" {
  description = "Dotted name of the function's entry point."
  type        = string
}

variable "runtime" {
  description = "Lambda's name of the interpreter."
  type        = string
  default     = "python3.13"
}

variable "architecture" {
  description = "arm64 or x86_64; the layers must be made for it."
  type        = string
  default     = "arm64"

  validation {
    condition     = contains(["arm64", "x86_64"], var.architecture)
    error_message = "An architecture is arm64 or x86_64."
  }
}

variable "package" {
  description = "Where the zip with the code is; another key is another version."
  type        = object({ bucket = string, key = string })
}

variable "layers" {
  description = "ARNs of layer versions, in the order in which they are unpacked."
  type        = list(string)
  default     = []

  validation {
    condition     = length(var.layers) <= 5
    error_message = "Lambda takes five layers at most."
  }
}

variable "memory_mb" {
  description = "Memory, and with it the share of a CPU."
  type        = number

  validation {
    condition     = var.memory_mb >= 128 && var.memory_mb <= 10240
    error_message = "Memory is 128 to 10,240 MB."
  }
}

variable "timeout_seconds" {
  description = "How long a call may take."
  type        = number

  validation {
    condition     = var.timeout_seconds >= 1 && var.timeout_seconds <= 900
    error_message = "A call takes 1 to 900 seconds."
  }
}

variable "environment" {
  description = "Environment variables; never a secret."
  type        = map(string)
  default     = {}
}

variable "statements" {
  description = "Statements of the role's policy, as JSON."
  type        = string
}

variable "log_group" {
  description = "Name of the log group that the function writes to."
  type        = string
}

variable "log_format" {
  description = "Text or JSON: what Lambda makes of its own lines; ours are JSON already."
  type        = string
  default     = "Text"

  validation {
    condition     = contains(["Text", "JSON"], var.log_format)
    error_message = "A log format is Text or JSON."
  }
}

variable "log_levels" {
  description = "Which lines are kept where they are JSON: those of the function itself, and Lambda's own."
  type        = object({ application = optional(string, "INFO"), system = optional(string, "INFO") })
  default     = {}
}

variable "tracing" {
  description = "Active or PassThrough: whether the function begins traces of its own."
  type        = string
  default     = "Active"

  validation {
    condition     = contains(["Active", "PassThrough"], var.tracing)
    error_message = "Tracing is Active or PassThrough."
  }
}

variable "source_mapping" {
  description = "The queue or stream that Lambda polls for the function; none: it is called."
  type = object({
    arn                = string
    batch_size         = number
    wait_seconds       = optional(number)
    concurrency        = optional(number)
    starting_position  = optional(string)
    patterns           = optional(list(string), [])
    response_types     = optional(list(string), [])
    bisects_batches    = optional(bool)
    retries            = optional(number)
    record_age_seconds = optional(number)
    failures           = optional(string)
  })
  default = null
}

variable "callers" {
  description = "Services that may call the function by a permission, for one of their things each."
  type        = map(object({ service = string, arn = string }))
  default     = {}
}

variable "reserved_concurrency" {
  description = "How many calls may run at once, taken from the account's; -1: no limit of its own, 0: switched off."
  type        = number
  default     = -1

  validation {
    condition     = var.reserved_concurrency >= -1
    error_message = "Choose -1 for no limit, or a number of calls."
  }
}

variable "provisioned_concurrency" {
  description = "How many environments are kept warm, and paid for, behind the alias."
  type        = number
  default     = 0

  validation {
    condition     = var.provisioned_concurrency >= 0
    error_message = "A number of environments is not negative."
  }
}

variable "snap_start" {
  description = "Whether versions start from a snapshot; not together with provisioned concurrency."
  type        = bool
  default     = false

  validation {
    condition     = !(var.snap_start && var.provisioned_concurrency > 0)
    error_message = "Lambda takes SnapStart or provisioned concurrency, not both."
  }
}

variable "vpc" {
  description = "Subnets and security groups that the function runs in; none: outside any VPC."
  type        = object({ subnet_ids = list(string), security_group_ids = list(string) })
  default     = null
}

variable "kms_key_arn" {
  description = "Key that encrypts the environment variables, and that the function may use for what it reads; none: the services' own."
  type        = string
  default     = null
}

variable "permissions_boundary_arn" {
  description = "A policy that bounds the role, where an account asks for one."
  type        = string
  default     = null
}
