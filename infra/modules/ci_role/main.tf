data "aws_caller_identity" "current" {}
data "aws_partition" "current" {}
data "aws_region" "current" {}

locals {
  host     = "token.actions.githubusercontent.com"
  provider = var.provider_arn == null ? one(aws_iam_openid_connect_provider.this[*].arn) : var.provider_arn

  # Not under the prefix: a role may not change roles outside of it, itself among them.
  iam_prefix = coalesce(var.iam_prefix, var.prefix)
  role_names = { for name in keys(var.roles) : name => "github-${local.iam_prefix}-${name}" }

  subjects = {
    for name, role in var.roles : name => sort([
      for claim in concat(
        [for branch in role.branches : "ref:refs/heads/${branch}"],
        [for tag in role.tags : "ref:refs/tags/${tag}"],
        [for environment in role.environments : "environment:${environment}"],
        role.pull_requests ? ["pull_request"] : [],
      ) : "repo:${var.repository}:${claim}"
    ])
  }
}

resource "aws_iam_openid_connect_provider" "this" {
  count = var.provider_arn == null ? 1 : 0

  url            = "https://${local.host}"
  client_id_list = ["sts.amazonaws.com"]
}

data "aws_iam_policy_document" "trust" {
  for_each = var.roles

  statement {
    actions = ["sts:AssumeRoleWithWebIdentity"]

    principals {
      type        = "Federated"
      identifiers = [local.provider]
    }

    condition {
      test     = "StringEquals"
      variable = "${local.host}:aud"
      values   = ["sts.amazonaws.com"]
    }

    # Equal, not like: a wildcard here would let in other branches, or other people's repositories.
    condition {
      test     = "StringEquals"
      variable = "${local.host}:sub"
      values   = local.subjects[each.key]
    }
  }
}

resource "aws_iam_role" "this" {
  for_each = var.roles

  name                 = local.role_names[each.key]
  description          = "Lets workflows of ${var.repository} ${each.value.access} ${var.prefix}."
  assume_role_policy   = data.aws_iam_policy_document.trust[each.key].json
  permissions_boundary = var.boundary_arn
}

# What a role may do, by part; each is a policy, as one policy may be 6,144 characters long: read and view what there is,
# change it, grant rights to the roles that are made, destroy data.

locals {
  arn   = "arn:${data.aws_partition.current.partition}"
  place = "${data.aws_region.current.id}:${data.aws_caller_identity.current.account_id}"
  iam   = "${local.arn}:iam::${data.aws_caller_identity.current.account_id}"
  glue  = "${local.arn}:glue:${local.place}"

  things = {
    alarms     = ["${local.arn}:cloudwatch:${local.place}:alarm:${var.prefix}-*"]
    catalog    = ["${local.glue}:catalog", "${local.glue}:database/${var.database}"]
    functions  = ["${local.arn}:lambda:${local.place}:function:${var.prefix}-*"]
    jobs       = ["${local.glue}:job/${var.prefix}-*", "${local.glue}:trigger/${var.prefix}-*", "${local.glue}:workflow/${var.prefix}-*"]
    log_groups = ["${local.arn}:logs:${local.place}:log-group:/aws/lambda/${var.prefix}-*", "${local.arn}:logs:${local.place}:log-group:/aws-glue/${var.prefix}/*"]
    objects    = ["${var.bucket_arn}/code/*", "${var.bucket_arn}/config/*"]
    policies   = ["${local.iam}:policy/${local.iam_prefix}-*"]
    queues     = ["${local.arn}:sqs:${local.place}:${var.prefix}-*"]
    roles      = ["${local.iam}:role/${local.iam_prefix}-*"]
    rules      = ["${local.arn}:events:${local.place}:rule/${var.prefix}-*"]
    schedules  = ["${local.arn}:scheduler:${local.place}:schedule/default/${var.prefix}-*"]
    secrets    = ["${local.arn}:secretsmanager:${local.place}:secret:${var.prefix}/*"]
    topic      = ["${local.arn}:sns:${local.place}:${var.prefix}"]
    workgroup  = ["${local.arn}:athena:${local.place}:workgroup/${var.prefix}"]
  }

  read = {
    ReadAlarms    = { actions = ["cloudwatch:ListTagsForResource"], resources = local.things.alarms }
    ReadCatalog   = { actions = ["glue:GetDatabase", "glue:GetTags"], resources = local.things.catalog }
    ReadFunctions = { actions = ["lambda:GetFunction", "lambda:GetFunctionCodeSigningConfig", "lambda:GetFunctionConfiguration", "lambda:GetFunctionEventInvokeConfig", "lambda:GetPolicy", "lambda:ListTags", "lambda:ListVersionsByFunction"], resources = local.things.functions }
    ReadJobs      = { actions = ["glue:GetJob", "glue:GetTags", "glue:GetTrigger", "glue:GetWorkflow"], resources = local.things.jobs }
    ReadLogGroups = { actions = ["logs:ListTagsForResource"], resources = local.things.log_groups }
    ReadObjects   = { actions = ["s3:GetObject", "s3:GetObjectTagging", "s3:GetObjectVersion", "s3:GetObjectVersionTagging"], resources = local.things.objects }
    ReadPolicies  = { actions = ["iam:GetPolicy", "iam:GetPolicyVersion", "iam:ListPolicyVersions"], resources = concat(local.things.policies, ["${local.iam}:policy/github-${local.iam_prefix}-*"]) }
    ReadQueues    = { actions = ["sqs:GetQueueAttributes", "sqs:GetQueueUrl", "sqs:ListQueueTags"], resources = local.things.queues }
    ReadRules     = { actions = ["events:DescribeRule", "events:ListTagsForResource", "events:ListTargetsByRule"], resources = local.things.rules }
    ReadSchedules = { actions = ["scheduler:GetSchedule"], resources = local.things.schedules }
    ReadSecrets   = { actions = ["secretsmanager:DescribeSecret", "secretsmanager:GetResourcePolicy"], resources = local.things.secrets }
    ReadTopic     = { actions = ["sns:GetTopicAttributes", "sns:ListTagsForResource"], resources = local.things.topic }
    ReadWorkgroup = { actions = ["athena:GetNamedQuery", "athena:GetWorkGroup", "athena:ListTagsForResource"], resources = local.things.workgroup }

    # Its own roles and their provider: to see them, not to change them.
    ReadRoles = {
      actions   = ["iam:GetRole", "iam:GetRolePolicy", "iam:ListAttachedRolePolicies", "iam:ListInstanceProfilesForRole", "iam:ListRolePolicies"]
      resources = concat(local.things.roles, ["${local.iam}:role/github-${local.iam_prefix}-*"])
    }
    ReadProvider = { actions = ["iam:GetOpenIDConnectProvider"], resources = ["${local.iam}:oidc-provider/${local.host}"] }

    ReadBucket = {
      actions = [
        "s3:GetAccelerateConfiguration",
        "s3:GetBucketAcl",
        "s3:GetBucketCORS",
        "s3:GetBucketLocation",
        "s3:GetBucketLogging",
        "s3:GetBucketNotification",
        "s3:GetBucketObjectLockConfiguration",
        "s3:GetBucketOwnershipControls",
        "s3:GetBucketPolicy",
        "s3:GetBucketPublicAccessBlock",
        "s3:GetBucketRequestPayment",
        "s3:GetBucketTagging",
        "s3:GetBucketVersioning",
        "s3:GetBucketWebsite",
        "s3:GetEncryptionConfiguration",
        "s3:GetLifecycleConfiguration",
        "s3:GetReplicationConfiguration",
      ]
      resources = [var.bucket_arn]
    }

    # To ask whether it is there: HeadBucket gives no prefix, so that no condition on one can stand here.
    AskForBucket = { actions = ["s3:ListBucket"], resources = [var.bucket_arn] }

    # These know no single resource: what they answer is names and settings of alarms, log groups and subscriptions.
    ListWhatHasNoName = {
      actions   = ["cloudwatch:DescribeAlarms", "logs:DescribeLogGroups", "sns:GetSubscriptionAttributes"]
      resources = ["*"]
    }
  }

  change = {
    ChangeAlarms    = { actions = ["cloudwatch:DeleteAlarms", "cloudwatch:PutMetricAlarm", "cloudwatch:TagResource", "cloudwatch:UntagResource"], resources = local.things.alarms }
    ChangeCatalog   = { actions = ["glue:CreateDatabase", "glue:TagResource", "glue:UntagResource", "glue:UpdateDatabase"], resources = local.things.catalog }
    ChangeFunctions = { actions = ["lambda:AddPermission", "lambda:CreateFunction", "lambda:DeleteFunction", "lambda:DeleteFunctionConcurrency", "lambda:DeleteFunctionEventInvokeConfig", "lambda:PutFunctionConcurrency", "lambda:PutFunctionEventInvokeConfig", "lambda:RemovePermission", "lambda:TagResource", "lambda:UntagResource", "lambda:UpdateFunctionCode", "lambda:UpdateFunctionConfiguration", "lambda:UpdateFunctionEventInvokeConfig"], resources = local.things.functions }
    ChangeJobs      = { actions = ["glue:CreateJob", "glue:CreateTrigger", "glue:CreateWorkflow", "glue:DeleteJob", "glue:DeleteTrigger", "glue:DeleteWorkflow", "glue:TagResource", "glue:UntagResource", "glue:UpdateJob", "glue:UpdateTrigger", "glue:UpdateWorkflow"], resources = local.things.jobs }
    ChangeLogGroups = { actions = ["logs:AssociateKmsKey", "logs:CreateLogGroup", "logs:DeleteLogGroup", "logs:DisassociateKmsKey", "logs:PutRetentionPolicy", "logs:TagResource", "logs:UntagResource"], resources = local.things.log_groups }
    ChangeObjects   = { actions = ["s3:AbortMultipartUpload", "s3:DeleteObject", "s3:DeleteObjectVersion", "s3:PutObject", "s3:PutObjectTagging"], resources = local.things.objects }

    # To make the readers' policy, and to remove it while nobody has it: IAM deletes no policy that is attached. Not to
    # change it: whoever gives it another version gives rights to the people who have it, whatever the boundary.
    ChangePolicies = { actions = ["iam:CreatePolicy", "iam:DeletePolicy", "iam:TagPolicy", "iam:UntagPolicy"], resources = local.things.policies }

    ChangeQueues    = { actions = ["sqs:CreateQueue", "sqs:DeleteQueue", "sqs:SetQueueAttributes", "sqs:TagQueue", "sqs:UntagQueue"], resources = local.things.queues }
    ChangeRoles     = { actions = ["iam:DeleteRole", "iam:DeleteRolePolicy", "iam:TagRole", "iam:UntagRole", "iam:UpdateAssumeRolePolicy", "iam:UpdateRole", "iam:UpdateRoleDescription"], resources = local.things.roles }
    ChangeRules     = { actions = ["events:DeleteRule", "events:PutRule", "events:PutTargets", "events:RemoveTargets", "events:TagResource", "events:UntagResource"], resources = local.things.rules }
    ChangeSchedules = { actions = ["scheduler:CreateSchedule", "scheduler:DeleteSchedule", "scheduler:UpdateSchedule"], resources = local.things.schedules }
    ChangeSecrets   = { actions = ["secretsmanager:CreateSecret", "secretsmanager:DeleteSecret", "secretsmanager:RestoreSecret", "secretsmanager:TagResource", "secretsmanager:UntagResource", "secretsmanager:UpdateSecret"], resources = local.things.secrets }
    ChangeTopic     = { actions = ["sns:CreateTopic", "sns:DeleteTopic", "sns:SetTopicAttributes", "sns:Subscribe", "sns:TagResource", "sns:UntagResource"], resources = local.things.topic }
    ChangeWorkgroup = { actions = ["athena:CreateNamedQuery", "athena:CreateWorkGroup", "athena:DeleteNamedQuery", "athena:DeleteWorkGroup", "athena:TagResource", "athena:UntagResource", "athena:UpdateWorkGroup"], resources = local.things.workgroup }
    ChangeBucket = {
      actions = [
        "s3:CreateBucket",
        "s3:DeleteBucketPolicy",
        "s3:PutBucketNotification",
        "s3:PutBucketOwnershipControls",
        "s3:PutBucketPolicy",
        "s3:PutBucketPublicAccessBlock",
        "s3:PutBucketTagging",
        "s3:PutBucketVersioning",
        "s3:PutEncryptionConfiguration",
        "s3:PutLifecycleConfiguration",
      ]
      resources = [var.bucket_arn]
    }

    # Whoever gives a role its policies can do through it whatever they say: a boundary says how far.
    GiveRights = {
      actions   = ["iam:CreateRole", "iam:PutRolePolicy", "iam:PutRolePermissionsBoundary"]
      resources = local.things.roles
      condition = var.boundary_arn == null ? null : { test = "StringEquals", variable = "iam:PermissionsBoundary", values = [var.boundary_arn] }
    }

    # SNS knows no single subscription in a policy.
    EndSubscriptions = { actions = ["sns:Unsubscribe"], resources = ["*"] }

    # To hand the lakehouse's roles to the services that run as them, and to no other.
    HandOnRoles = {
      actions   = ["iam:PassRole"]
      resources = local.things.roles
      condition = { test = "StringEquals", variable = "iam:PassedToService", values = ["events.amazonaws.com", "glue.amazonaws.com", "lambda.amazonaws.com", "scheduler.amazonaws.com"] }
    }
  }

  destroy = {
    DestroyData = { actions = ["s3:DeleteObject", "s3:DeleteObjectVersion"], resources = ["${var.bucket_arn}/*"] }
    # To find every version of every object, which it then deletes.
    DestroyBucket  = { actions = ["s3:DeleteBucket", "s3:ListBucketVersions"], resources = [var.bucket_arn] }
    DestroyCatalog = { actions = ["glue:DeleteDatabase"], resources = concat(local.things.catalog, ["${local.glue}:table/${var.database}/*", "${local.glue}:userDefinedFunction/${var.database}/*"]) }
  }

  state_path = var.state == null ? "" : "env:/${var.state.workspace}/${var.state.key}"
  state = {
    for sid, statement in {
      ListStates = { access = "plan", actions = ["s3:ListBucket"], keys = [], condition = { test = "StringLike", variable = "s3:prefix", values = ["env:/*", try(var.state.key, "")] } }
      ReadState  = { access = "plan", actions = ["s3:GetObject"], keys = [local.state_path, try(var.state.key, "")] }
      LockState  = { access = "plan", actions = ["s3:DeleteObject", "s3:GetObject", "s3:PutObject"], keys = ["${local.state_path}.tflock"] }
      WriteState = { access = "deploy", actions = ["s3:PutObject"], keys = [local.state_path] }
      } : sid => {
      access    = statement.access
      actions   = statement.actions
      resources = length(statement.keys) == 0 ? ["${local.arn}:s3:::${var.state.bucket}"] : [for key in statement.keys : "${local.arn}:s3:::${var.state.bucket}/${key}"]
      condition = try(statement.condition, null)
    } if var.state != null
  }

  key = {
    for sid, actions in {
      ReadWithKey  = ["kms:Decrypt", "kms:DescribeKey"]
      WriteWithKey = ["kms:Encrypt", "kms:GenerateDataKey"]
      # Only services of AWS get the key, for what is made here; nobody else is granted it.
      LetAwsUseKey = ["kms:CreateGrant"]
      } : sid => {
      actions   = actions
      resources = var.kms_key_arn[*]
      condition = sid == "LetAwsUseKey" ? { test = "Bool", variable = "kms:GrantIsForAWSResource", values = ["true"] } : null
    } if var.kms_key_arn != null
  }

  # Whatever else a role is given: no right reaches beyond its boundary by a change of the boundary itself.
  keep_boundary = {
    for name, resources in {
      KeepBoundary = var.boundary_arn[*]
      KeepBounds   = concat(local.things.roles, ["${local.iam}:role/github-${local.iam_prefix}-*"])
      } : name => {
      effect    = "Deny"
      actions   = name == "KeepBounds" ? ["iam:DeleteRolePermissionsBoundary"] : ["iam:CreatePolicyVersion", "iam:DeletePolicy", "iam:DeletePolicyVersion", "iam:SetDefaultPolicyVersion"]
      resources = resources
    } if var.boundary_arn != null
  }

  # What concerns IAM, the bucket, state and key, apart from what concerns the services.
  view_sids  = ["AskForBucket", "ListWhatHasNoName", "ReadBucket", "ReadPolicies", "ReadProvider", "ReadRoles"]
  grant_sids = ["ChangeBucket", "ChangePolicies", "ChangeRoles", "GiveRights", "HandOnRoles"]

  parts = merge([
    for name, role in var.roles : merge(
      {
        "${name}-read" = { for sid, statement in local.read : sid => statement if !contains(local.view_sids, sid) }
        "${name}-view" = merge(
          { for sid, statement in local.read : sid => statement if contains(local.view_sids, sid) },
          { for sid, statement in local.state : sid => statement if statement.access == "plan" || role.access == "deploy" },
          { for sid, statement in local.key : sid => statement if sid == "ReadWithKey" || role.access == "deploy" },
        )
      },
      { for part in ["change"] : "${name}-${part}" => { for sid, statement in local.change : sid => statement if !contains(local.grant_sids, sid) } if role.access == "deploy" },
      { for part in ["grant"] : "${name}-${part}" => merge({ for sid, statement in local.change : sid => statement if contains(local.grant_sids, sid) }, local.keep_boundary) if role.access == "deploy" },
      { for part in ["destroy"] : "${name}-${part}" => local.destroy if role.may_destroy },
    )
  ]...)
}

data "aws_iam_policy_document" "this" {
  for_each = local.parts

  dynamic "statement" {
    for_each = each.value

    content {
      sid       = statement.key
      effect    = try(statement.value.effect, "Allow")
      actions   = statement.value.actions
      resources = statement.value.resources

      dynamic "condition" {
        for_each = try(statement.value.condition, null)[*]

        content {
          test     = condition.value.test
          variable = condition.value.variable
          values   = condition.value.values
        }
      }
    }
  }
}

resource "aws_iam_policy" "this" {
  for_each = local.parts

  name        = "github-${local.iam_prefix}-${each.key}"
  description = "Part of what workflows of ${var.repository} may do with ${var.prefix}."
  policy      = data.aws_iam_policy_document.this[each.key].json
}

resource "aws_iam_role_policy_attachment" "this" {
  for_each = local.parts

  role       = aws_iam_role.this[replace(each.key, "/-[a-z]+$/", "")].name
  policy_arn = aws_iam_policy.this[each.key].arn
}

resource "aws_iam_role_policy_attachment" "extra" {
  for_each = merge([for name, role in var.roles : { for arn in role.policy_arns : "${name} ${arn}" => { role = name, arn = arn } }]...)

  role       = aws_iam_role.this[each.value.role].name
  policy_arn = each.value.arn
}
