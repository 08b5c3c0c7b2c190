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
  prefix     = "a-lake"
  bucket_arn = "arn:aws:s3:::a-lake"
  database   = "music"
  repository = "anna/lakehouse"
  roles      = { plan = { pull_requests = true }, deploy = { access = "deploy", branches = ["main"], environments = ["prod"] } }
}

run "trusts_just_the_runs_that_are_named" {
  command = plan

  module {
    source = "./modules/ci_role"
  }

  assert {
    condition     = jsonencode(output.subjects) == jsonencode({ plan = ["repo:anna/lakehouse:pull_request"], deploy = ["repo:anna/lakehouse:environment:prod", "repo:anna/lakehouse:ref:refs/heads/main"] })
    error_message = "expected subjects without a wildcard"
  }

  assert {
    condition     = alltrue(flatten([for document in data.aws_iam_policy_document.trust : [for statement in document.statement : [for condition in statement.condition : condition.test == "StringEquals"]]]))
    error_message = "expected claims to be equal, not alike"
  }

  assert {
    condition     = one(aws_iam_openid_connect_provider.this[*].url) == "https://token.actions.githubusercontent.com"
    error_message = "expected GitHub's provider to be made"
  }
}

run "a_plan_changes_nothing" {
  command = plan

  module {
    source = "./modules/ci_role"
  }

  assert {
    condition     = keys(aws_iam_policy.this) == ["deploy-change", "deploy-grant", "deploy-read", "deploy-view", "plan-read", "plan-view"]
    error_message = "expected a plan to read only, and nobody to remove data"
  }

  assert {
    condition     = [for action in flatten([for part in ["read", "view"] : [for statement in data.aws_iam_policy_document.this["plan-${part}"].statement : tolist(statement.actions)]]) : action if !can(regex(":(Get|List|Describe)", action))] == []
    error_message = "expected a plan's actions to read"
  }
}

run "takes_the_numbers_of_a_younger_repository_and_the_accounts_provider" {
  command = plan

  module {
    source = "./modules/ci_role"
  }

  variables {
    repository   = "anna@101/lakehouse@202"
    provider_arn = "arn:aws:iam::123456789012:oidc-provider/token.actions.githubusercontent.com"
    roles        = { deploy = { access = "deploy", tags = ["v1"], may_destroy = true, policy_arns = ["arn:aws:iam::aws:policy/ReadOnlyAccess"] } }
    state        = { bucket = "a-state", key = "a.tfstate", workspace = "pr-7" }
    boundary_arn = "arn:aws:iam::123456789012:policy/bounds"
  }

  assert {
    condition     = output.subjects.deploy == tolist(["repo:anna@101/lakehouse@202:ref:refs/tags/v1"]) && length(aws_iam_openid_connect_provider.this) == 0
    error_message = "expected the numbers in the subject, and no second provider"
  }

  assert {
    condition     = keys(aws_iam_policy.this) == ["deploy-change", "deploy-destroy", "deploy-grant", "deploy-read", "deploy-view"] && aws_iam_role.this["deploy"].permissions_boundary == var.boundary_arn
    error_message = "expected a role that may remove the environment, within its boundary"
  }

  assert {
    condition     = [for one in aws_iam_role_policy_attachment.extra : one.policy_arn] == ["arn:aws:iam::aws:policy/ReadOnlyAccess"]
    error_message = "expected the policy that was added"
  }

  assert {
    condition     = one([for statement in data.aws_iam_policy_document.this["deploy-view"].statement : statement.resources if statement.sid == "WriteState"]) == toset(["arn:aws:s3:::a-state/env:/pr-7/a.tfstate"])
    error_message = "expected this environment's state and no other to be written"
  }

  assert {
    condition     = one(flatten([for statement in data.aws_iam_policy_document.this["deploy-grant"].statement : [for condition in statement.condition : tolist(condition.values)] if statement.sid == "GiveRights"])) == var.boundary_arn
    error_message = "expected every role that it makes to be within the boundary too"
  }
}

run "rejects_any_branch" {
  command = plan

  module {
    source = "./modules/ci_role"
  }

  variables {
    roles = { deploy = { access = "deploy", branches = ["*"] } }
  }

  expect_failures = [var.roles]
}

run "rejects_a_role_that_anybody_may_take" {
  command = plan

  module {
    source = "./modules/ci_role"
  }

  variables {
    roles = { deploy = { access = "deploy" } }
  }

  expect_failures = [var.roles]
}

run "rejects_a_pull_request_that_deploys" {
  command = plan

  module {
    source = "./modules/ci_role"
  }

  variables {
    roles = { deploy = { access = "deploy", pull_requests = true } }
  }

  expect_failures = [var.roles]
}

run "rejects_a_plan_that_destroys" {
  command = plan

  module {
    source = "./modules/ci_role"
  }

  variables {
    roles = { plan = { branches = ["main"], may_destroy = true } }
  }

  expect_failures = [var.roles]
}

run "rejects_an_access_it_does_not_know" {
  command = plan

  module {
    source = "./modules/ci_role"
  }

  variables {
    roles = { admin = { access = "admin", branches = ["main"] } }
  }

  expect_failures = [var.roles]
}

run "rejects_every_repository_of_an_owner" {
  command = plan

  module {
    source = "./modules/ci_role"
  }

  variables {
    repository = "anna/*"
  }

  expect_failures = [var.repository]
}

run "rejects_a_repository_with_half_its_numbers" {
  command = plan

  module {
    source = "./modules/ci_role"
  }

  variables {
    repository = "anna@101/lakehouse"
  }

  expect_failures = [var.repository]
}

run "rejects_the_provider_of_another_service" {
  command = plan

  module {
    source = "./modules/ci_role"
  }

  variables {
    provider_arn = "arn:aws:iam::123456789012:oidc-provider/gitlab.com"
  }

  expect_failures = [var.provider_arn]
}

run "rejects_every_bucket" {
  command = plan

  module {
    source = "./modules/ci_role"
  }

  variables {
    bucket_arn = "arn:aws:s3:::*"
  }

  expect_failures = [var.bucket_arn]
}

run "rejects_every_key" {
  command = plan

  module {
    source = "./modules/ci_role"
  }

  variables {
    kms_key_arn = "arn:aws:kms:eu-central-1:123456789012:key/*"
  }

  expect_failures = [var.kms_key_arn]
}

run "rejects_a_state_with_a_wildcard" {
  command = plan

  module {
    source = "./modules/ci_role"
  }

  variables {
    state = { bucket = "a-state", key = "*", workspace = "prod" }
  }

  expect_failures = [var.state]
}

run "rejects_a_boundary_that_is_no_policy" {
  command = plan

  module {
    source = "./modules/ci_role"
  }

  variables {
    boundary_arn = "bounds"
  }

  expect_failures = [var.boundary_arn]
}

run "rejects_a_policy_that_is_none" {
  command = plan

  module {
    source = "./modules/ci_role"
  }

  variables {
    roles = { plan = { branches = ["main"], policy_arns = ["ReadOnlyAccess"] } }
  }

  expect_failures = [var.roles]
}
