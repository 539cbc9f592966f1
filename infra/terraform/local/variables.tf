variable "endpoint" {
  description = "Address of the local cloud."
  type        = string

  validation {
    condition     = can(regex("^http://(127\\.0\\.0\\.1|localhost):\\d+$", var.endpoint))
    error_message = "A local cloud is on this machine: http://127.0.0.1:<port>."
  }
}

variable "blueprint" {
  description = "Path of the blueprint: what ./dev export terraform --stage local writes."
  type        = string
}

variable "packages" {
  description = "Path of the packages' manifest."
  type        = string
}

variable "settings" {
  description = "Settings other than the blueprint's defaults."
  type        = map(string)
  default     = {}
}

variable "api_keys" {
  description = "The usage plan of each API key, by the name of whom it is for."
  type        = map(string)
  default     = { tests = "free" }
}
