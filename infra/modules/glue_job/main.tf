data "aws_caller_identity" "current" {}
data "aws_partition" "current" {}
data "aws_region" "current" {}

locals {
  log_group = lookup(var.default_arguments, "--custom-logGroup-prefix", "/aws-glue/${var.name}")
  place     = "${data.aws_region.current.id}:${data.aws_caller_identity.current.account_id}"
  partition = "arn:${data.aws_partition.current.partition}"

  # A job in a network gets network interfaces in it, made and removed in its own name; Glue marks them by a tag.
  interfaces = "${local.partition}:ec2:${local.place}:network-interface/*"
  network_statements = flatten([
    for network in var.network[*] : [
      {
        # EC2 knows no resources for what only looks.
        sid = "LookAtTheNetwork"
        actions = [
          "ec2:DescribeNetworkInterfaces",
          "ec2:DescribeRouteTables",
          "ec2:DescribeSecurityGroups",
          "ec2:DescribeSubnets",
          "ec2:DescribeVpcAttribute",
          "ec2:DescribeVpcEndpoints",
        ]
        resources = ["*"]
        condition = null
      },
      {
        sid       = "EnterTheNetwork"
        actions   = ["ec2:CreateNetworkInterface"]
        resources = concat([network.subnet_arn, local.interfaces], network.security_group_arns)
        condition = null
      },
      {
        sid       = "LeaveTheNetwork"
        actions   = ["ec2:DeleteNetworkInterface"]
        resources = [local.interfaces]
        condition = null
      },
      {
        sid       = "MarkNetworkInterfaces"
        actions   = ["ec2:CreateTags", "ec2:DeleteTags"]
        resources = [local.interfaces]
        condition = { test = "ForAllValues:StringEquals", variable = "aws:TagKeys", values = ["aws-glue-service-resource"] }
      },
      {
        sid       = "ReadTheConnection"
        actions   = ["glue:GetConnection"]
        resources = ["${local.partition}:glue:${local.place}:catalog", "${local.partition}:glue:${local.place}:connection/${network.connection}"]
        condition = null
      },
    ]
  ])
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
  name                 = coalesce(var.role_name, var.name)
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

  # Both groups are there already. No document says whether Glue asks to create them all the same.
  statement {
    sid       = "CreateOwnLogGroups"
    actions   = ["logs:CreateLogGroup"]
    resources = flatten([for group in aws_cloudwatch_log_group.this : [group.arn, "${group.arn}:*"]])
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
    for_each = concat(local.network_statements, var.policy_statements)

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

  connections       = var.network[*].connection
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
