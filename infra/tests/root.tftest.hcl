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
  mock_resource "aws_sns_topic" {
    defaults = { arn = "arn:aws:sns:eu-central-1:123456789012:a" }
  }
}

variables {
  environment = "pr-7"
}

run "is_what_a_person_gets_by_default" {
  command = plan

  assert {
    condition     = [output.bucket, output.database, output.workgroup] == ["spotify-lakehouse-pr-7-123456789012", "music_pr_7", "spotify-lakehouse-pr-7"]
    error_message = "expected names that hold the environment; the database takes no hyphen"
  }

  assert {
    condition     = module.extract["me"].schedules == { schedule = "spotify-lakehouse-pr-7-extract-me-schedule" }
    error_message = "expected one account on a schedule"
  }

  assert {
    condition     = !output.removal_protection && output.stale_after_hours == 26
    error_message = "expected a copy that can go again, and data that is stale after 26 hours"
  }

  assert {
    condition     = length(module.athena.questions) == length(fileset("../sql/question", "*.sql"))
    error_message = "expected every question to be saved"
  }
}

run "prod_is_protected" {
  command = plan

  variables {
    environment = "prod"
    schedule    = "weekly"
  }

  assert {
    condition     = output.removal_protection && output.stale_after_hours == 170
    error_message = "expected prod to be protected, and weekly data to be stale after 170 hours"
  }

  assert {
    condition     = aws_secretsmanager_secret.login["me"].recovery_window_in_days == 30
    error_message = "expected a deleted secret to be recoverable"
  }
}

run "several_accounts_feed_one_lake" {
  command = plan

  variables {
    accounts = { anna = { sources = "lakehouse/sources/mine.json" }, ben = { sources = "lakehouse/sources/mine.json" } }
    schedule = "rate(6 hours)"
  }

  assert {
    condition     = [for account in ["anna", "ben"] : output.accounts[account].secret] == ["spotify-lakehouse-pr-7/anna", "spotify-lakehouse-pr-7/ben"]
    error_message = "expected a secret for each account"
  }
}

run "has_no_postgresql_unless_told_where" {
  command = plan

  assert {
    condition     = output.postgres == null && output.publish_rds_job == "" && length(module.publish_rds) == 0
    error_message = "expected the tables in Iceberg alone"
  }
}

run "brings_the_tables_into_postgresql_after_each_load" {
  command = plan

  override_data {
    target = data.aws_subnet.glue
    values = {
      id                = "subnet-0a"
      arn               = "arn:aws:ec2:eu-central-1:123456789012:subnet/subnet-0a"
      availability_zone = "eu-central-1a"
    }
  }

  override_resource {
    target          = module.postgres[0].aws_db_instance.this
    override_during = plan
    values = {
      address            = "a-lake.rds.example"
      master_user_secret = [{ secret_arn = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:rds!db-a" }]
    }
  }

  variables {
    postgres = { vpc_id = "vpc-0abc", subnet_ids = ["subnet-0a", "subnet-0b"], tls_ca = "infra/versions.tf" }
  }

  assert {
    condition     = output.publish_rds_job == "spotify-lakehouse-pr-7-publish-rds" && length(module.load_workflow.next_jobs) == 1
    error_message = "expected a job that the workflow starts after the load"
  }

  assert {
    condition     = output.publish_rds_arguments["--host"] == "a-lake.rds.example" && output.publish_rds_arguments["--secret"] == "arn:aws:secretsmanager:eu-central-1:123456789012:secret:rds!db-a"
    error_message = "expected the job to be told the host and RDS's own secret"
  }

  assert {
    condition     = alltrue([for name, value in output.publish_rds_arguments : module.publish_rds[0].default_arguments[name] == value])
    error_message = "expected the job to be told just that"
  }

  assert {
    condition     = output.publish_rds_arguments["--tls_ca"] == "s3://spotify-lakehouse-pr-7-123456789012/code/rds.pem"
    error_message = "expected the server to be verified by the file that was named"
  }

  assert {
    condition     = output.publish_rds_arguments["--conf"] == output.load_arguments["--conf"]
    error_message = "expected the catalog of the load"
  }

  assert {
    condition     = !output.removal_protection && contains(module.alarms.names, "spotify-lakehouse-pr-7-copy-failed")
    error_message = "expected an alarm for a copy that fails"
  }
}

run "encrypts_without_verifying_where_no_certificates_are_named" {
  command = plan

  override_data {
    target = data.aws_subnet.glue
    values = {
      id                = "subnet-0a"
      arn               = "arn:aws:ec2:eu-central-1:123456789012:subnet/subnet-0a"
      availability_zone = "eu-central-1a"
    }
  }

  override_resource {
    target          = module.postgres[0].aws_db_instance.this
    override_during = plan
    values = {
      address            = "a-lake.rds.example"
      master_user_secret = [{ secret_arn = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:rds!db-a" }]
    }
  }

  variables {
    postgres = { vpc_id = "vpc-0abc", subnet_ids = ["subnet-0a", "subnet-0b"] }
  }

  assert {
    condition     = !contains(keys(output.publish_rds_arguments), "--tls_ca") && length(aws_s3_object.tls_ca) == 0
    error_message = "expected the job to be told of no certificates"
  }

  assert {
    condition     = output.postgres.port == 5432 && output.postgres.database == "music"
    error_message = "expected the place to be an output"
  }
}

run "rejects_certificates_that_are_not_there" {
  command = plan

  variables {
    postgres = { vpc_id = "vpc-0abc", subnet_ids = ["subnet-0a", "subnet-0b"], tls_ca = "none.pem" }
  }

  expect_failures = [var.postgres]
}

run "rejects_an_environment_with_capitals" {
  command = plan

  variables {
    environment = "Prod"
  }

  expect_failures = [var.environment]
}

run "rejects_an_environment_that_would_clash_as_a_database" {
  command = plan

  variables {
    environment = "pr_7"
  }

  expect_failures = [var.environment]
}

run "rejects_a_schedule_it_does_not_know" {
  command = plan

  variables {
    schedule = "monthly"
  }

  expect_failures = [var.schedule]
}

run "rejects_a_cron_that_gives_both_days" {
  command = plan

  variables {
    schedule = "cron(0 6 * * MON *)"
  }

  expect_failures = [var.schedule]
}

run "rejects_a_cron_of_five_fields" {
  command = plan

  variables {
    schedule = "cron(0 6 * * ?)"
  }

  expect_failures = [var.schedule]
}

run "rejects_a_rate_in_weeks" {
  command = plan

  variables {
    schedule = "rate(1 week)"
  }

  expect_failures = [var.schedule]
}

run "old_data_is_told_of_on_the_day_by_a_gauge_where_runs_are_weekly" {
  command = plan

  variables {
    schedule = "rate(7 days)"
  }

  assert {
    condition     = output.stale_after_hours == 170
    error_message = "expected the hours of the rate and two more; got ${output.stale_after_hours}"
  }

  assert {
    condition     = [local.publish_alarms.load-stale.metric, local.publish_alarms.load-stale.missing, tostring(local.publish_alarms.load-stale.period), tostring(local.gauge_hours)] == ["HoursSinceLoad", "breaching", "21600", "6"]
    error_message = "expected a gauge that is measured, and looked at, every six hours"
  }
}

run "old_data_of_hourly_runs_is_told_of_within_hours" {
  command = plan

  variables {
    schedule = "hourly"
  }

  assert {
    condition     = output.stale_after_hours == 3 && local.publish_alarms.load-stale.period == 3600 && local.gauge_hours == 1
    error_message = "expected a gauge that is measured, and looked at, every hour"
  }
}

run "rejects_sources_that_are_not_there" {
  command = plan

  variables {
    accounts = { me = { sources = "none.json" } }
  }

  expect_failures = [var.accounts]
}

run "rejects_no_account" {
  command = plan

  variables {
    accounts = {}
  }

  expect_failures = [var.accounts]
}

run "rejects_a_zone_that_is_an_abbreviation" {
  command = plan

  variables {
    time_zone = "CET"
  }

  expect_failures = [var.time_zone]
}

run "rejects_no_budget" {
  command = plan

  variables {
    glue_hours_budget = 0
  }

  expect_failures = [var.glue_hours_budget]
}

run "rejects_a_version_of_glue_that_is_not_tested" {
  command = plan

  variables {
    glue_version = "5.0"
  }

  expect_failures = [var.glue_version]
}

run "has_no_optional_part_unless_asked" {
  command = plan

  assert {
    condition     = output.quicksight_data_sets == null && output.ci_role_arns == null
    error_message = "expected neither QuickSight nor roles for GitHub"
  }
}

run "has_the_optional_parts_that_are_asked_for" {
  command = plan

  variables {
    quicksight = { principals = { "arn:aws:quicksight:eu-central-1:123456789012:group/default/readers" = "use" }, views = ["chart_day", "song_full"] }
    ci_role    = { repository = "anna/lakehouse", roles = { plan = { pull_requests = true } } }
  }

  assert {
    condition     = keys(module.quicksight[0].data_sets) == ["chart_day", "song_full"] && keys(module.ci_role[0].subjects) == ["plan"]
    error_message = "expected the views that were asked for, and the role"
  }
}

run "rejects_a_data_set_of_a_view_that_is_not_there" {
  command = plan

  variables {
    quicksight = { principals = { "arn:aws:quicksight:eu-central-1:123456789012:group/default/readers" = "use" }, views = ["songs"] }
  }

  expect_failures = [var.quicksight]
}
