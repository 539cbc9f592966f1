variable "name_prefix" {
  description = "Beginning of the bucket's name, which AWS completes: it must be free in the whole world."
  type        = string

  validation {
    condition     = can(regex("^[a-z0-9][a-z0-9.-]{0,36}$", var.name_prefix))
    error_message = "A prefix has 1 to 37 lower-case letters, digits, hyphens or dots."
  }
}

variable "force_destroy" {
  description = "Whether the bucket may be destroyed while objects are in it."
  type        = bool
  default     = false
}

variable "noncurrent_days" {
  description = "How long a replaced or deleted object is kept."
  type        = number
  default     = 90

  validation {
    condition     = var.noncurrent_days >= 1
    error_message = "Keep replaced objects for a day at least."
  }
}

variable "statements" {
  description = "Statements of the bucket's policy beside its own, as JSON."
  type        = string
  default     = "[]"

  validation {
    condition     = can([for statement in jsondecode(var.statements) : statement.Effect])
    error_message = "Give a JSON list of statements."
  }
}

variable "kms_key_arn" {
  description = "Key that encrypts the objects; none: S3's own."
  type        = string
  default     = null
}
