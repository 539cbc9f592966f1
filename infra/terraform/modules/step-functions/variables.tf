variable "name" {
  description = "Name of the state machine."
  type        = string
}

variable "type" {
  description = "EXPRESS or STANDARD; another type is another state machine."
  type        = string

  validation {
    condition     = contains(["EXPRESS", "STANDARD"], var.type)
    error_message = "A state machine is EXPRESS or STANDARD."
  }
}

variable "definition" {
  description = "The states, in Amazon States Language."
  type        = string
}

variable "role_arn" {
  description = "The role that the state machine calls functions and services by."
  type        = string
}

variable "log_group_arn" {
  description = "Where runs are logged; an Express run leaves no history of its own."
  type        = string
}

variable "log_level" {
  description = "What is logged: ALL, ERROR, FATAL or OFF."
  type        = string
  default     = "ERROR"

  validation {
    condition     = contains(["ALL", "ERROR", "FATAL", "OFF"], var.log_level)
    error_message = "A level is ALL, ERROR, FATAL or OFF."
  }
}

variable "log_execution_data" {
  description = "Whether the log shows what the states were given: personal data must not reach a log."
  type        = bool
  default     = false
}

variable "tracing" {
  description = "Whether X-Ray traces runs."
  type        = bool
  default     = true
}
