data "aws_partition" "current" {}
data "aws_region" "current" {}
data "aws_caller_identity" "current" {}

locals {
  glue = "arn:${data.aws_partition.current.partition}:glue:${data.aws_region.current.id}:${data.aws_caller_identity.current.account_id}"
}

# The job creates the tables: Terraform would see a change with every commit, as it moves their metadata_location.
resource "aws_glue_catalog_database" "this" {
  name         = var.database
  description  = var.description
  location_uri = "${var.warehouse}/${var.database}.db"
}
