data "aws_caller_identity" "current" {}
data "aws_partition" "current" {}
data "aws_region" "current" {}

locals {
  # Known before the queues are: their policies name them, and come with them.
  queue_prefix = "arn:${data.aws_partition.current.partition}:sqs:${data.aws_region.current.id}:${data.aws_caller_identity.current.account_id}:${var.name}"
}

# A second run waits for no one: Glue drops what starts it while the first is under way. The job therefore loads all that
# no run has loaded, looks again before it ends, and the catch-up runs it once a day.
resource "aws_glue_workflow" "this" {
  name                = var.name
  description         = "Runs ${var.job_name} when a raw object has landed."
  max_concurrent_runs = 1
}

resource "aws_glue_trigger" "this" {
  name          = var.name
  type          = "EVENT"
  workflow_name = aws_glue_workflow.this.name

  actions {
    job_name = var.job_name
  }

  event_batching_condition {
    batch_size   = var.batch_size
    batch_window = var.batch_window_seconds
  }
}

resource "aws_glue_trigger" "next" {
  for_each = var.next_jobs

  name          = "${var.name}-${each.key}"
  description   = "${var.job_name} has succeeded."
  type          = "CONDITIONAL"
  workflow_name = aws_glue_workflow.this.name

  actions {
    job_name = each.value
  }

  predicate {
    conditions {
      job_name = var.job_name
      state    = "SUCCEEDED"
    }
  }
}

resource "aws_cloudwatch_event_rule" "this" {
  name          = var.name
  description   = "A raw object has landed."
  event_pattern = var.event_pattern
}

resource "aws_cloudwatch_event_target" "workflow" {
  count = var.event_target == "workflow" ? 1 : 0

  rule     = aws_cloudwatch_event_rule.this.name
  arn      = aws_glue_workflow.this.arn
  role_arn = aws_iam_role.this["events"].arn

  dead_letter_config {
    arn = aws_sqs_queue.undelivered.arn
  }

  depends_on = [aws_iam_role_policy.this, aws_glue_trigger.this]
}

resource "aws_cloudwatch_event_target" "queue" {
  count = var.event_target == "queue" ? 1 : 0

  rule = aws_cloudwatch_event_rule.this.name
  arn  = aws_sqs_queue.events[0].arn

  dead_letter_config {
    arn = aws_sqs_queue.undelivered.arn
  }
}

resource "aws_sqs_queue" "events" {
  count = var.event_target == "queue" ? 1 : 0

  name                    = "${var.name}-events"
  sqs_managed_sse_enabled = true
  policy                  = data.aws_iam_policy_document.queue["events"].json
}

resource "aws_sqs_queue" "undelivered" {
  name                      = "${var.name}-undelivered"
  message_retention_seconds = 1209600
  sqs_managed_sse_enabled   = true
  policy                    = data.aws_iam_policy_document.queue["undelivered"].json
}

# Without this what could not be delivered would vanish: only the console adds it by itself.
data "aws_iam_policy_document" "queue" {
  for_each = toset(["events", "undelivered"])

  statement {
    sid       = "TheRule"
    actions   = ["sqs:SendMessage"]
    resources = ["${local.queue_prefix}-${each.key}"]

    principals {
      type        = "Service"
      identifiers = ["events.amazonaws.com"]
    }

    condition {
      test     = "ArnEquals"
      variable = "aws:SourceArn"
      values   = [aws_cloudwatch_event_rule.this.arn]
    }
  }
}

# What may start the workflow: the rule by an event, the scheduler without one.

locals {
  starters = {
    events = {
      service    = "events.amazonaws.com"
      statements = { StartByEvent = { action = "glue:notifyEvent", resource = aws_glue_workflow.this.arn } }
    }
    scheduler = {
      service = "scheduler.amazonaws.com"
      statements = {
        StartTheWorkflow = { action = "glue:StartWorkflowRun", resource = aws_glue_workflow.this.arn }
        SendUndelivered  = { action = "sqs:SendMessage", resource = "${local.queue_prefix}-undelivered" }
      }
    }
  }
}

data "aws_iam_policy_document" "trust" {
  for_each = local.starters

  statement {
    actions = ["sts:AssumeRole"]

    principals {
      type        = "Service"
      identifiers = [each.value.service]
    }

    condition {
      test     = "StringEquals"
      variable = "aws:SourceAccount"
      values   = [data.aws_caller_identity.current.account_id]
    }
  }
}

data "aws_iam_policy_document" "this" {
  for_each = local.starters

  dynamic "statement" {
    for_each = each.value.statements

    content {
      sid       = statement.key
      actions   = [statement.value.action]
      resources = [statement.value.resource]
    }
  }
}

resource "aws_iam_role" "this" {
  for_each = local.starters

  name                 = "${var.name}-${each.key}"
  description          = "Lets ${each.value.service} start the workflow ${var.name}."
  assume_role_policy   = data.aws_iam_policy_document.trust[each.key].json
  permissions_boundary = var.boundary_arn
}

resource "aws_iam_role_policy" "this" {
  for_each = local.starters

  name   = "start"
  role   = aws_iam_role.this[each.key].id
  policy = data.aws_iam_policy_document.this[each.key].json
}

resource "aws_scheduler_schedule" "catch_up" {
  for_each = { for name, when in { catch-up = var.catch_up } : name => when if when != null }

  name                         = "${var.name}-${each.key}"
  description                  = "Loads what a lost event left behind."
  schedule_expression          = each.value.expression
  schedule_expression_timezone = each.value.time_zone

  flexible_time_window {
    mode = "OFF"
  }

  target {
    arn      = "arn:${data.aws_partition.current.partition}:scheduler:::aws-sdk:glue:startWorkflowRun"
    role_arn = aws_iam_role.this["scheduler"].arn
    input    = jsonencode({ Name = aws_glue_workflow.this.name })

    dead_letter_config {
      arn = aws_sqs_queue.undelivered.arn
    }

    # A run under way answers that there is one too many; by then it has ended.
    retry_policy {
      maximum_event_age_in_seconds = 14400
      maximum_retry_attempts       = 30
    }
  }

  depends_on = [aws_iam_role_policy.this]
}
