locals {
  actions = {
    data_source = {
      use = ["quicksight:DescribeDataSource", "quicksight:DescribeDataSourcePermissions", "quicksight:PassDataSource"]
      own = ["quicksight:DeleteDataSource", "quicksight:UpdateDataSource", "quicksight:UpdateDataSourcePermissions"]
    }
    data_set = {
      use = [
        "quicksight:DescribeDataSet",
        "quicksight:DescribeDataSetPermissions",
        "quicksight:DescribeIngestion",
        "quicksight:ListIngestions",
        "quicksight:PassDataSet",
      ]
      own = [
        "quicksight:CancelIngestion",
        "quicksight:CreateIngestion",
        "quicksight:DeleteDataSet",
        "quicksight:UpdateDataSet",
        "quicksight:UpdateDataSetPermissions",
      ]
    }
  }

  # Whoever owns a thing may use it too.
  granted = {
    for kind, actions in local.actions :
    kind => { for principal, access in var.principals : principal => access == "own" ? concat(actions.use, actions.own) : actions.use }
  }
}

resource "aws_quicksight_data_source" "this" {
  data_source_id = var.name
  name           = var.name
  type           = "ATHENA"

  parameters {
    athena {
      work_group = var.workgroup
    }
  }

  dynamic "permission" {
    for_each = local.granted.data_source

    content {
      principal = permission.key
      actions   = permission.value
    }
  }

  ssl_properties {
    disable_ssl = false
  }

  # QuickSight tries the connection when it is made.
  depends_on = [aws_iam_role_policy_attachment.reader]
}

resource "aws_quicksight_data_set" "this" {
  for_each = var.views

  data_set_id = "${var.name}-${replace(each.key, "_", "-")}"
  name        = each.key
  import_mode = "DIRECT_QUERY"

  physical_table_map {
    physical_table_map_id = replace(each.key, "_", "-")

    relational_table {
      data_source_arn = aws_quicksight_data_source.this.arn
      catalog         = "AwsDataCatalog"
      schema          = var.database
      name            = each.key

      dynamic "input_columns" {
        for_each = each.value

        content {
          name = input_columns.value.name
          type = input_columns.value.type
        }
      }
    }
  }

  dynamic "permissions" {
    for_each = local.granted.data_set

    content {
      principal = permissions.key
      actions   = permissions.value
    }
  }
}

# QuickSight asks Athena as one role of the account's; what it may read is what any reader may.
resource "aws_iam_role_policy_attachment" "reader" {
  count = var.service_role == null ? 0 : 1

  role       = var.service_role
  policy_arn = var.reader_policy_arn

  lifecycle {
    precondition {
      condition     = var.reader_policy_arn != null
      error_message = "reader_policy_arn must be given with service_role; got service_role \"${coalesce(var.service_role, "null")}\" alone."
    }
  }
}
