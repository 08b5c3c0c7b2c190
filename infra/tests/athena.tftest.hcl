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
  name         = "a-lake"
  database     = "music"
  catalog_arns = ["arn:aws:glue:eu-central-1:123456789012:catalog"]
  bucket       = { name = "a-lake", arn = "arn:aws:s3:::a-lake" }
  questions    = { top = { description = "What is at the top?", sql = "select 1" } }
}

run "a_query_is_bounded_whatever_a_client_asks_for" {
  command = plan

  module {
    source = "./modules/athena"
  }

  assert {
    condition     = one(aws_athena_workgroup.this.configuration).enforce_workgroup_configuration && one(aws_athena_workgroup.this.configuration).bytes_scanned_cutoff_per_query == 1000000000
    error_message = "expected a limit of 1000 MB that clients cannot change"
  }

  assert {
    condition     = one(one(aws_athena_workgroup.this.configuration).result_configuration).output_location == "s3://a-lake/athena/"
    error_message = "expected results in their own folder"
  }

  assert {
    condition     = aws_athena_named_query.this["top"].query == "select 1"
    error_message = "expected the question to be saved"
  }
}

run "rejects_a_limit_below_athenas_least" {
  command = plan

  module {
    source = "./modules/athena"
  }

  variables {
    scan_limit_mb = 9
  }

  expect_failures = [var.scan_limit_mb]
}

run "rejects_a_folder_with_a_slash" {
  command = plan

  module {
    source = "./modules/athena"
  }

  variables {
    table_folders = ["a/b"]
  }

  expect_failures = [var.table_folders]
}

run "rejects_a_name_with_a_space" {
  command = plan

  module {
    source = "./modules/athena"
  }

  variables {
    name = "a lake"
  }

  expect_failures = [var.name]
}
