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
    condition     = [output.bucket, output.database, output.workgroup] == ["spotify-lakehouse-pr-7-123456789012-eu-central-1", "music_pr_7", "spotify-lakehouse-pr-7"]
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
    condition     = output.publish_rds_arguments["--tls_ca"] == "s3://spotify-lakehouse-pr-7-123456789012-eu-central-1/code/rds.pem"
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
    condition     = [local.publish_alarms.load-stale.metric, local.publish_alarms.load-stale.missing, tostring(local.publish_alarms.load-stale.tell_of_silence), tostring(local.publish_alarms.load-stale.period), tostring(local.gauge_hours)] == ["HoursSinceLoad", "missing", "true", "21600", "6"]
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

run "names_that_know_no_region_hold_it" {
  command = plan

  assert {
    condition     = [local.iam_prefix, local.bucket] == ["lakehouse-pr-7-euc1", "spotify-lakehouse-pr-7-123456789012-eu-central-1"]
    error_message = "expected the region in names of roles and of the bucket; got ${local.iam_prefix}, ${local.bucket}"
  }
}

run "the_longest_names_fit_in_every_region" {
  command = plan

  variables {
    environment = "a-sixteen-letter"
    accounts    = { abcdefghijkl = { sources = "lakehouse/sources/mine.json" } }
  }

  override_data {
    target = data.aws_region.current
    values = { id = "ap-southeast-2", name = "ap-southeast-2" }
  }

  assert {
    condition     = max([for name in [local.bucket] : length(name)]...) <= 63 && length("${local.iam_prefix}-extract-abcdefghijkl-schedule") <= 64
    error_message = "expected names that AWS takes"
  }
}

run "accounts_start_a_minute_after_one_another_and_share_a_load" {
  command = plan

  variables {
    accounts = { anna = { sources = "lakehouse/sources/mine.json" }, ben = { sources = "lakehouse/sources/mine.json" } }
    schedule = "hourly"
  }

  assert {
    condition     = { for name, schedule in local.schedule_of : name => schedule.expression } == { anna = "cron(0 * * * ? *)", ben = "cron(1 * * * ? *)" }
    error_message = "expected a minute between the accounts"
  }

  assert {
    condition     = local.batch_window_seconds == 120
    error_message = "expected a window in which both land; got ${local.batch_window_seconds}"
  }

  assert {
    condition     = toset([for name in keys(local.account_alarms) : name]) == toset(["not-loaded-anna", "not-loaded-ben"])
    error_message = "expected an alarm for each account's newest object"
  }
}

run "accounts_of_an_own_schedule_are_spread_by_the_scheduler" {
  command = plan

  variables {
    accounts = { anna = { sources = "lakehouse/sources/mine.json" }, ben = { sources = "lakehouse/sources/mine.json" } }
    schedule = "cron(15 22 * * ? *)"
  }

  assert {
    condition     = [for schedule in values(local.schedule_of) : schedule.flexible_minutes] == [12, 12]
    error_message = "expected EventBridge Scheduler to choose a moment"
  }

  assert {
    condition     = [local.catch_up, local.next_catch_up] == ["cron(15 0 * * ? *)", "cron(15 1 * * ? *)"]
    error_message = "expected the catch-up two hours after the schedule, also over midnight; got ${local.catch_up}, ${local.next_catch_up}"
  }
}

run "an_object_whose_event_is_lost_waits_for_hours_not_for_a_day" {
  command = plan

  assert {
    condition     = local.catch_up == "cron(30 7 * * ? *)" && local.schedule_of.me.expression == "cron(0 6 * * ? *)"
    error_message = "expected the catch-up after the daily extraction; got ${local.catch_up}"
  }
}

run "a_schedule_without_one_hour_is_caught_up_every_six" {
  command = plan

  variables {
    schedule = "cron(0 8,20 * * ? *)"
  }

  assert {
    condition     = local.catch_up == "rate(6 hours)" && local.extractions_a_day == 2
    error_message = "expected a catch-up within a day; got ${local.catch_up}, ${local.extractions_a_day} extractions"
  }
}

run "rejects_an_extraction_each_minute" {
  command = plan

  variables {
    schedule = "rate(1 minute)"
  }

  expect_failures = [var.schedule]
}

run "rejects_an_extraction_each_minute_by_cron" {
  command = plan

  variables {
    schedule = "cron(* * * * ? *)"
  }

  expect_failures = [var.schedule]
}

run "a_schedule_that_costs_much_wants_to_be_confirmed" {
  command = plan

  variables {
    schedule = "rate(10 minutes)"
  }

  expect_failures = [output.least_monthly_cost]
}

run "a_schedule_that_is_confirmed_is_taken_and_its_budget_follows_it" {
  command = plan

  variables {
    schedule             = "rate(10 minutes)"
    confirm_monthly_cost = 70
  }

  assert {
    condition     = output.least_monthly_cost > 60 && local.glue_hours_budget > 400
    error_message = "expected the alarm's hours to follow the schedule; got ${output.least_monthly_cost} USD, ${local.glue_hours_budget} hours"
  }
}

run "the_budget_of_a_daily_schedule_is_small" {
  command = plan

  assert {
    condition     = local.glue_hours_budget == 7 && output.least_monthly_cost < 1
    error_message = "expected three times two runs a day of two workers; got ${local.glue_hours_budget} hours, ${output.least_monthly_cost} USD"
  }
}


run "glue_gets_the_wheels_of_its_python_from_the_bucket" {
  command = plan

  assert {
    condition     = output.load_arguments["--additional-python-modules"] == "s3://spotify-lakehouse-pr-7-123456789012-eu-central-1/code/wheels/glue-5.1/tool-1.0-cp311-cp311-manylinux2014_x86_64.whl"
    error_message = "expected the wheel that was packaged for Glue 5.1"
  }

  assert {
    condition     = output.load_arguments["--python-modules-installer-option"] == "--no-index --no-deps"
    error_message = "expected nothing to be fetched from anywhere else"
  }
}

run "glue_6_gets_those_of_another_python" {
  command = plan

  variables {
    glue_version = "6.0"
  }

  assert {
    condition     = strcontains(output.load_arguments["--additional-python-modules"], "/code/wheels/glue-6.0/tool-1.0-cp313-") && length(aws_s3_object.wheel) == 1
    error_message = "expected the wheel that was packaged for Glue 6.0, and no other"
  }
}

run "rejects_a_folder_without_wheels" {
  command = plan

  variables {
    packages = "docs"
  }

  expect_failures = [var.packages]
}

run "keeps_the_tables_weekly_and_for_two_years" {
  command = plan

  assert {
    condition     = module.load_workflow.timed_jobs == { upkeep = "spotify-lakehouse-pr-7-load-upkeep" }
    error_message = "expected a schedule for the upkeep"
  }

  assert {
    condition     = [for name in ["--minutes", "--keep_days", "--retention_days"] : output.maintain_tables_arguments[name]] == ["50", "7", "730"]
    error_message = "expected the job to end before Glue ends it, and what the variables say"
  }

  assert {
    condition     = output.maintain_tables_arguments["--conf"] == output.load_arguments["--conf"]
    error_message = "expected the catalog's settings of the load"
  }

  assert {
    condition     = local.raw_days == 723
    error_message = "expected raw objects to be gone after two years, old versions included; got ${coalesce(local.raw_days, 0)}"
  }
}

run "keeps_all_where_that_is_asked_for" {
  command = plan

  variables {
    retention_days = 0
  }

  assert {
    condition     = local.raw_days == null && output.maintain_tables_arguments["--retention_days"] == "0"
    error_message = "expected nothing to expire"
  }
}

run "raw_objects_may_go_earlier" {
  command = plan

  variables {
    raw_expires_after_days = 30
  }

  assert {
    condition     = local.raw_days == 30
    error_message = "expected the earlier of the two"
  }
}

run "refuses_full_reads_at_a_longer_interval_than_raw_objects_stay" {
  command = plan

  variables {
    raw_expires_after_days = 7
  }

  expect_failures = [aws_s3_object.sources]
}

run "refuses_a_retention_shorter_than_the_snapshots" {
  command = plan

  variables {
    retention_days = 10
    snapshot_days  = 10
  }

  expect_failures = [var.retention_days]
}

run "refuses_an_upkeep_that_no_scheduler_reads" {
  command = plan

  variables {
    upkeep_schedule = "weekly"
  }

  expect_failures = [var.upkeep_schedule]
}
