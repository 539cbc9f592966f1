variable "name" {
  description = "Name of the API."
  type        = string
}

variable "description" {
  description = "What the API is for."
  type        = string
  default     = null
}

variable "tags" {
  description = "Tags of the API alone."
  type        = map(string)
  default     = {}
}

variable "endpoints" {
  description = "Where the API is reached: REGIONAL, EDGE or PRIVATE."
  type        = list(string)
  default     = ["REGIONAL"]

  validation {
    condition     = length(var.endpoints) == 1 && contains(["REGIONAL", "EDGE", "PRIVATE"], var.endpoints[0])
    error_message = "An API has one kind of endpoint: REGIONAL, EDGE or PRIVATE."
  }
}

variable "paths" {
  description = "Every path by its depth, with the path of its parent (none at depth 1) and its own last segment."
  type        = map(map(object({ parent = string, part = string })))

  validation {
    condition     = length(setsubtract(keys(var.paths), ["1", "2", "3", "4", "5", "6"])) == 0
    error_message = "Paths have six segments at most."
  }
}

variable "models" {
  description = "What bodies look like: JSON schemas by name."
  type        = map(object({ content_type = string, schema = string }))
  default     = {}
}

variable "validators" {
  description = "What API Gateway checks of a request before it calls a function."
  type        = map(object({ body = bool, parameters = bool }))
  default     = {}
}

variable "authorizers" {
  description = "Who says who a caller is; uri and credentials are templates."
  type = map(object({
    type             = string
    identity_source  = string
    identity_pattern = string
    cache_seconds    = number
    uri              = string
    credentials      = string
  }))
  default = {}
}

variable "methods" {
  description = "Every method of every path: who may call it, what is checked, what answers. Values of headers, uri and credentials are templates."
  type = map(object({
    path          = string
    method        = string
    operation     = optional(string)
    authorization = string
    authorizer    = optional(string)
    validator     = optional(string)
    models        = optional(map(string), {})
    parameters    = optional(map(bool), {})
    cache_seconds = optional(number)
    integration = object({
      type                 = string
      http_method          = optional(string)
      uri                  = optional(string)
      credentials          = optional(string)
      timeout_milliseconds = optional(number)
      templates            = optional(map(string), {})
    })
    responses = optional(map(object({ headers = map(string) })), {})
  }))
}

variable "gateway_responses" {
  description = "What API Gateway answers by itself; values of headers are templates."
  type = map(object({
    status    = optional(string)
    headers   = map(string)
    templates = map(string)
  }))
  default = {}
}

variable "references" {
  description = "What the templates mean: place, settings, and the ARNs of functions and roles by their names."
  type = object({
    aws      = map(string)
    settings = map(string)
    function = map(object({ arn = string }))
    role     = map(object({ arn = string }))
  })
}

variable "stage" {
  description = "Name, limits and observation of the one stage."
  type = object({
    name            = string
    tracing         = bool
    metrics         = bool
    rate_per_second = number
    burst_requests  = number
    cache_gb        = string
  })
}

variable "serves_after" {
  description = "What must be there before the stage serves the API: the functions' ARNs."
  type        = list(string)
  default     = []
}

variable "cache_enabled" {
  description = "Whether API Gateway keeps answers of the methods that may be cached; it costs by the hour."
  type        = bool
  default     = false
}

variable "access_log" {
  description = "Log group with a line for each request; none: no access log."
  type = object({
    group          = string
    retention_days = number
    kms_key_arn    = optional(string)
  })
  default = null
}

variable "sets_log_writer" {
  description = "Whether to set the role by which all APIs of the account in this region log; one stage of them must."
  type        = bool
  default     = false
}

variable "permissions_boundary_arn" {
  description = "A policy that bounds every role, where an account asks for one."
  type        = string
  default     = null
}

variable "usage_plans" {
  description = "How much the owner of an API key may ask, by plan."
  type = map(object({
    rate_per_second          = number
    burst_requests           = number
    quota_requests_per_month = number
  }))
  default = {}
}

variable "api_keys" {
  description = "The plan of each API key, by the name of whom it is for."
  type        = map(string)
  default     = {}

  validation {
    condition     = length(setsubtract(values(var.api_keys), keys(var.usage_plans))) == 0
    error_message = "Each key is on one of the usage plans."
  }
}

variable "requires_api_key" {
  description = "Whether every operation asks for an API key, and so counts against its usage plan."
  type        = bool
  default     = false
}

variable "domain" {
  description = "The API's own domain and the Route 53 zone it is in; none: AWS's address, which answers nobody where there is a domain."
  type        = object({ name = string, zone_id = string })
  default     = null

  validation {
    condition     = var.domain == null ? true : can(regex("^([a-z0-9-]+\\.)+[a-z]{2,}$", var.domain.name))
    error_message = "Give a domain such as api.example.com."
  }

  validation {
    condition     = var.domain == null ? true : can(regex("^Z[A-Z0-9]+$", var.domain.zone_id))
    error_message = "Give the id of a zone, such as Z0123456789ABCDEFGHIJ."
  }
}
