# Weekly upkeep of the tables: small files, old snapshots, manifests, orphans.

locals {
  # The file that the job's runner on a laptop reads too; the catalog's settings are those of the load.
  maintain_tables_arguments = merge(
    jsondecode(templatefile("${path.root}/maintain_tables_arguments.json.tftpl", {
      bucket    = module.bucket.name
      database  = local.database
      log_group = "/aws-glue/${local.prefix}/maintain_tables"
      keep_days = var.snapshot_days

      retention_days = var.retention_days
      # The job stops by itself before Glue stops it, and says what is left.
      minutes = max(1, var.timeout_minutes - 10)
    })),
    { "--conf" = join(" --conf ", [for name, value in local.load_music.spark : "${name}=${value}"]) },
  )
}

resource "aws_s3_object" "maintain_tables" {
  bucket      = module.bucket.name
  key         = "code/maintain_tables.py"
  source      = "${local.project}/glue_jobs/maintain_tables.py"
  source_hash = filebase64sha256("${local.project}/glue_jobs/maintain_tables.py")
}

module "maintain_tables" {
  source = "./modules/glue_job"

  name               = "${local.prefix}-maintain-tables"
  role_name          = "${local.iam_prefix}-maintain-tables"
  description        = "Compacts the Iceberg tables and removes their old snapshots and orphans."
  script             = "s3://${module.bucket.name}/${aws_s3_object.maintain_tables.key}"
  glue_version       = var.glue_version
  worker_type        = var.worker_type
  number_of_workers  = var.number_of_workers
  timeout_minutes    = var.timeout_minutes
  queue_runs         = !var.emulated
  log_retention_days = var.log_retention_days
  kms_key_arn        = var.kms_key_arn
  boundary_arn       = var.boundary_arn

  default_arguments = local.maintain_tables_arguments

  policy_statements = concat(local.key_statements, [
    {
      sid       = "ListTables"
      actions   = ["s3:ListBucket"]
      resources = [module.bucket.arn]
      condition = { test = "StringLike", variable = "s3:prefix", values = ["warehouse/*", "code/*"] }
    },
    {
      sid       = "ReadCode"
      actions   = ["s3:GetObject"]
      resources = ["${module.bucket.arn}/code/*"]
    },
    {
      sid       = "WriteTables"
      actions   = ["s3:AbortMultipartUpload", "s3:DeleteObject", "s3:GetObject", "s3:ListMultipartUploadParts", "s3:PutObject"]
      resources = ["${module.bucket.arn}/warehouse/*"]
    },
    {
      sid       = "KeepTheCatalog"
      actions   = ["glue:GetDatabase", "glue:GetTable", "glue:GetTables", "glue:UpdateTable"]
      resources = module.catalog.arns
    },
    {
      # Spark may look at the database default, whatever it is asked.
      sid       = "LookUpDatabases"
      actions   = ["glue:GetDatabase"]
      resources = module.catalog.lookup_arns
    },
  ])

  depends_on = [aws_s3_object.glue_jobs]
}
