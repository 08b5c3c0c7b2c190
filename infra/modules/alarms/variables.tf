variable "name" {
  description = "Name of the topic; the alarms' names begin with it."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-zA-Z0-9_-]{1,100}$", var.name))
    error_message = "name must be up to 100 letters, digits, _ and hyphens; got \"${var.name}\"."
  }
}

variable "email" {
  description = "Address that alarms are mailed to, once its owner has confirmed; null mails nobody."
  type        = string
  default     = null

  validation {
    condition     = var.email == null || can(regex("^[^@ ]+@[^@ ]+\\.[^@ ]+$", var.email))
    error_message = "email must be one address, or null; got \"${coalesce(var.email, "null")}\"."
  }
}

variable "alarms" {
  description = "Alarms by name: the metric, and the value from which on it is too much. missing is what no data means: notBreaching, breaching, ignore or missing. tell_of_silence, with missing, notifies when data that came before stops coming; a new alarm without data notifies nobody."
  type = map(object({
    description = string
    namespace   = string
    metric      = string
    dimensions  = optional(map(string), {})
    statistic   = optional(string, "Sum")
    threshold   = optional(number, 1)
    period      = optional(number, 300)
    periods     = optional(number, 1)
    missing     = optional(string, "notBreaching")

    tell_of_silence = optional(bool, false)
  }))
  nullable = false

  validation {
    condition     = alltrue([for alarm in values(var.alarms) : !alarm.tell_of_silence || alarm.missing == "missing"])
    error_message = "alarms with tell_of_silence must have missing as missing; got ${join(", ", [for name, alarm in var.alarms : "${name}: ${alarm.missing}" if alarm.tell_of_silence])}."
  }

  validation {
    condition     = alltrue([for alarm in values(var.alarms) : alarm.period * alarm.periods <= 604800])
    error_message = "alarms must not look back more than seven days, as CloudWatch cannot; got ${join(", ", [for name, alarm in var.alarms : "${name}: ${alarm.period * alarm.periods} s" if alarm.period * alarm.periods > 604800])}."
  }

  validation {
    condition     = alltrue([for alarm in values(var.alarms) : contains(["notBreaching", "breaching", "ignore", "missing"], alarm.missing)])
    error_message = "alarms must have missing as notBreaching, breaching, ignore or missing; got ${join(", ", [for name, alarm in var.alarms : "${name}: ${alarm.missing}"])}."
  }
}

variable "kms_key_arn" {
  description = "Key to encrypt the topic with; null leaves it as it is. Its policy must admit CloudWatch."
  type        = string
  default     = null
}
