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
  name          = "a-load"
  job_name      = "a-load-music"
  event_pattern = "{\"detail\": {\"bucket\": {\"name\": [\"a-lake\"]}, \"object\": {\"key\": [{\"wildcard\": \"raw/*.gz\"}]}}}"
}

run "events_of_a_window_start_one_run_and_none_is_dropped_while_one_is_under_way" {
  command = plan

  module {
    source = "./modules/load_workflow"
  }

  assert {
    condition     = aws_glue_workflow.this.max_concurrent_runs == 10 && aws_glue_trigger.this.type == "EVENT"
    error_message = "expected runs beside one that is under way, started by events"
  }

  assert {
    condition     = one(aws_glue_trigger.this.event_batching_condition).batch_size == 100 && one(aws_glue_trigger.this.event_batching_condition).batch_window == 60
    error_message = "expected the window, not the size, to start a run"
  }

  assert {
    condition     = length(aws_cloudwatch_event_target.workflow) == 1 && length(aws_cloudwatch_event_target.queue) == 0
    error_message = "expected the workflow as the only target"
  }
}

run "catches_up_by_the_listeners_clock" {
  command = plan

  module {
    source = "./modules/load_workflow"
  }

  variables {
    catch_up = { expression = "cron(0 5 * * ? *)", time_zone = "Asia/Tokyo" }
  }

  assert {
    condition     = aws_scheduler_schedule.catch_up["catch-up"].schedule_expression_timezone == "Asia/Tokyo"
    error_message = "expected the zone that was given"
  }

  assert {
    condition     = jsondecode(one(aws_scheduler_schedule.catch_up["catch-up"].target).input) == { JobName = "a-load-music" }
    error_message = "expected the job to be started by its name"
  }

  assert {
    condition     = one(aws_scheduler_schedule.catch_up["catch-up"].target).arn == "arn:aws:scheduler:::aws-sdk:glue:startJobRun"
    error_message = "expected the call that is documented to start a job"
  }
}

run "feeds_a_queue_where_aws_is_emulated" {
  command = plan

  module {
    source = "./modules/load_workflow"
  }

  variables {
    event_target = "queue"
    catch_up     = null
  }

  assert {
    condition     = length(aws_cloudwatch_event_target.workflow) == 0 && length(aws_cloudwatch_event_target.queue) == 1
    error_message = "expected the queue as the only target"
  }

  assert {
    condition     = length(aws_scheduler_schedule.catch_up) == 0
    error_message = "expected no catch-up"
  }
}

run "rejects_a_pattern_without_a_prefix" {
  command = plan

  module {
    source = "./modules/load_workflow"
  }

  variables {
    event_pattern = "{\"detail\": {\"bucket\": {\"name\": [\"a-lake\"]}, \"object\": {\"key\": [{\"wildcard\": \"*.gz\"}]}}}"
  }

  expect_failures = [var.event_pattern]
}

run "rejects_a_pattern_of_every_key" {
  command = plan

  module {
    source = "./modules/load_workflow"
  }

  variables {
    event_pattern = "{\"detail\": {\"bucket\": {\"name\": [\"a-lake\"]}}}"
  }

  expect_failures = [var.event_pattern]
}

run "rejects_a_pattern_of_every_bucket" {
  command = plan

  module {
    source = "./modules/load_workflow"
  }

  variables {
    event_pattern = "{\"detail\": {\"object\": {\"key\": [{\"prefix\": \"raw/\"}]}}}"
  }

  expect_failures = [var.event_pattern]
}

run "rejects_a_batch_of_more_than_100" {
  command = plan

  module {
    source = "./modules/load_workflow"
  }

  variables {
    batch_size = 101
  }

  expect_failures = [var.batch_size]
}

run "rejects_a_window_of_more_than_15_minutes" {
  command = plan

  module {
    source = "./modules/load_workflow"
  }

  variables {
    batch_window_seconds = 901
  }

  expect_failures = [var.batch_window_seconds]
}

run "rejects_a_time_that_is_no_expression" {
  command = plan

  module {
    source = "./modules/load_workflow"
  }

  variables {
    catch_up = { expression = "daily" }
  }

  expect_failures = [var.catch_up]
}

run "rejects_another_target" {
  command = plan

  module {
    source = "./modules/load_workflow"
  }

  variables {
    event_target = "topic"
  }

  expect_failures = [var.event_target]
}

run "starts_nothing_after_its_job_by_default" {
  command = plan

  module {
    source = "./modules/load_workflow"
  }

  assert {
    condition     = length(aws_glue_trigger.next) == 0
    error_message = "expected no other trigger"
  }
}

run "starts_another_job_once_its_own_has_succeeded" {
  command = plan

  module {
    source = "./modules/load_workflow"
  }

  variables {
    next_jobs = { copy = "a-copy" }
  }

  assert {
    condition     = aws_glue_trigger.next["copy"].type == "CONDITIONAL" && aws_glue_trigger.next["copy"].workflow_name == "a-load"
    error_message = "expected a trigger of the same workflow"
  }

  assert {
    condition     = one(aws_glue_trigger.next["copy"].actions).job_name == "a-copy"
    error_message = "expected the other job to be started"
  }

  assert {
    condition     = one(aws_glue_trigger.next["copy"].predicate).logical == "ANY" && jsonencode(sort([for one in one(aws_glue_trigger.next["copy"].predicate).conditions : "${one.job_name} ${one.state}"])) == jsonencode(["a-load-music FAILED", "a-load-music SUCCEEDED"])
    error_message = "expected it to wait for the load's end"
  }
}

run "what_a_catch_up_loaded_is_brought_on_by_another_catch_up" {
  command = plan

  module {
    source = "./modules/load_workflow"
  }

  variables {
    next_jobs     = { copy = "a-copy" }
    next_catch_up = { expression = "cron(30 8 * * ? *)" }
  }

  assert {
    condition     = { for name, schedule in aws_scheduler_schedule.catch_up : name => jsondecode(one(schedule.target).input).JobName } == { catch-up = "a-load-music", copy-catch-up = "a-copy" }
    error_message = "expected both jobs to be started: a job that is started outside a workflow fires no trigger of it"
  }
}

run "rejects_a_workflow_that_would_drop_events" {
  command = plan

  module {
    source = "./modules/load_workflow"
  }

  variables {
    max_concurrent_runs = 1
  }

  expect_failures = [var.max_concurrent_runs]
}

run "rejects_a_next_job_with_an_odd_name" {
  command = plan

  module {
    source = "./modules/load_workflow"
  }

  variables {
    next_jobs = { "a b" = "a-copy" }
  }

  expect_failures = [var.next_jobs]
}
