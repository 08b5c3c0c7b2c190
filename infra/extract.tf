# One function, one secret and one sources document for each Spotify account; all of them land in one lake.

resource "aws_s3_object" "sources" {
  for_each = local.sources

  bucket       = module.bucket.name
  key          = "config/${each.key}/sources.json"
  source       = each.value
  source_hash  = filebase64sha256(each.value)
  content_type = "application/json"

  # What is called unchanged relies on an earlier walk, which must not have gone.
  lifecycle {
    precondition {
      condition     = local.raw_days == null || try(jsondecode(file(each.value)).full_walk_days, 7) < coalesce(local.raw_days, 0)
      error_message = "${each.value}: full_walk_days must be less than the days that raw objects stay (${coalesce(local.raw_days, 0)}); got ${try(jsondecode(file(each.value)).full_walk_days, 7)}."
    }
  }
}

# Only the box: what is in it is put there by `lakehouse login`, and is never in a plan or a state.
resource "aws_secretsmanager_secret" "login" {
  for_each = var.accounts

  name                    = "${local.prefix}/${each.key}"
  description             = "Spotify app and login of ${each.key}."
  kms_key_id              = var.kms_key_arn
  recovery_window_in_days = local.is_protected ? 30 : 0
}

module "extract" {
  source   = "./modules/lambda_function"
  for_each = var.accounts

  name         = "${local.prefix}-extract-${each.key}"
  role_name    = "${local.iam_prefix}-extract-${each.key}"
  description  = "Lands what Spotify says of ${each.key} as one raw object."
  zip          = "${local.packages}/lambda_extract.zip"
  code         = { bucket = module.bucket.name, key = "code/extract-${each.key}.zip" }
  handler      = "lambda_extract.handler.handler"
  kms_key_arn  = var.kms_key_arn
  boundary_arn = var.boundary_arn

  reserved_concurrency = var.reserved_concurrency
  log_retention_days   = var.log_retention_days

  environment = {
    EXTRACT_ACCOUNT              = each.key
    EXTRACT_METRICS              = var.detailed_metrics ? "all" : ""
    EXTRACT_SECRET               = aws_secretsmanager_secret.login[each.key].name
    EXTRACT_SOURCES              = "s3://${module.bucket.name}/${aws_s3_object.sources[each.key].key}"
    EXTRACT_RAW                  = "s3://${module.bucket.name}/raw"
    EXTRACT_STATE                = "s3://${module.bucket.name}/state/extract"
    POWERTOOLS_METRICS_NAMESPACE = local.namespace
  }

  triggers = {
    schedule = { schedule = local.schedule_of[each.key] }
  }

  policy_statements = concat(local.key_statements, [
    {
      sid       = "LandRawObjects"
      actions   = ["s3:PutObject"]
      resources = ["${module.bucket.arn}/raw/*"]
    },
    {
      sid       = "ReadSources"
      actions   = ["s3:GetObject"]
      resources = ["${module.bucket.arn}/config/${each.key}/*"]
    },
    {
      # In one place for all accounts: those of one app share its limits.
      sid       = "RememberState"
      actions   = ["s3:GetObject", "s3:PutObject"]
      resources = ["${module.bucket.arn}/state/extract/*"]
    },
    {
      # So that what is missing is said to be missing, not to be forbidden.
      sid       = "ListOwnFolders"
      actions   = ["s3:ListBucket"]
      resources = [module.bucket.arn]
      condition = {
        test     = "StringLike"
        variable = "s3:prefix"
        values   = ["raw/*", "config/${each.key}/*", "state/extract/*"]
      }
    },
    {
      sid       = "ReadAndRotateTheLogin"
      actions   = ["secretsmanager:DescribeSecret", "secretsmanager:GetSecretValue", "secretsmanager:PutSecretValue"]
      resources = [aws_secretsmanager_secret.login[each.key].arn]
    },
  ])
}
