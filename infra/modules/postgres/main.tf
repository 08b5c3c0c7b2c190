resource "aws_db_subnet_group" "this" {
  name        = var.name
  description = "Private subnets of ${var.name}."
  subnet_ids  = var.subnet_ids
}

resource "aws_security_group" "this" {
  name        = var.name
  description = "Lets in who may ask ${var.name}; it calls nobody."
  vpc_id      = var.vpc_id
}

resource "aws_vpc_security_group_ingress_rule" "this" {
  for_each = var.clients

  security_group_id            = aws_security_group.this.id
  description                  = "PostgreSQL for ${each.key}."
  referenced_security_group_id = each.value
  ip_protocol                  = "tcp"
  from_port                    = var.port
  to_port                      = var.port
}

locals {
  major_version = split(".", var.engine_version)[0]
}

# One for each major version: an upgrade needs the next one beside it.
resource "aws_db_parameter_group" "this" {
  name        = "${var.name}-${local.major_version}"
  description = "TLS for everybody; what changes the schema, and what takes long, is logged."
  family      = "postgres${local.major_version}"

  parameter {
    name  = "rds.force_ssl"
    value = "1"
  }

  parameter {
    name  = "log_statement"
    value = "ddl"
  }

  parameter {
    name  = "log_min_duration_statement"
    value = "10000"
  }

  lifecycle {
    create_before_destroy = true
  }
}

# RDS writes to both; made here, they have a retention and go when the database goes.
resource "aws_cloudwatch_log_group" "this" {
  for_each = toset(["postgresql", "upgrade"])

  name              = "/aws/rds/instance/${var.name}/${each.key}"
  retention_in_days = var.log_retention_days
  kms_key_id        = var.kms_key_arn
}

resource "aws_db_instance" "this" {
  identifier     = var.name
  engine         = "postgres"
  engine_version = var.engine_version
  instance_class = var.instance_class
  multi_az       = var.multi_az

  storage_type          = "gp3"
  allocated_storage     = var.storage_gb
  max_allocated_storage = var.max_storage_gb
  storage_encrypted     = true
  kms_key_id            = var.kms_key_arn

  db_name  = var.database
  username = "lakehouse"
  port     = var.port
  # RDS makes the password, keeps it in Secrets Manager and rotates it: it is in no plan and no state.
  manage_master_user_password         = true
  master_user_secret_kms_key_id       = var.kms_key_arn
  iam_database_authentication_enabled = true

  db_subnet_group_name   = aws_db_subnet_group.this.name
  vpc_security_group_ids = [aws_security_group.this.id]
  publicly_accessible    = false
  parameter_group_name   = aws_db_parameter_group.this.name
  ca_cert_identifier     = "rds-ca-rsa2048-g1"

  backup_retention_period  = var.backup_days
  delete_automated_backups = !var.removal_protection
  copy_tags_to_snapshot    = true
  deletion_protection      = var.removal_protection
  skip_final_snapshot      = !var.removal_protection
  # A name of its own for each database that is made here: RDS refuses a snapshot's name that is taken.
  final_snapshot_identifier = "${var.name}-final-${formatdate("YYYYMMDDhhmmss", plantimestamp())}"

  auto_minor_version_upgrade      = true
  allow_major_version_upgrade     = true
  enabled_cloudwatch_logs_exports = ["postgresql", "upgrade"]

  lifecycle {
    ignore_changes = [final_snapshot_identifier]
  }

  depends_on = [aws_cloudwatch_log_group.this]
}
