variable "name" {
  description = "Name of the configuration set, which every mail names."
  type        = string
}

variable "suppressed_reasons" {
  description = "Why SES itself sends an address nothing more: BOUNCE, COMPLAINT."
  type        = set(string)
}

variable "feedback" {
  description = "Which events SES publishes, on which topic, and whether without the topic's envelope; statements, of who may publish, are a JSON template."
  type = object({
    name       = string
    enabled    = bool
    events     = set(string)
    topic      = string
    statements = string
    raw        = bool
  })
}

variable "queue_arn" {
  description = "ARN of the queue that gets the events."
  type        = string
}

variable "place" {
  description = "What the template means by `aws`."
  type        = object({ partition = string, region = string, account = string })
}

variable "kms_key_id" {
  description = "Key that encrypts the topic, and that SES must be allowed to use; none: not encrypted at rest."
  type        = string
  default     = null
}
