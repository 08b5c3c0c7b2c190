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
    defaults        = { arn = "arn:aws:sns:eu-central-1:123456789012:a" }
    override_during = plan
  }
}

variables {
  name   = "a-lake"
  alarms = { errors = { description = "It failed.", namespace = "AWS/Lambda", metric = "Errors", dimensions = { FunctionName = "f" } } }
}

run "an_alarm_is_sent_to_the_topic_at_the_first_sign" {
  command = plan

  module {
    source = "./modules/alarms"
  }

  assert {
    condition = [
      aws_cloudwatch_metric_alarm.this["errors"].alarm_name, tostring(aws_cloudwatch_metric_alarm.this["errors"].threshold),
      aws_cloudwatch_metric_alarm.this["errors"].treat_missing_data,
    ] == ["a-lake-errors", "1", "notBreaching"]
    error_message = "expected one error to be enough, and no data to be none"
  }

  assert {
    condition     = aws_cloudwatch_metric_alarm.this["errors"].alarm_actions == toset(["arn:aws:sns:eu-central-1:123456789012:a"])
    error_message = "expected the topic to be told"
  }

  assert {
    condition     = length(aws_sns_topic_subscription.email) == 0
    error_message = "expected nobody to be mailed"
  }
}

run "mails_to_the_address_given" {
  command = plan

  module {
    source = "./modules/alarms"
  }

  variables {
    email = "somebody@example.org"
  }

  assert {
    condition     = aws_sns_topic_subscription.email[0].endpoint == "somebody@example.org"
    error_message = "expected the address"
  }
}

run "rejects_what_is_no_address" {
  command = plan

  module {
    source = "./modules/alarms"
  }

  variables {
    email = "somebody"
  }

  expect_failures = [var.email]
}

run "rejects_a_look_back_of_more_than_a_week" {
  command = plan

  module {
    source = "./modules/alarms"
  }

  variables {
    alarms = { a = { description = "d", namespace = "n", metric = "m", period = 86400, periods = 8 } }
  }

  expect_failures = [var.alarms]
}

run "rejects_an_unknown_meaning_of_no_data" {
  command = plan

  module {
    source = "./modules/alarms"
  }

  variables {
    alarms = { a = { description = "d", namespace = "n", metric = "m", missing = "bad" } }
  }

  expect_failures = [var.alarms]
}

run "a_metric_that_falls_silent_is_told_of_and_a_new_one_is_not" {
  command = plan

  module {
    source = "./modules/alarms"
  }

  variables {
    alarms = { a = { description = "d", namespace = "n", metric = "m", missing = "missing", tell_of_silence = true }, b = { description = "d", namespace = "n", metric = "m" } }
  }

  assert {
    condition     = [length(aws_cloudwatch_metric_alarm.this["a"].insufficient_data_actions), length(coalesce(aws_cloudwatch_metric_alarm.this["b"].insufficient_data_actions, []))] == [1, 0]
    error_message = "expected the topic to be told of silence where that is wanted"
  }

  assert {
    condition     = aws_cloudwatch_metric_alarm.this["a"].treat_missing_data == "missing"
    error_message = "expected no alarm of an alarm that has no data yet"
  }
}

run "rejects_silence_that_would_be_an_alarm_at_once" {
  command = plan

  module {
    source = "./modules/alarms"
  }

  variables {
    alarms = { a = { description = "d", namespace = "n", metric = "m", missing = "breaching", tell_of_silence = true } }
  }

  expect_failures = [var.alarms]
}
