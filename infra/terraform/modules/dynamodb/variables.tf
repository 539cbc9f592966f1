variable "name" {
  description = "Name of the table."
  type        = string
}

variable "billing_mode" {
  description = "PAY_PER_REQUEST; provisioned capacity would need scaling of its own."
  type        = string
  default     = "PAY_PER_REQUEST"

  validation {
    condition     = var.billing_mode == "PAY_PER_REQUEST"
    error_message = "Only PAY_PER_REQUEST is supported."
  }
}

variable "key" {
  description = "Partition and sort key."
  type        = object({ partition = string, sort = string })
}

variable "attributes" {
  description = "The keys' attributes with their types: S, N or B."
  type        = map(string)

  validation {
    condition     = alltrue([for type in values(var.attributes) : contains(["S", "N", "B"], type)])
    error_message = "An attribute's type is S, N or B."
  }
}

variable "indexes" {
  description = "Global secondary indexes by name."
  type = map(object({
    key        = object({ partition = string, sort = string })
    projection = string
  }))
  default = {}
}

variable "stream" {
  description = "What the stream carries, such as NEW_AND_OLD_IMAGES; none: no stream."
  type        = string
  default     = null
}

variable "ttl_attribute" {
  description = "The attribute that says when an item expires, in seconds since 1970."
  type        = string
}

variable "point_in_time_recovery" {
  description = "Whether the table can be restored to any second of the last 35 days."
  type        = bool
  default     = true
}

variable "deletion_protection" {
  description = "Whether the table refuses to be deleted."
  type        = bool
  default     = true
}

variable "kms_key_arn" {
  description = "Key that encrypts the table; none: a key of DynamoDB's own, without a price."
  type        = string
  default     = null
}
