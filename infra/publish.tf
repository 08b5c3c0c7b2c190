locals {
  time_zones = merge({ "*" = var.time_zone }, var.account_time_zones)
}

module "athena" {
  source = "./modules/athena"

  name               = local.prefix
  policy_name        = local.iam_prefix
  database           = module.catalog.database
  catalog_arns       = module.catalog.lookup_arns
  bucket             = { name = module.bucket.name, arn = module.bucket.arn }
  table_folders      = ["warehouse", "summary"]
  scan_limit_mb      = var.scan_limit_mb
  kms_key_arn        = var.kms_key_arn
  removal_protection = local.is_protected

  questions = {
    for file in var.emulated ? [] : fileset("${local.project}/sql/question", "*.sql") :
    trimsuffix(file, ".sql") => {
      # The header's first line: -- name: what.
      description = trimspace(replace(split("\n", file("${local.project}/sql/question/${file}"))[0], "/^-- \\w+:/", ""))
      sql         = file("${local.project}/sql/question/${file}")
    }
  }
}

module "publish" {
  source = "./modules/lambda_function"

  name                 = "${local.prefix}-publish"
  role_name            = "${local.iam_prefix}-publish"
  description          = "Creates the views, refreshes the summaries, runs the checks and says how fresh the data is."
  zip                  = "${local.packages}/sql.zip"
  code                 = { bucket = module.bucket.name, key = "code/publish.zip" }
  handler              = "sql.publish.handler"
  kms_key_arn          = var.kms_key_arn
  boundary_arn         = var.boundary_arn
  retries              = 0
  reserved_concurrency = var.reserved_concurrency
  log_retention_days   = var.log_retention_days

  environment = {
    PUBLISH_DATABASE  = module.catalog.database
    PUBLISH_WORKGROUP = module.athena.workgroup
    PUBLISH_BUCKET    = module.bucket.name
    PUBLISH_JOBS      = module.load_music.name
    PUBLISH_COPIES    = join(",", module.publish_rds[*].name)
    PUBLISH_UPKEEP    = module.maintain_tables.name
    PUBLISH_NAMESPACE = local.namespace
    PUBLISH_TOPIC     = module.alarms.topic_arn
    PUBLISH_ACCOUNTS  = join(",", sort(keys(var.accounts)))
    # Whose clock local times are on: the views are made with it.
    PUBLISH_TIME_ZONES = jsonencode(local.time_zones)
  }

  triggers = {
    # A run that fails over one object has loaded the others.
    loaded = {
      event_pattern = jsonencode({
        source        = ["aws.glue"]
        "detail-type" = ["Glue Job State Change"]
        detail        = { jobName = [module.load_music.name], state = ["SUCCEEDED", "FAILED"] }
      })
    }
    gauges = {
      schedule = { expression = local.gauge_hours == 1 ? "cron(50 * * * ? *)" : "cron(50 1/6 * * ? *)", time_zone = var.time_zone }
      input    = jsonencode({ only = "gauges" })
    }
  }

  policy_statements = concat(local.key_statements, [
    {
      sid = "AskAthena"
      actions = [
        "athena:GetQueryExecution",
        "athena:GetQueryResults",
        "athena:StartQueryExecution",
        "athena:StopQueryExecution",
      ]
      resources = [module.athena.workgroup_arn]
    },
    {
      sid       = "KeepViewsAndSummaries"
      actions   = ["glue:CreateTable", "glue:GetDatabase", "glue:GetTable", "glue:GetTables", "glue:UpdateTable"]
      resources = module.catalog.arns
    },
    {
      sid       = "LookUpDatabases"
      actions   = ["glue:GetDatabase"]
      resources = module.catalog.lookup_arns
    },
    {
      # A summary's old version is the only table that is ever dropped; its name has __ in it.
      sid     = "DropOldSummaries"
      actions = ["glue:DeleteTable"]
      resources = [
        module.catalog.arns[0],
        module.catalog.arns[1],
        replace(module.catalog.arns[2], "/\\*$/", "*__*"),
      ]
    },
    {
      sid       = "FindTheBucket"
      actions   = ["s3:GetBucketLocation", "s3:ListBucketMultipartUploads"]
      resources = [module.bucket.arn]
    },
    {
      sid       = "ListTablesAndResults"
      actions   = ["s3:ListBucket"]
      resources = [module.bucket.arn]
      condition = {
        test     = "StringLike"
        variable = "s3:prefix"
        # raw/: to see what waits for a load; its objects cannot be read.
        values = ["raw/*", "warehouse/*", "summary/*", "athena/*", "state/publish/*"]
      }
    },
    {
      sid       = "ReadTables"
      actions   = ["s3:GetObject"]
      resources = ["${module.bucket.arn}/warehouse/*"]
    },
    {
      sid       = "WriteSummaries"
      actions   = ["s3:AbortMultipartUpload", "s3:DeleteObject", "s3:GetObject", "s3:ListMultipartUploadParts", "s3:PutObject"]
      resources = ["${module.bucket.arn}/summary/*"]
    },
    {
      sid     = "KeepResultsAndState"
      actions = ["s3:AbortMultipartUpload", "s3:GetObject", "s3:ListMultipartUploadParts", "s3:PutObject"]
      resources = [
        "${module.bucket.arn}/athena/*",
        "${module.bucket.arn}/state/publish/*",
      ]
    },
    {
      sid       = "CountGlueHours"
      actions   = ["glue:GetJobRuns"]
      resources = concat([module.load_music.arn, module.maintain_tables.arn], module.publish_rds[*].arn)
    },
    {
      sid       = "TellOfFailedChecks"
      actions   = ["sns:Publish"]
      resources = [module.alarms.topic_arn]
    },
  ])
}
