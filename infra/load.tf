locals {
  # The file that the job's runner on a laptop reads too.
  load_music = jsondecode(templatefile("${path.root}/load_music_arguments.json.tftpl", {
    bucket    = module.bucket.name
    database  = local.database
    time_zone = var.time_zone
    region    = data.aws_region.current.id
    log_group = "/aws-glue/${local.prefix}/load_music"
  }))
}

resource "aws_s3_object" "load_music" {
  bucket      = module.bucket.name
  key         = "code/load_music.py"
  source      = "${local.project}/glue_jobs/load_music.py"
  source_hash = filebase64sha256("${local.project}/glue_jobs/load_music.py")
}

resource "aws_s3_object" "glue_jobs" {
  bucket      = module.bucket.name
  key         = "code/glue_jobs.zip"
  source      = "${local.packages}/glue_jobs.zip"
  source_hash = filebase64sha256("${local.packages}/glue_jobs.zip")
}

module "load_music" {
  source = "./modules/glue_job"

  name               = "${local.prefix}-load-music"
  description        = "Loads every raw object that is in no ledger yet into the Iceberg tables."
  script             = "s3://${module.bucket.name}/${aws_s3_object.load_music.key}"
  glue_version       = var.glue_version
  worker_type        = var.worker_type
  number_of_workers  = var.number_of_workers
  timeout_minutes    = var.timeout_minutes
  queue_runs         = !var.emulated
  log_retention_days = var.log_retention_days
  kms_key_arn        = var.kms_key_arn
  boundary_arn       = var.boundary_arn

  # Glue takes one --conf; the others are chained in its value.
  default_arguments = merge(local.load_music.arguments, {
    "--conf" = join(" --conf ", [for name, value in local.load_music.spark : "${name}=${value}"])
  })

  policy_statements = concat(local.key_statements, [
    {
      sid       = "ListRawAndTables"
      actions   = ["s3:ListBucket"]
      resources = [module.bucket.arn]
      condition = { test = "StringLike", variable = "s3:prefix", values = ["raw/*", "warehouse/*", "code/*"] }
    },
    {
      sid       = "ReadRawAndCode"
      actions   = ["s3:GetObject"]
      resources = ["${module.bucket.arn}/raw/*", "${module.bucket.arn}/code/*"]
    },
    {
      sid       = "WriteTables"
      actions   = ["s3:AbortMultipartUpload", "s3:DeleteObject", "s3:GetObject", "s3:PutObject"]
      resources = ["${module.bucket.arn}/warehouse/*"]
    },
    {
      sid       = "KeepTheCatalog"
      actions   = ["glue:CreateTable", "glue:GetDatabase", "glue:GetTable", "glue:GetTables", "glue:UpdateTable"]
      resources = module.catalog.arns
    },
  ])

  depends_on = [aws_s3_object.glue_jobs]
}

module "load_workflow" {
  source = "./modules/load_workflow"

  name                 = "${local.prefix}-load"
  job_name             = module.load_music.name
  event_pattern        = templatefile("${path.root}/raw_object_created.json.tftpl", { bucket = module.bucket.name })
  batch_size           = var.batch_size
  batch_window_seconds = var.batch_window_seconds
  catch_up             = { expression = "cron(30 4 * * ? *)", time_zone = var.time_zone }
  event_target         = var.emulated ? "queue" : "workflow"
  next_jobs            = { for job in module.publish_rds : "publish-rds" => job.name }
  boundary_arn         = var.boundary_arn
}
