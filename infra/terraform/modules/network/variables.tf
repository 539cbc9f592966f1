variable "name" {
  description = "Name of the network, and the beginning of all names in it."
  type        = string

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{1,40}$", var.name))
    error_message = "A name has up to 41 lower-case letters, digits and hyphens."
  }
}

variable "cidr" {
  description = "Addresses of the network."
  type        = string
  default     = "10.20.0.0/20"

  validation {
    condition     = can(cidrsubnet(var.cidr, 4, 15)) && try(tonumber(split("/", var.cidr)[1]) <= 22, false)
    error_message = "Give a network such as 10.20.0.0/20, of 1,024 addresses at least."
  }
}

variable "interface_endpoints" {
  description = "Services that are reached without leaving the network; each costs about 15 USD a month in two zones, and its traffic. These are what the functions call."
  type        = set(string)
  default     = ["email", "events", "secretsmanager", "sns", "sqs", "sync-states", "xray"]
}

variable "nat" {
  description = "Whether there is a way out of AWS, which a payment provider needs; about 35 USD a month, and 0.05 USD a GB."
  type        = bool
  default     = false
}

variable "flow_log_days" {
  description = "How long it is kept who spoke with whom; none: it is not written. It costs by the GB."
  type        = number
  default     = null
}

variable "kms_key_arn" {
  description = "Key that encrypts the flow log; none: CloudWatch's own."
  type        = string
  default     = null
}

variable "permissions_boundary_arn" {
  description = "A policy that bounds every role, where an account asks for one."
  type        = string
  default     = null
}
