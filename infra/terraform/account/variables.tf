variable "region" {
  description = "AWS region that the roles are made from; they are good for all."
  type        = string
}

variable "tags" {
  description = "Tags of everything, beside Application and ManagedBy."
  type        = map(string)
  default     = {}
}

variable "repository" {
  description = "The one repository whose runs may take the roles, as owner/name."
  type        = string
}

variable "stages" {
  description = "Stages of this account that are deployed from GitHub."
  type        = set(string)
}

variable "state_bucket" {
  description = "Bucket of Terraform's state."
  type        = string
}

variable "provider_arn" {
  description = "ARN of the provider of GitHub's identities, if the account has it already; none: it is made."
  type        = string
  default     = null
}

variable "permissions_boundary_arn" {
  description = "A policy that bounds every role, and without which the deploying ones make none."
  type        = string
  default     = null
}
