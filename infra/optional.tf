# Parts that are there only where their variable says so.

module "quicksight" {
  source = "./modules/quicksight"
  count  = var.quicksight == null ? 0 : 1

  name              = local.prefix
  workgroup         = module.athena.workgroup
  database          = module.catalog.database
  principals        = var.quicksight.principals
  service_role      = var.quicksight.service_role
  reader_policy_arn = module.athena.reader_policy_arn

  # `make samples` writes the file from the views themselves.
  views = {
    for name, columns in jsondecode(file("${path.root}/quicksight_views.json")) :
    name => [for column in columns : { name = column[0], type = column[1] }] if contains(var.quicksight.views, name)
  }
}

module "ci_role" {
  source = "./modules/ci_role"
  count  = var.ci_role == null ? 0 : 1

  prefix       = local.prefix
  iam_prefix   = local.iam_prefix
  bucket_arn   = module.bucket.arn
  database     = module.catalog.database
  repository   = var.ci_role.repository
  roles        = var.ci_role.roles
  provider_arn = var.ci_role.provider_arn
  state        = one([for state in var.ci_role.state[*] : merge(state, { workspace = var.environment })])
  kms_key_arn  = var.kms_key_arn
  boundary_arn = var.boundary_arn
}
