variable "name" {
  description = "Name of the role; AWS completes it."
  type        = string

  validation {
    condition     = can(regex("^[\\w+=,.@-]{1,64}$", var.name))
    error_message = "The name of a role is 1 to 64 letters, digits or characters of +=,.@_-."
  }
}

variable "description" {
  description = "What the role is for."
  type        = string
}

variable "service" {
  description = "The service that takes the role, such as lambda.amazonaws.com."
  type        = string

  validation {
    condition     = endswith(var.service, ".amazonaws.com")
    error_message = "A service ends in .amazonaws.com."
  }
}

variable "statements" {
  description = "The policy's statements, as JSON: exactly what the role's owner does, and nothing more."
  type        = string

  validation {
    condition     = can(jsondecode(var.statements)[0].Effect)
    error_message = "Give a JSON list of at least one statement."
  }
}

variable "permissions_boundary_arn" {
  description = "A policy that bounds every role, where an account asks for one."
  type        = string
  default     = null
}
