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
  name    = "a-lake"
  folders = { raw = { expire_after_days = 400 }, warehouse = {} }
}

run "old_versions_go_after_a_week_in_every_folder" {
  command = plan

  module {
    source = "./modules/bucket"
  }

  assert {
    condition = jsonencode({
      for rule in aws_s3_bucket_lifecycle_configuration.this.rule : rule.id => one(rule.noncurrent_version_expiration[*].noncurrent_days)
    }) == jsonencode({ leftovers = null, raw = 7, warehouse = 7 })
    error_message = "expected old versions of raw and warehouse to go after 7 days"
  }

  assert {
    condition = jsonencode({
      for rule in aws_s3_bucket_lifecycle_configuration.this.rule : rule.id => one(rule.expiration[*].days) if rule.id != "leftovers"
    }) == jsonencode({ raw = 400, warehouse = null })
    error_message = "expected only raw objects to go, after 400 days"
  }

  assert {
    condition     = aws_s3_bucket_versioning.this.versioning_configuration[0].status == "Enabled"
    error_message = "expected versions to be kept"
  }
}

run "nothing_is_public_and_everything_is_encrypted" {
  command = plan

  module {
    source = "./modules/bucket"
  }

  assert {
    condition = alltrue([
      aws_s3_bucket_public_access_block.this.block_public_acls,
      aws_s3_bucket_public_access_block.this.block_public_policy,
      aws_s3_bucket_public_access_block.this.ignore_public_acls,
      aws_s3_bucket_public_access_block.this.restrict_public_buckets,
    ])
    error_message = "expected no public access of any kind"
  }

  assert {
    condition     = one(one(aws_s3_bucket_server_side_encryption_configuration.this.rule).apply_server_side_encryption_by_default).sse_algorithm == "AES256"
    error_message = "expected S3's own encryption where no key is given"
  }

  assert {
    condition     = length(aws_s3_bucket_policy.this) == 1
    error_message = "expected a policy that refuses unencrypted connections"
  }
}

run "a_key_encrypts" {
  command = plan

  module {
    source = "./modules/bucket"
  }

  variables {
    kms_key_arn = "arn:aws:kms:eu-central-1:123456789012:key/k1"
  }

  assert {
    condition     = one(one(aws_s3_bucket_server_side_encryption_configuration.this.rule).apply_server_side_encryption_by_default).kms_master_key_id == "arn:aws:kms:eu-central-1:123456789012:key/k1"
    error_message = "expected the key that was given"
  }
}

run "removal_protection_decides_whether_objects_go_with_the_bucket" {
  command = plan

  module {
    source = "./modules/bucket"
  }

  variables {
    removal_protection = false
    send_events        = true
  }

  assert {
    condition     = aws_s3_bucket.this.force_destroy && aws_s3_bucket_notification.this.eventbridge
    error_message = "expected a bucket that goes with its objects, and that sends events"
  }
}

run "rejects_a_name_with_capitals" {
  command = plan

  module {
    source = "./modules/bucket"
  }

  variables {
    name = "A_Lake"
  }

  expect_failures = [var.name]
}

run "rejects_a_folder_with_a_slash_at_its_end" {
  command = plan

  module {
    source = "./modules/bucket"
  }

  variables {
    folders = { "raw/" = {} }
  }

  expect_failures = [var.folders]
}

run "rejects_infrequent_access_before_30_days" {
  command = plan

  module {
    source = "./modules/bucket"
  }

  variables {
    folders = { raw = { infrequent_access_after_days = 7 } }
  }

  expect_failures = [var.folders]
}

run "rejects_a_key_that_is_no_arn" {
  command = plan

  module {
    source = "./modules/bucket"
  }

  variables {
    kms_key_arn = "alias/mine"
  }

  expect_failures = [var.kms_key_arn]
}
