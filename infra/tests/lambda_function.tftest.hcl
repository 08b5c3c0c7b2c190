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
  name    = "a-function"
  zip     = "./versions.tf"
  code    = { bucket = "a-lake", key = "code/a.zip" }
  handler = "package.module.handler"
}

run "runs_on_arm_without_reserving_anything" {
  command = plan

  module {
    source = "./modules/lambda_function"
  }

  assert {
    condition     = aws_lambda_function.this.architectures == tolist(["arm64"]) && aws_lambda_function.this.runtime == "python3.13"
    error_message = "expected Python 3.13 on arm64"
  }

  assert {
    condition     = aws_lambda_function.this.reserved_concurrent_executions == -1
    error_message = "expected no reserved concurrency"
  }

  assert {
    condition     = length(aws_scheduler_schedule.this) + length(aws_cloudwatch_event_rule.this) + length(aws_iam_role.scheduler) == 0
    error_message = "expected nothing that calls it"
  }
}

run "has_any_number_of_triggers" {
  command = plan

  module {
    source = "./modules/lambda_function"
  }

  variables {
    triggers = {
      hourly  = { schedule = { expression = "rate(1 hour)" }, input = "{\"only\": \"a\"}" }
      morning = { schedule = { expression = "cron(0 6 * * ? *)", time_zone = "Europe/Berlin" } }
      job     = { event_pattern = "{\"source\": [\"aws.glue\"]}" }
      file    = { s3_object = { bucket = "a-lake", key = "in/*.csv" } }
    }
  }

  assert {
    condition = {
      for name, schedule in aws_scheduler_schedule.this : name => [schedule.schedule_expression_timezone, one(schedule.target).input]
    } == { hourly = ["UTC", "{\"only\": \"a\"}"], morning = ["Europe/Berlin", "{}"] }
    error_message = "expected both schedules with their zone and input"
  }

  assert {
    condition     = jsondecode(aws_cloudwatch_event_rule.this["file"].event_pattern).detail == { bucket = { name = ["a-lake"] }, object = { key = [{ wildcard = "in/*.csv" }] } }
    error_message = "expected the bucket's objects by their key"
  }

  assert {
    condition     = jsondecode(aws_cloudwatch_event_rule.this["job"].event_pattern) == { source = ["aws.glue"] }
    error_message = "expected the pattern as given"
  }
}

run "rejects_a_zip_that_is_not_there" {
  command = plan

  module {
    source = "./modules/lambda_function"
  }

  variables {
    zip = "./none.zip"
  }

  expect_failures = [var.zip]
}

run "rejects_a_trigger_of_two_kinds" {
  command = plan

  module {
    source = "./modules/lambda_function"
  }

  variables {
    triggers = { both = { event_pattern = "{}", schedule = { expression = "rate(1 hour)" } } }
  }

  expect_failures = [var.triggers]
}

run "rejects_a_trigger_of_no_kind" {
  command = plan

  module {
    source = "./modules/lambda_function"
  }

  variables {
    triggers = { none = {} }
  }

  expect_failures = [var.triggers]
}

run "rejects_a_schedule_that_aws_would_refuse" {
  command = plan

  module {
    source = "./modules/lambda_function"
  }

  variables {
    triggers = { daily = { schedule = { expression = "cron(0 6 * * * *)" } } }
  }

  expect_failures = [var.triggers]
}

run "rejects_more_time_than_lambda_gives" {
  command = plan

  module {
    source = "./modules/lambda_function"
  }

  variables {
    timeout_seconds = 901
  }

  expect_failures = [var.timeout_seconds]
}

run "rejects_three_retries" {
  command = plan

  module {
    source = "./modules/lambda_function"
  }

  variables {
    retries = 3
  }

  expect_failures = [var.retries]
}

run "rejects_a_concurrency_of_nothing" {
  command = plan

  module {
    source = "./modules/lambda_function"
  }

  variables {
    reserved_concurrency = 0
  }

  expect_failures = [var.reserved_concurrency]
}

run "rejects_an_old_runtime" {
  command = plan

  module {
    source = "./modules/lambda_function"
  }

  variables {
    runtime = "python3.9"
  }

  expect_failures = [var.runtime]
}

run "rejects_a_policy_on_everything" {
  command = plan

  module {
    source = "./modules/lambda_function"
  }

  variables {
    policy_statements = [{ sid = "All", actions = ["s3:GetObject"], resources = ["*"] }]
  }

  expect_failures = [var.policy_statements]
}
