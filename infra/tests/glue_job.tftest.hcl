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
  name              = "a-load"
  script            = "s3://a-lake/code/load_music.py"
  default_arguments = { "--raw" = "s3://a-lake/raw/" }
  policy_statements = [{ sid = "ReadRaw", actions = ["s3:GetObject"], resources = ["arn:aws:s3:::a-lake/raw/*"] }]
}

run "a_run_is_small_and_bounded_by_default" {
  command = plan

  module {
    source = "./modules/glue_job"
  }

  assert {
    condition = [
      aws_glue_job.this.glue_version, aws_glue_job.this.worker_type, tostring(aws_glue_job.this.number_of_workers),
      tostring(aws_glue_job.this.timeout), tostring(aws_glue_job.this.max_retries),
    ] == ["5.1", "G.1X", "2", "60", "0"]
    error_message = "expected Glue 5.1, two G.1X workers, an hour at most, no retry"
  }

  assert {
    condition     = one(aws_glue_job.this.execution_property).max_concurrent_runs == 1 && aws_glue_job.this.job_run_queuing_enabled
    error_message = "expected one run at a time, and others to wait"
  }
}

run "logs_have_groups_of_their_own_with_a_retention" {
  command = plan

  module {
    source = "./modules/glue_job"
  }

  assert {
    condition     = aws_glue_job.this.default_arguments["--custom-logGroup-prefix"] == "/aws-glue/a-load"
    error_message = "expected Glue to be told the group"
  }

  assert {
    condition     = [for kind in ["error", "output"] : aws_cloudwatch_log_group.this[kind].name] == ["/aws-glue/a-load/error", "/aws-glue/a-load/output"]
    error_message = "expected the groups that Glue writes to"
  }

  assert {
    condition     = alltrue([for group in aws_cloudwatch_log_group.this : group.retention_in_days == 30])
    error_message = "expected logs to go after 30 days"
  }
}

run "takes_glue_6" {
  command = plan

  module {
    source = "./modules/glue_job"
  }

  variables {
    glue_version = "6.0"
  }

  assert {
    condition     = aws_glue_job.this.glue_version == "6.0" && one(aws_glue_job.this.command).python_version == "3"
    error_message = "expected Glue 6.0"
  }
}

run "rejects_a_version_that_is_not_tested" {
  command = plan

  module {
    source = "./modules/glue_job"
  }

  variables {
    glue_version = "4.0"
  }

  expect_failures = [var.glue_version]
}

run "rejects_one_worker" {
  command = plan

  module {
    source = "./modules/glue_job"
  }

  variables {
    number_of_workers = 1
  }

  expect_failures = [var.number_of_workers]
}

run "rejects_a_worker_for_streams" {
  command = plan

  module {
    source = "./modules/glue_job"
  }

  variables {
    worker_type = "G.025X"
  }

  expect_failures = [var.worker_type]
}

run "rejects_a_timeout_beyond_eight_hours" {
  command = plan

  module {
    source = "./modules/glue_job"
  }

  variables {
    timeout_minutes = 481
  }

  expect_failures = [var.timeout_minutes]
}

run "rejects_a_script_that_is_not_on_s3" {
  command = plan

  module {
    source = "./modules/glue_job"
  }

  variables {
    script = "load_music.py"
  }

  expect_failures = [var.script]
}

run "rejects_an_argument_without_dashes" {
  command = plan

  module {
    source = "./modules/glue_job"
  }

  variables {
    default_arguments = { raw = "x" }
  }

  expect_failures = [var.default_arguments]
}

run "rejects_a_policy_on_everything" {
  command = plan

  module {
    source = "./modules/glue_job"
  }

  variables {
    policy_statements = [{ sid = "All", actions = ["s3:GetObject"], resources = ["*"] }]
  }

  expect_failures = [var.policy_statements]
}

run "rejects_a_retention_that_cloudwatch_does_not_know" {
  command = plan

  module {
    source = "./modules/glue_job"
  }

  variables {
    log_retention_days = 31
  }

  expect_failures = [var.log_retention_days]
}

run "enters_a_network_only_where_one_is_given" {
  command = plan

  module {
    source = "./modules/glue_job"
  }

  assert {
    condition     = length(aws_glue_job.this.connections) == 0 && length(local.network_statements) == 0
    error_message = "expected no connection, and no right to make network interfaces"
  }
}

run "may_make_interfaces_in_its_subnet_alone" {
  command = plan

  module {
    source = "./modules/glue_job"
  }

  variables {
    network = {
      connection          = "a-network"
      subnet_arn          = "arn:aws:ec2:eu-central-1:123456789012:subnet/subnet-0a"
      security_group_arns = ["arn:aws:ec2:eu-central-1:123456789012:security-group/sg-0a"]
    }
  }

  assert {
    condition     = join(" ", aws_glue_job.this.connections) == "a-network"
    error_message = "expected the job to run in the network"
  }

  assert {
    condition = join(" ", one([for one in local.network_statements : one.resources if contains(one.actions, "ec2:CreateNetworkInterface")])) == join(" ", [
      "arn:aws:ec2:eu-central-1:123456789012:subnet/subnet-0a",
      "arn:aws:ec2:eu-central-1:123456789012:network-interface/*",
      "arn:aws:ec2:eu-central-1:123456789012:security-group/sg-0a",
    ])
    error_message = "expected the subnet and the group by their names"
  }

  assert {
    condition     = alltrue([for one in local.network_statements : alltrue([for action in one.actions : startswith(action, "ec2:Describe")]) if contains(one.resources, "*")])
    error_message = "expected nothing but looking on every resource"
  }
}
