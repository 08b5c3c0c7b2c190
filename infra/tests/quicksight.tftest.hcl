mock_provider "aws" {
  mock_resource "aws_quicksight_data_source" {
    defaults = { arn = "arn:aws:quicksight:eu-central-1:123456789012:datasource/a-lake" }
  }
}

variables {
  name       = "a-lake"
  workgroup  = "a-lake"
  database   = "music"
  views      = { song_full = [{ name = "song_id", type = "STRING" }, { name = "duration_ms", type = "INTEGER" }] }
  principals = { "arn:aws:quicksight:eu-central-1:123456789012:user/default/anna" = "use" }
}

run "asks_athena_for_each_view" {
  command = plan

  module {
    source = "./modules/quicksight"
  }

  override_resource {
    target          = aws_quicksight_data_source.this
    override_during = plan
    values          = { arn = "arn:aws:quicksight:eu-central-1:123456789012:datasource/a-lake" }
  }

  assert {
    condition     = aws_quicksight_data_source.this.type == "ATHENA" && one(one(aws_quicksight_data_source.this.parameters).athena).work_group == "a-lake"
    error_message = "expected the workgroup as the source, with its limit"
  }

  assert {
    condition     = aws_quicksight_data_set.this["song_full"].data_set_id == "a-lake-song-full" && aws_quicksight_data_set.this["song_full"].import_mode == "DIRECT_QUERY"
    error_message = "expected a data set that keeps no copy"
  }

  assert {
    condition = one([
      for table in one(aws_quicksight_data_set.this["song_full"].physical_table_map).relational_table : [table.schema, table.name, [for column in table.input_columns : "${column.name} ${column.type}"]]
    ]) == ["music", "song_full", ["song_id STRING", "duration_ms INTEGER"]]
    error_message = "expected the view's columns in their order"
  }

  assert {
    condition     = length(aws_iam_role_policy_attachment.reader) == 0
    error_message = "expected no role to be touched"
  }
}

run "whoever_uses_changes_nothing" {
  command = plan

  module {
    source = "./modules/quicksight"
  }

  variables {
    principals = {
      "arn:aws:quicksight:eu-central-1:123456789012:group/default/readers" = "use"
      "arn:aws:quicksight:eu-central-1:123456789012:user/default/anna"     = "own"
    }
  }

  assert {
    condition = {
      for permission in aws_quicksight_data_set.this["song_full"].permissions :
      regex("[^/]+$", permission.principal) => length([for action in permission.actions : action if can(regex(":(Delete|Update|Create)", action))])
    } == { anna = 4, readers = 0 }
    error_message = "expected that only the owner changes and deletes"
  }
}

run "the_service_role_reads_as_a_reader" {
  command = plan

  module {
    source = "./modules/quicksight"
  }

  variables {
    service_role      = "aws-quicksight-service-role-v0"
    reader_policy_arn = "arn:aws:iam::123456789012:policy/a-lake-reader"
  }

  assert {
    condition     = one(aws_iam_role_policy_attachment.reader[*].policy_arn) == "arn:aws:iam::123456789012:policy/a-lake-reader"
    error_message = "expected the reader policy on the role"
  }
}

run "rejects_a_service_role_without_a_policy" {
  command = plan

  module {
    source = "./modules/quicksight"
  }

  variables {
    service_role = "aws-quicksight-service-role-v0"
  }

  expect_failures = [aws_iam_role_policy_attachment.reader]
}

run "rejects_everybody" {
  command = plan

  module {
    source = "./modules/quicksight"
  }

  variables {
    principals = { "arn:aws:quicksight:eu-central-1:123456789012:user/default/*" = "use" }
  }

  expect_failures = [var.principals]
}

run "rejects_nobody" {
  command = plan

  module {
    source = "./modules/quicksight"
  }

  variables {
    principals = {}
  }

  expect_failures = [var.principals]
}

run "rejects_an_access_it_does_not_know" {
  command = plan

  module {
    source = "./modules/quicksight"
  }

  variables {
    principals = { "arn:aws:quicksight:eu-central-1:123456789012:user/default/anna" = "admin" }
  }

  expect_failures = [var.principals]
}

run "rejects_a_type_that_quicksight_does_not_know" {
  command = plan

  module {
    source = "./modules/quicksight"
  }

  variables {
    views = { song_full = [{ name = "artist_ids", type = "ARRAY" }] }
  }

  expect_failures = [var.views]
}

run "rejects_a_view_without_columns" {
  command = plan

  module {
    source = "./modules/quicksight"
  }

  variables {
    views = { song_full = [] }
  }

  expect_failures = [var.views]
}

run "rejects_a_name_with_a_space" {
  command = plan

  module {
    source = "./modules/quicksight"
  }

  variables {
    name = "a lake"
  }

  expect_failures = [var.name]
}
