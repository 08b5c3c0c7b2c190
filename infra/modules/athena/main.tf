data "aws_caller_identity" "current" {}
data "aws_partition" "current" {}
data "aws_region" "current" {}

locals {
  athena = "arn:${data.aws_partition.current.partition}:athena:${data.aws_region.current.id}:${data.aws_caller_identity.current.account_id}"
}

resource "aws_athena_workgroup" "this" {
  name          = var.name
  description   = "Questions to ${var.database}."
  force_destroy = !var.removal_protection

  configuration {
    enforce_workgroup_configuration    = true
    publish_cloudwatch_metrics_enabled = true
    bytes_scanned_cutoff_per_query     = var.scan_limit_mb * 1000000

    engine_version {
      selected_engine_version = "Athena engine version 3"
    }

    result_configuration {
      output_location = "s3://${var.bucket.name}/${var.result_folder}/"

      encryption_configuration {
        encryption_option = var.kms_key_arn == null ? "SSE_S3" : "SSE_KMS"
        kms_key_arn       = var.kms_key_arn
      }
    }
  }
}

resource "aws_athena_named_query" "this" {
  for_each = var.questions

  name        = each.key
  description = substr(each.value.description, 0, 1024)
  database    = var.database
  workgroup   = aws_athena_workgroup.this.name
  query       = each.value.sql
}

data "aws_iam_policy_document" "reader" {
  statement {
    sid = "Ask"
    actions = [
      "athena:BatchGetNamedQuery",
      "athena:BatchGetQueryExecution",
      "athena:GetNamedQuery",
      "athena:GetQueryExecution",
      "athena:GetQueryResults",
      "athena:GetQueryResultsStream",
      "athena:GetQueryRuntimeStatistics",
      "athena:GetWorkGroup",
      "athena:ListNamedQueries",
      "athena:ListQueryExecutions",
      "athena:StartQueryExecution",
      "athena:StopQueryExecution",
    ]
    resources = [aws_athena_workgroup.this.arn]
  }

  # Athena's console and QuickSight ask for these lists before anybody can choose the workgroup; they take no resource.
  statement {
    sid       = "ChooseTheWorkgroup"
    actions   = ["athena:ListDataCatalogs", "athena:ListEngineVersions", "athena:ListWorkGroups"]
    resources = ["*"]
  }

  # What both show as a tree of databases, tables and columns; which of them, the catalog's own rights decide.
  statement {
    sid = "BrowseTheCatalog"
    actions = [
      "athena:GetDataCatalog",
      "athena:GetDatabase",
      "athena:GetTableMetadata",
      "athena:ListDatabases",
      "athena:ListTableMetadata",
    ]
    resources = ["${local.athena}:datacatalog/AwsDataCatalog"]
  }

  statement {
    sid       = "LookUpTables"
    actions   = ["glue:GetDatabase", "glue:GetDatabases", "glue:GetPartitions", "glue:GetTable", "glue:GetTables"]
    resources = var.catalog_arns
  }

  statement {
    sid       = "FindTheBucket"
    actions   = ["s3:GetBucketLocation", "s3:ListBucketMultipartUploads"]
    resources = [var.bucket.arn]
  }

  statement {
    sid       = "ListTablesAndResults"
    actions   = ["s3:ListBucket"]
    resources = [var.bucket.arn]

    condition {
      test     = "StringLike"
      variable = "s3:prefix"
      values   = [for folder in concat(var.table_folders, [var.result_folder]) : "${folder}/*"]
    }
  }

  statement {
    sid       = "ReadTables"
    actions   = ["s3:GetObject"]
    resources = [for folder in var.table_folders : "${var.bucket.arn}/${folder}/*"]
  }

  statement {
    sid       = "KeepResults"
    actions   = ["s3:AbortMultipartUpload", "s3:GetObject", "s3:ListMultipartUploadParts", "s3:PutObject"]
    resources = ["${var.bucket.arn}/${var.result_folder}/*"]
  }

  dynamic "statement" {
    for_each = var.kms_key_arn[*]

    content {
      sid       = "UseTheKey"
      actions   = ["kms:Decrypt", "kms:GenerateDataKey"]
      resources = [statement.value]
    }
  }
}

resource "aws_iam_policy" "reader" {
  name        = "${coalesce(var.policy_name, var.name)}-reader"
  description = "Ask ${var.database} in Athena: read its tables, keep results, change nothing."
  policy      = data.aws_iam_policy_document.reader.json
}
