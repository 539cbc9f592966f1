variable "topics" {
  description = "Where alarms ring, by name; statements are a JSON template."
  type        = map(object({ statements = string }))
}

variable "mail" {
  description = "The address that is told of every alarm; empty for none."
  type        = string
  default     = ""
}

variable "alarms" {
  description = "What must not happen: a figure, or several that an expression joins, beyond a threshold. Topics and values of dimensions are templates."
  type = map(object({
    name         = string
    about        = string
    comparison   = string
    threshold    = number
    periods      = number
    missing_data = string
    topics       = list(string)
    figure = optional(object({
      namespace      = string
      metric         = string
      dimensions     = map(string)
      statistic      = string
      few_samples    = optional(string)
      period_seconds = number
    }))
    expression = optional(string)
    figures = optional(map(object({
      namespace      = string
      metric         = string
      dimensions     = map(string)
      statistic      = string
      period_seconds = number
    })), {})
  }))

  validation {
    condition     = alltrue([for alarm in values(var.alarms) : (alarm.figure == null) != (alarm.expression == null)])
    error_message = "An alarm has either one figure, or figures that an expression joins."
  }
}

variable "dashboard" {
  description = "Name of the dashboard and its body, a JSON template."
  type        = object({ name = string, body = string })
}

variable "queries" {
  description = "Saved questions to the log, by name; names of log groups are templates."
  type        = map(object({ log_groups = list(string), text = string }))
  default     = {}
}

variable "references" {
  description = "What the templates mean: place, log groups by name, and the ARNs of state machines."
  type = object({
    aws       = map(string)
    log_group = map(object({ name = string }))
    machine   = map(object({ arn = string }))
  })
}

variable "kms_key_id" {
  description = "Key that encrypts the topics, and that CloudWatch must be allowed to use; none: not encrypted at rest."
  type        = string
  default     = null
}
