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
  name       = "a-lake-postgres"
  vpc_id     = "vpc-0abc"
  subnet_ids = ["subnet-0a", "subnet-0b"]
  clients    = { job = "sg-0job" }
}

run "is_small_and_of_graviton_by_default" {
  command = plan

  module {
    source = "./modules/postgres"
  }

  assert {
    condition = [
      aws_db_instance.this.engine, aws_db_instance.this.engine_version, aws_db_instance.this.instance_class,
      tostring(aws_db_instance.this.allocated_storage), aws_db_instance.this.storage_type, tostring(aws_db_instance.this.multi_az),
    ] == ["postgres", "17", "db.t4g.micro", "20", "gp3", "false"]
    error_message = "expected the smallest PostgreSQL 17 on Graviton"
  }
}

run "keeps_its_password_out_of_terraform" {
  command = plan

  module {
    source = "./modules/postgres"
  }

  assert {
    condition     = aws_db_instance.this.manage_master_user_password && aws_db_instance.this.password == null
    error_message = "expected RDS to make the password and keep it in Secrets Manager"
  }
}

run "is_encrypted_private_and_speaks_tls_only" {
  command = plan

  module {
    source = "./modules/postgres"
  }

  assert {
    condition     = aws_db_instance.this.storage_encrypted && !aws_db_instance.this.publicly_accessible
    error_message = "expected encrypted storage, and no way from outside"
  }

  assert {
    condition     = one([for one in aws_db_parameter_group.this.parameter : one.value if one.name == "rds.force_ssl"]) == "1"
    error_message = "expected connections without TLS to be refused"
  }

  assert {
    condition     = aws_db_parameter_group.this.family == "postgres17"
    error_message = "expected the parameters of this version"
  }
}

run "lets_in_only_the_clients_that_are_named" {
  command = plan

  module {
    source = "./modules/postgres"
  }

  assert {
    condition     = keys(aws_vpc_security_group_ingress_rule.this) == ["job"]
    error_message = "expected one rule for one client"
  }

  assert {
    condition = [
      aws_vpc_security_group_ingress_rule.this["job"].referenced_security_group_id,
      tostring(aws_vpc_security_group_ingress_rule.this["job"].from_port),
      tostring(aws_vpc_security_group_ingress_rule.this["job"].to_port),
    ] == ["sg-0job", "5432", "5432"]
    error_message = "expected the client's security group and the one port"
  }

  assert {
    condition     = aws_vpc_security_group_ingress_rule.this["job"].cidr_ipv4 == null
    error_message = "expected no addresses"
  }
}

run "is_protected_backed_up_and_logged_by_default" {
  command = plan

  module {
    source = "./modules/postgres"
  }

  assert {
    condition     = aws_db_instance.this.deletion_protection && !aws_db_instance.this.skip_final_snapshot && !aws_db_instance.this.delete_automated_backups
    error_message = "expected the database to outlive a destroy"
  }

  assert {
    condition     = can(regex("^a-lake-postgres-final-[0-9]{14}$", aws_db_instance.this.final_snapshot_identifier)) && aws_db_instance.this.backup_retention_period == 7
    error_message = "expected a last snapshot and a week of backups"
  }

  assert {
    condition     = toset(aws_db_instance.this.enabled_cloudwatch_logs_exports) == toset(["postgresql", "upgrade"])
    error_message = "expected both logs to be exported"
  }

  assert {
    condition     = [for kind in ["postgresql", "upgrade"] : aws_cloudwatch_log_group.this[kind].name] == ["/aws/rds/instance/a-lake-postgres/postgresql", "/aws/rds/instance/a-lake-postgres/upgrade"]
    error_message = "expected the groups that RDS writes to"
  }

  assert {
    condition     = alltrue([for group in aws_cloudwatch_log_group.this : group.retention_in_days == 30])
    error_message = "expected logs to go after 30 days"
  }
}

run "goes_with_everything_where_it_is_not_protected" {
  command = plan

  module {
    source = "./modules/postgres"
  }

  variables {
    removal_protection = false
  }

  assert {
    condition     = !aws_db_instance.this.deletion_protection && aws_db_instance.this.skip_final_snapshot && aws_db_instance.this.delete_automated_backups
    error_message = "expected nothing to be left of it"
  }
}

run "takes_a_key_for_all_that_it_keeps" {
  command = plan

  module {
    source = "./modules/postgres"
  }

  variables {
    kms_key_arn = "arn:aws:kms:eu-central-1:123456789012:key/a"
  }

  assert {
    condition     = aws_db_instance.this.kms_key_id == var.kms_key_arn && aws_db_instance.this.master_user_secret_kms_key_id == var.kms_key_arn
    error_message = "expected storage and secret under the key"
  }

  assert {
    condition     = alltrue([for group in aws_cloudwatch_log_group.this : group.kms_key_id == var.kms_key_arn])
    error_message = "expected the logs under the key"
  }
}

run "rejects_a_name_that_rds_would_refuse" {
  command = plan

  module {
    source = "./modules/postgres"
  }

  variables {
    name = "a--b"
  }

  expect_failures = [var.name]
}

run "rejects_a_network_that_is_none" {
  command = plan

  module {
    source = "./modules/postgres"
  }

  variables {
    vpc_id = "main"
  }

  expect_failures = [var.vpc_id]
}

run "rejects_one_subnet" {
  command = plan

  module {
    source = "./modules/postgres"
  }

  variables {
    subnet_ids = ["subnet-0a", "subnet-0a"]
  }

  expect_failures = [var.subnet_ids]
}

run "rejects_a_client_with_an_odd_name" {
  command = plan

  module {
    source = "./modules/postgres"
  }

  variables {
    clients = { "a/b" = "sg-0job" }
  }

  expect_failures = [var.clients]
}

run "rejects_a_database_with_a_hyphen" {
  command = plan

  module {
    source = "./modules/postgres"
  }

  variables {
    database = "my-music"
  }

  expect_failures = [var.database]
}

run "rejects_a_version_that_goes_out_of_support" {
  command = plan

  module {
    source = "./modules/postgres"
  }

  variables {
    engine_version = "12"
  }

  expect_failures = [var.engine_version]
}

run "rejects_a_class_that_is_not_of_graviton" {
  command = plan

  module {
    source = "./modules/postgres"
  }

  variables {
    instance_class = "db.t3.micro"
  }

  expect_failures = [var.instance_class]
}

run "rejects_too_little_storage" {
  command = plan

  module {
    source = "./modules/postgres"
  }

  variables {
    storage_gb = 5
  }

  expect_failures = [var.storage_gb]
}

run "rejects_storage_that_cannot_grow" {
  command = plan

  module {
    source = "./modules/postgres"
  }

  variables {
    max_storage_gb = 20
  }

  expect_failures = [var.max_storage_gb]
}

run "rejects_a_port_that_rds_does_not_take" {
  command = plan

  module {
    source = "./modules/postgres"
  }

  variables {
    port = 443
  }

  expect_failures = [var.port]
}

run "rejects_no_backups" {
  command = plan

  module {
    source = "./modules/postgres"
  }

  variables {
    backup_days = 0
  }

  expect_failures = [var.backup_days]
}

run "rejects_a_retention_that_cloudwatch_does_not_know" {
  command = plan

  module {
    source = "./modules/postgres"
  }

  variables {
    log_retention_days = 31
  }

  expect_failures = [var.log_retention_days]
}
