locals {
  # The file that the job's runner on a laptop reads too.
  load_music = jsondecode(templatefile("${path.root}/load_music_arguments.json.tftpl", {
    bucket    = module.bucket.name
    database  = local.database
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

# Compiled packages that Glue lacks, for the Python of its version: pinned, and fetched by who deploys, not by each run.
locals {
  wheel_folder = "${local.packages}/wheels/glue-${var.glue_version}"
  wheels       = fileset(local.wheel_folder, "*.whl")
  wheel_arguments = length(local.wheels) == 0 ? {} : {
    "--additional-python-modules"       = join(",", [for name in sort(local.wheels) : "s3://${module.bucket.name}/code/wheels/glue-${var.glue_version}/${name}"])
    "--python-modules-installer-option" = "--no-index --no-deps"
  }
}

resource "aws_s3_object" "wheel" {
  for_each = local.wheels

  bucket      = module.bucket.name
  key         = "code/wheels/glue-${var.glue_version}/${each.value}"
  source      = "${local.wheel_folder}/${each.value}"
  source_hash = filebase64sha256("${local.wheel_folder}/${each.value}")
}

module "load_music" {
  source = "./modules/glue_job"

  name               = "${local.prefix}-load-music"
  role_name          = "${local.iam_prefix}-load-music"
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
  default_arguments = merge(local.load_music.arguments, local.wheel_arguments, {
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
      actions   = ["s3:AbortMultipartUpload", "s3:DeleteObject", "s3:GetObject", "s3:ListMultipartUploadParts", "s3:PutObject"]
      resources = ["${module.bucket.arn}/warehouse/*"]
    },
    {
      sid       = "KeepTheCatalog"
      actions   = ["glue:CreateTable", "glue:GetDatabase", "glue:GetTable", "glue:GetTables", "glue:UpdateTable"]
      resources = module.catalog.arns
    },
    {
      # Spark may look at the database default, whatever it is asked.
      sid       = "LookUpDatabases"
      actions   = ["glue:GetDatabase"]
      resources = module.catalog.lookup_arns
    },
  ])

  depends_on = [aws_s3_object.glue_jobs, aws_s3_object.wheel]
}

module "load_workflow" {
  source = "./modules/load_workflow"

  name                 = "${local.prefix}-load"
  role_name            = "${local.iam_prefix}-load"
  job_name             = module.load_music.name
  event_pattern        = templatefile("${path.root}/raw_object_created.json.tftpl", { bucket = module.bucket.name })
  batch_size           = var.batch_size
  batch_window_seconds = local.batch_window_seconds
  catch_up             = { expression = local.catch_up, time_zone = var.time_zone }
  next_catch_up        = { expression = local.next_catch_up, time_zone = var.time_zone }
  event_target         = var.emulated ? "queue" : "workflow"
  next_jobs            = { for job in module.publish_rds : "publish-rds" => job.name }
  timed_jobs           = { upkeep = { job = module.maintain_tables.name, expression = var.upkeep_schedule, time_zone = var.time_zone } }
  boundary_arn         = var.boundary_arn
}
