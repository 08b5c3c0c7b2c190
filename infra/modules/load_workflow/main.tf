data "aws_caller_identity" "current" {}
data "aws_partition" "current" {}
data "aws_region" "current" {}

locals {
  # Known before the queues are: their policies name them, and come with them.
  queue_prefix = "arn:${data.aws_partition.current.partition}:sqs:${data.aws_region.current.id}:${data.aws_caller_identity.current.account_id}:${var.name}"
}

# Glue drops events that come while as many runs are under way as the workflow allows, so it allows several. The job allows
# one: a second run waits for the first (state WAITING, at most 15 minutes or 10 attempts, then it fails). Therefore the job
# loads all that no run has loaded and looks again before it ends, and the catch-up starts it without any event.
# https://docs.aws.amazon.com/glue/latest/dg/job-run-statuses.html
resource "aws_glue_workflow" "this" {
  name                = var.name
  description         = "Runs ${var.job_name} when a raw object has landed."
  max_concurrent_runs = var.max_concurrent_runs
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
  description   = "${var.job_name} has ended: also a run that fails over one object has loaded the others."
  type          = "CONDITIONAL"
  workflow_name = aws_glue_workflow.this.name

  actions {
    job_name = each.value
  }

  predicate {
    logical = "ANY"

    dynamic "conditions" {
      for_each = ["SUCCEEDED", "FAILED"]

      content {
        job_name = var.job_name
        state    = conditions.value
      }
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

# What may start what: the rule the workflow, by an event; the scheduler the jobs, without one.

locals {
  role_name = coalesce(var.role_name, var.name)
  job_arns  = { for name in concat([var.job_name], values(var.next_jobs), [for one in values(var.timed_jobs) : one.job]) : name => "arn:${data.aws_partition.current.partition}:glue:${data.aws_region.current.id}:${data.aws_caller_identity.current.account_id}:job/${name}" }

  catch_ups = merge(
    { for name, when in { catch-up = var.catch_up } : name => merge(when, { job = var.job_name }) if when != null },
    { for name, job in var.next_jobs : "${name}-catch-up" => merge(var.next_catch_up, { job = job }) if var.next_catch_up != null },
    var.timed_jobs,
  )

  starters = {
    events = {
      service    = "events.amazonaws.com"
      statements = { StartByEvent = { action = "glue:notifyEvent", resources = [aws_glue_workflow.this.arn] } }
    }
    scheduler = {
      service = "scheduler.amazonaws.com"
      statements = {
        StartTheJobs    = { action = "glue:StartJobRun", resources = values(local.job_arns) }
        SendUndelivered = { action = "sqs:SendMessage", resources = ["${local.queue_prefix}-undelivered"] }
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
      resources = statement.value.resources
    }
  }
}

resource "aws_iam_role" "this" {
  for_each = local.starters

  name                 = "${local.role_name}-${each.key}"
  description          = "Lets ${each.value.service} start what the workflow ${var.name} runs."
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
  for_each = local.catch_ups

  name                         = "${var.name}-${each.key}"
  description                  = contains(keys(var.timed_jobs), each.key) ? "Starts ${each.value.job}." : "Loads what a lost event left behind."
  schedule_expression          = each.value.expression
  schedule_expression_timezone = each.value.time_zone

  flexible_time_window {
    mode = "OFF"
  }

  target {
    # The job, not the workflow: no document says that StartWorkflowRun fires a trigger of type EVENT.
    arn      = "arn:${data.aws_partition.current.partition}:scheduler:::aws-sdk:glue:startJobRun"
    role_arn = aws_iam_role.this["scheduler"].arn
    input    = jsonencode({ JobName = each.value.job })

    dead_letter_config {
      arn = aws_sqs_queue.undelivered.arn
    }

    # Where a run under way is answered with one too many, it has ended by then.
    retry_policy {
      maximum_event_age_in_seconds = 14400
      maximum_retry_attempts       = 30
    }
  }

  depends_on = [aws_iam_role_policy.this]
}
