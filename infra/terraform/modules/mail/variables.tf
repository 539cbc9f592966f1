variable "domain" {
  description = "Domain that the shop's mail comes from."
  type        = string

  validation {
    condition     = can(regex("^([a-z0-9-]+\\.)+[a-z]{2,}$", var.domain))
    error_message = "Give a domain such as example.com."
  }
}

variable "zone_id" {
  description = "Route 53 zone of the domain."
  type        = string

  validation {
    condition     = can(regex("^Z[A-Z0-9]+$", var.zone_id))
    error_message = "Give the id of a zone, such as Z0123456789ABCDEFGHIJ."
  }
}

variable "envelope" {
  description = "First word of the domain that undeliverable mail goes back to; SES wants one that nothing else is sent from. None: SES's own domain."
  type        = string
  default     = "bounces"
}

variable "dmarc" {
  description = "What receivers do with mail that only claims to come from the domain, and where they report to; none: the domain has such a record already."
  type        = object({ policy = string, reports_to = optional(string) })
  default     = { policy = "quarantine" }

  validation {
    condition     = var.dmarc == null ? true : contains(["none", "quarantine", "reject"], var.dmarc.policy)
    error_message = "A policy is none, quarantine or reject."
  }
}
