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

variable "options" {
  description = "What the stages' options need beside the shop itself, as actions; none said: CloudFront, Cognito and WAF. A network needs ec2:*, a key of the stage's own kms:*."
  type        = list(string)
  default     = null
}

variable "provider_arn" {
  description = "ARN of the provider of GitHub's identities, if the account has it already; none: it is made."
  type        = string
  default     = null
}

variable "permissions_boundary_arn" {
  description = "A policy that bounds every role, these too, and without which the deploying ones make none: it allows what they need."
  type        = string
  default     = null
}
