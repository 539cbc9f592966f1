variable "name" {
  description = "Beginning of the roles' names."
  type        = string
  default     = "tradewind-github"

  validation {
    condition     = can(regex("^[\\w+=,.@-]{1,40}$", var.name))
    error_message = "A name has 1 to 40 letters, digits or characters of +=,.@_-."
  }
}

variable "repository" {
  description = "The one repository whose runs may take the roles, as owner/name."
  type        = string

  validation {
    condition     = can(regex("^[\\w.-]+/[\\w.-]+$", var.repository))
    error_message = "Give the owner and the name, such as example/shop."
  }
}

variable "shop" {
  description = "What the names of a stage's things begin with, before the stage."
  type        = string
  default     = "tradewind"
}

variable "stages" {
  description = "Stages that are deployed from GitHub, each from the environment of the same name."
  type        = set(string)

  validation {
    condition     = alltrue([for stage in var.stages : can(regex("^[a-z][a-z0-9-]{0,15}$", stage)) && stage != "plan"])
    error_message = "A stage has up to 16 lower-case letters, digits and hyphens, and is not called plan."
  }
}

variable "state_bucket_arn" {
  description = "ARN of the bucket of Terraform's state, where a stage's objects are called by the shop and the stage: `tradewind/dev.tfstate`."
  type        = string

  validation {
    condition     = can(regex("^arn:[\\w-]+:s3:::[a-z0-9.-]+$", var.state_bucket_arn))
    error_message = "Give the ARN of a bucket."
  }
}

variable "options" {
  description = "What the stages' options need beside the shop itself: services whose things AWS names. Leave out what you do not use; a network needs `ec2:*`, a key of the stage's own `kms:*`."
  type        = list(string)
  default     = ["cloudfront:*", "cognito-idp:*", "wafv2:*"]
  nullable    = false
}

variable "provider_arn" {
  description = "ARN of the provider of GitHub's identities, if the account has it already; none: it is made."
  type        = string
  default     = null
}

variable "permissions_boundary_arn" {
  description = "A policy that bounds every role, these too, and without which the deploying ones make none: it allows what they need. None: what they give to a role is bounded by its name alone."
  type        = string
  default     = null
}
