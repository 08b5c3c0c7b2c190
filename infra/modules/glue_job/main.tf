locals {
  log_group = lookup(var.default_arguments, "--custom-logGroup-prefix", "/aws-glue/${var.name}")
}

# Glue writes to both; made here, they have a retention and go when the job goes.
resource "aws_cloudwatch_log_group" "this" {
  for_each = toset(["error", "output"])

  name              = "${local.log_group}/${each.key}"
  retention_in_days = var.log_retention_days
  kms_key_id        = var.kms_key_arn
}

data "aws_iam_policy_document" "trust" {
  statement {
    actions = ["sts:AssumeRole"]

    principals {
      type        = "Service"
      identifiers = ["glue.amazonaws.com"]
    }
  }
}

resource "aws_iam_role" "this" {
  name                 = var.name
  description          = "What the Glue job ${var.name} may do."
  assume_role_policy   = data.aws_iam_policy_document.trust.json
  permissions_boundary = var.boundary_arn
}

data "aws_iam_policy_document" "this" {
  statement {
    sid       = "WriteLogs"
    actions   = ["logs:CreateLogStream", "logs:PutLogEvents"]
    resources = [for group in aws_cloudwatch_log_group.this : "${group.arn}:*"]
  }

  # CloudWatch knows no resources for metrics; the namespace is what can be told apart.
  statement {
    sid       = "PutGlueMetrics"
    actions   = ["cloudwatch:PutMetricData"]
    resources = ["*"]

    condition {
      test     = "StringEquals"
      variable = "cloudwatch:namespace"
      values   = ["Glue"]
    }
  }

  dynamic "statement" {
    for_each = var.policy_statements

    content {
      sid       = statement.value.sid
      actions   = statement.value.actions
      resources = statement.value.resources

      dynamic "condition" {
        for_each = statement.value.condition[*]

        content {
          test     = condition.value.test
          variable = condition.value.variable
          values   = condition.value.values
        }
      }
    }
  }
}

resource "aws_iam_role_policy" "this" {
  name   = "job"
  role   = aws_iam_role.this.id
  policy = data.aws_iam_policy_document.this.json
}

resource "aws_glue_job" "this" {
  name        = var.name
  description = var.description
  role_arn    = aws_iam_role.this.arn

  glue_version            = var.glue_version
  worker_type             = var.worker_type
  number_of_workers       = var.number_of_workers
  timeout                 = var.timeout_minutes
  execution_class         = "STANDARD"
  max_retries             = 0
  job_run_queuing_enabled = var.queue_runs

  default_arguments = merge({ "--custom-logGroup-prefix" = local.log_group }, var.default_arguments)

  command {
    script_location = var.script
    python_version  = "3"
  }

  execution_property {
    max_concurrent_runs = 1
  }

  depends_on = [aws_iam_role_policy.this, aws_cloudwatch_log_group.this]
}
