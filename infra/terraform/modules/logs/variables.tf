variable "groups" {
  description = "The log groups by what they are called in the blueprint: name, and how long lines are kept."
  type = map(object({
    name           = string
    retention_days = number
  }))
}

variable "kms_key_arn" {
  description = "Key that encrypts the logs; none: CloudWatch's own."
  type        = string
  default     = null
}
