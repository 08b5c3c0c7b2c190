mock_provider "aws" {
  mock_data "aws_iam_policy_document" {
    defaults = { json = "{}" }
  }
  mock_data "aws_partition" {
    defaults = { partition = "aws" }
  }
  mock_data "aws_region" {
    defaults = { id = "eu-central-1", name = "eu-central-1" }
  }
  mock_data "aws_caller_identity" {
    defaults = { account_id = "123456789012" }
  }
}

variables {
  database  = "music_pr_7"
  warehouse = "s3://a-lake/warehouse"
}

run "tables_lie_below_the_warehouse" {
  command = plan

  module {
    source = "./modules/catalog"
  }

  assert {
    condition     = aws_glue_catalog_database.this.location_uri == "s3://a-lake/warehouse/music_pr_7.db"
    error_message = "expected the folder that Iceberg's Glue catalog takes too"
  }

  assert {
    condition     = output.arns[2] == "arn:aws:glue:eu-central-1:123456789012:table/music_pr_7/*"
    error_message = "expected the tables of this database only"
  }
}

run "rejects_a_hyphen" {
  command = plan

  module {
    source = "./modules/catalog"
  }

  variables {
    database = "music-pr-7"
  }

  expect_failures = [var.database]
}

run "rejects_a_warehouse_without_a_folder" {
  command = plan

  module {
    source = "./modules/catalog"
  }

  variables {
    warehouse = "s3://a-lake"
  }

  expect_failures = [var.warehouse]
}
