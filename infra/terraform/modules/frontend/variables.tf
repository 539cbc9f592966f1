variable "name" {
  description = "Name of the distribution, and the beginning of the bucket's."
  type        = string

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{1,29}$", var.name))
    error_message = "A name has up to 30 lower-case letters, digits and hyphens."
  }
}

variable "folder" {
  description = "Folder of the pages, which are copied into the bucket; none: somebody else puts them there."
  type        = string
  default     = null

  validation {
    condition     = var.folder == null ? true : fileexists("${var.folder}/index.html")
    error_message = "There is no index.html in this folder."
  }
}

variable "applications" {
  description = "Folders with an index.html of their own, which shows every address below them."
  type        = list(string)
  default     = ["admin"]
}

variable "api_host" {
  description = "Host of the API."
  type        = string

  validation {
    condition     = can(regex("^[a-z0-9.-]+$", var.api_host))
    error_message = "Give the host alone, such as abc.execute-api.eu-central-1.amazonaws.com."
  }
}

variable "api_stage" {
  description = "Name of the API's stage: addresses below it go to the API."
  type        = string
}

variable "api_header" {
  description = "A header with a secret value by which the API knows what comes through the distribution, and believes its CloudFront-Viewer-Address; none: it does not."
  type        = object({ name = string, value = string })
  default     = null
}

variable "content_security_policy" {
  description = "What the pages may load and run, where they do not say so themselves."
  type        = string
  default     = "default-src 'self'; img-src 'self' data:; style-src 'self' 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'"
  nullable    = false
}

variable "price_class" {
  description = "From where pages are served: PriceClass_100 in Europe and North America, 200 in Asia and Africa too, All everywhere; the farther, the dearer a GB."
  type        = string
  default     = "PriceClass_100"

  validation {
    condition     = contains(["PriceClass_100", "PriceClass_200", "PriceClass_All"], var.price_class)
    error_message = "A price class is PriceClass_100, PriceClass_200 or PriceClass_All."
  }
}

variable "domain" {
  description = "The pages' own domain and the Route 53 zone it is in; none: CloudFront's address."
  type        = object({ name = string, zone_id = string })
  default     = null

  validation {
    condition     = var.domain == null ? true : can(regex("^([a-z0-9-]+\\.)+[a-z]{2,}$", var.domain.name))
    error_message = "Give a domain such as shop.example.com."
  }

  validation {
    condition     = var.domain == null ? true : can(regex("^Z[A-Z0-9]+$", var.domain.zone_id))
    error_message = "Give the id of a zone, such as Z0123456789ABCDEFGHIJ."
  }
}

variable "web_acl_arn" {
  description = "Web ACL of the scope CLOUDFRONT that protects the distribution; none: no such thing."
  type        = string
  default     = null
}
