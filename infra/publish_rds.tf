# Optional: the tables in PostgreSQL too. Everything here is made only where var.postgres says where.

locals {
  postgres      = var.postgres[*]
  postgres_name = "${local.prefix}-postgres"
  tls_ca        = try(startswith(var.postgres.tls_ca, "/") ? var.postgres.tls_ca : "${local.project}/${var.postgres.tls_ca}", null)

  # The file that the job's runner on a laptop reads too; the catalog's settings are those of the load.
  publish_rds = jsondecode(templatefile("${path.root}/publish_rds_arguments.json.tftpl", {
    bucket    = module.bucket.name
    database  = local.database
    log_group = "/aws-glue/${local.prefix}/publish_rds"
  }))

  publish_rds_arguments = [
    for database in module.postgres : merge(
      local.publish_rds,
      local.wheel_arguments,
      {
        "--host"   = database.host
        "--port"   = tostring(database.port)
        "--dbname" = database.database
        "--secret" = database.secret_arn
        "--conf"   = join(" --conf ", [for name, value in local.load_music.spark : "${name}=${value}"])
      },
      { for file in aws_s3_object.tls_ca : "--tls_ca" => "s3://${module.bucket.name}/${file.key}" },
    )
  ]
}

module "postgres" {
  source = "./modules/postgres"
  count  = length(local.postgres)

  name               = local.postgres_name
  vpc_id             = var.postgres.vpc_id
  subnet_ids         = var.postgres.subnet_ids
  clients            = merge({ "the Glue job" = aws_security_group.glue[0].id }, var.postgres.clients)
  engine_version     = var.postgres.engine_version
  instance_class     = var.postgres.instance_class
  multi_az           = var.postgres.multi_az
  storage_gb         = var.postgres.storage_gb
  max_storage_gb     = var.postgres.max_storage_gb
  backup_days        = var.postgres.backup_days
  removal_protection = local.is_protected
  log_retention_days = var.log_retention_days
  kms_key_arn        = var.kms_key_arn
}

# Glue's workers talk to each other, to AWS, and to the database; nobody else talks to them.
resource "aws_security_group" "glue" {
  count = length(local.postgres)

  name        = "${local.prefix}-glue"
  description = "The Glue job that brings the tables into ${local.postgres_name}."
  vpc_id      = var.postgres.vpc_id
}

resource "aws_security_group_rule" "workers" {
  for_each = toset(length(local.postgres) > 0 ? ["ingress", "egress"] : [])

  security_group_id = aws_security_group.glue[0].id
  description       = "The workers, with each other: Glue wants every port."
  type              = each.key
  self              = true
  protocol          = "tcp"
  from_port         = 0
  to_port           = 65535
}

resource "aws_security_group_rule" "aws" {
  count = length(local.postgres)

  security_group_id = aws_security_group.glue[0].id
  description       = "HTTPS: S3, the catalog, the secret, logs and metrics."
  type              = "egress"
  cidr_blocks       = ["0.0.0.0/0"]
  protocol          = "tcp"
  from_port         = 443
  to_port           = 443
}

resource "aws_security_group_rule" "postgres" {
  count = length(local.postgres)

  security_group_id        = aws_security_group.glue[0].id
  description              = "The database."
  type                     = "egress"
  source_security_group_id = module.postgres[0].security_group_id
  protocol                 = "tcp"
  from_port                = module.postgres[0].port
  to_port                  = module.postgres[0].port
}

data "aws_subnet" "glue" {
  count = length(local.postgres)

  id = var.postgres.subnet_ids[0]
}

resource "aws_glue_connection" "network" {
  count = length(local.postgres)

  name            = "${local.prefix}-network"
  description     = "The network that ${local.postgres_name} stands in. No password: the job reads the secret itself."
  connection_type = "NETWORK"

  physical_connection_requirements {
    availability_zone      = data.aws_subnet.glue[0].availability_zone
    subnet_id              = data.aws_subnet.glue[0].id
    security_group_id_list = [aws_security_group.glue[0].id]
  }
}

resource "aws_s3_object" "publish_rds" {
  count = length(local.postgres)

  bucket      = module.bucket.name
  key         = "code/publish_rds.py"
  source      = "${local.project}/glue_jobs/publish_rds.py"
  source_hash = filebase64sha256("${local.project}/glue_jobs/publish_rds.py")
}

# RDS's certificates are public, but its authority is its own: who names a file has the server's name verified by it.
resource "aws_s3_object" "tls_ca" {
  count = local.tls_ca == null ? 0 : 1

  bucket      = module.bucket.name
  key         = "code/rds.pem"
  source      = local.tls_ca
  source_hash = filebase64sha256(local.tls_ca)
}

module "publish_rds" {
  source = "./modules/glue_job"
  count  = length(local.postgres)

  name               = "${local.prefix}-publish-rds"
  role_name          = "${local.iam_prefix}-publish-rds"
  description        = "Brings what changed in the Iceberg tables into PostgreSQL."
  script             = "s3://${module.bucket.name}/${aws_s3_object.publish_rds[0].key}"
  glue_version       = var.glue_version
  timeout_minutes    = var.timeout_minutes
  queue_runs         = !var.emulated
  log_retention_days = var.log_retention_days
  kms_key_arn        = var.kms_key_arn
  boundary_arn       = var.boundary_arn

  default_arguments = local.publish_rds_arguments[0]

  network = {
    connection          = aws_glue_connection.network[0].name
    subnet_arn          = data.aws_subnet.glue[0].arn
    security_group_arns = [aws_security_group.glue[0].arn]
  }

  policy_statements = concat(local.key_statements, [
    {
      sid       = "ListTables"
      actions   = ["s3:ListBucket"]
      resources = [module.bucket.arn]
      condition = { test = "StringLike", variable = "s3:prefix", values = ["warehouse/*", "code/*"] }
    },
    {
      sid       = "ReadTablesAndCode"
      actions   = ["s3:GetObject"]
      resources = ["${module.bucket.arn}/warehouse/*", "${module.bucket.arn}/code/*"]
    },
    {
      sid       = "ReadTheCatalog"
      actions   = ["glue:GetDatabase", "glue:GetTable", "glue:GetTables"]
      resources = module.catalog.arns
    },
    {
      sid       = "LookUpDatabases"
      actions   = ["glue:GetDatabase"]
      resources = module.catalog.lookup_arns
    },
    {
      sid       = "ReadThePassword"
      actions   = ["secretsmanager:GetSecretValue"]
      resources = [module.postgres[0].secret_arn]
    },
  ])

  depends_on = [aws_s3_object.glue_jobs, aws_s3_object.wheel]
}
