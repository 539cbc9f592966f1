variable "bus" {
  description = "The bus, and its archive of all that passed."
  type = object({
    name = string
    archive = object({
      name           = string
      pattern        = string
      retention_days = number
    })
  })
}

variable "queues" {
  description = "Queues that somebody consumes; each names its queue of dead letters. Statements are a JSON template."
  type = map(object({
    name                       = string
    visibility_timeout_seconds = number
    retention_seconds          = number
    encrypted                  = bool
    dead_letters               = string
    receives                   = number
    statements                 = string
  }))
}

variable "dead_letters" {
  description = "Queues that wait for a person. Statements are a JSON template."
  type = map(object({
    name              = string
    retention_seconds = number
    encrypted         = bool
    statements        = string
  }))
}

variable "rules" {
  description = "What the bus does with which events; arn and failures of a target are templates."
  type = map(object({
    name    = string
    pattern = string
    targets = map(object({
      arn               = string
      failures          = string
      retries           = number
      event_age_seconds = number
    }))
  }))
}

variable "schedules" {
  description = "What happens by the clock; arn and failures of a target are templates."
  type = map(object({
    name       = string
    expression = string
    targets = map(object({
      arn               = string
      failures          = string
      retries           = number
      event_age_seconds = number
    }))
  }))
}

variable "targets" {
  description = "What the templates of targets mean by `function`: the ARN of each, by its name."
  type        = map(map(object({ arn = string })))
  default     = {}
}

variable "place" {
  description = "What the templates of policies mean by `aws`."
  type        = object({ partition = string, region = string, account = string })
}

variable "kms_key_id" {
  description = "Key that encrypts the queues, and that EventBridge must be allowed to use; none: SQS's own."
  type        = string
  default     = null
}
