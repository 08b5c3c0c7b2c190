"""Emulated AWS: S3, Glue's catalog, Secrets Manager, EventBridge and SQS of moto, with what the project has there.

The rule's event pattern is Terraform's own file. Its only target is a queue, because moto cannot start a workflow.
"""

import contextlib
import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from string import Template
from typing import Any

import boto3

from lakehouse.defaults import DATABASE
from lakehouse.emulated_aws.start import Server, running_server, without_aws
from lakehouse.paths import INFRA

EVENT_PATTERN = INFRA / "raw_object_created.json.tftpl"
"""For Terraform's templatefile() and Python's string.Template: both write ${bucket}, the one thing to fill in."""

REGION = "eu-central-1"


@dataclass(frozen=True)
class Names:
    """What things are called."""

    bucket: str = "music-lake"
    database: str = DATABASE
    queue: str = "raw-object-created"
    rule: str = "raw-object-created"
    secret: str = "spotify/login"


@dataclass(frozen=True)
class EmulatedAws:
    """The address of an AWS of one's own, and what is in it."""

    endpoint: str
    names: Names
    queue_url: str = ""

    @property
    def raw(self) -> str:
        """Return where raw objects are landed."""
        return f"s3://{self.names.bucket}/raw"

    @property
    def variables(self) -> dict[str, str]:
        """Return the variables by which any AWS SDK finds it."""
        return {
            "AWS_ENDPOINT_URL": self.endpoint,
            "AWS_REGION": REGION,
            "AWS_DEFAULT_REGION": REGION,
            "AWS_ACCESS_KEY_ID": "testing",
            "AWS_SECRET_ACCESS_KEY": "testing",
            "AWS_CONFIG_FILE": os.devnull,
            "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
            "AWS_EC2_METADATA_DISABLED": "true",
        }

    def connect(self, service: str) -> Any:
        """Return a client of one service."""
        return boto3.session.Session().client(service)  # type: ignore[call-overload]


@contextlib.contextmanager
def emulated_aws(
    names: Names | None = None, secret: Mapping[str, str] | None = None, server: Server | None = None
) -> Iterator[EmulatedAws]:
    """Give an AWS with our bucket, database, rule and queue, and a secret if one is given; nothing is left of it.

    It takes over `server`, or starts one. Until the end it is the AWS of this process and of what it starts: no account
    of this machine can be reached.
    """
    names = names or Names()
    with contextlib.ExitStack() as stack:
        server = server or stack.enter_context(running_server())
        stack.callback(server.stop)
        stack.enter_context(environment_of(bare := EmulatedAws(server.endpoint, names)))
        make_bucket(bare)
        bare.connect("glue").create_database(DatabaseInput={"Name": names.database})
        if secret is not None:
            bare.connect("secretsmanager").create_secret(Name=names.secret, SecretString=json.dumps(dict(secret)))
        yield EmulatedAws(server.endpoint, names, make_queue(bare))


@contextlib.contextmanager
def environment_of(aws: EmulatedAws) -> Iterator[None]:
    """Let this process's environment lead there, and to no other AWS; as before afterwards."""
    before = dict(os.environ)
    _replace_environment({**without_aws(before), **aws.variables})
    try:
        yield
    finally:
        _replace_environment(before)


def make_bucket(aws: EmulatedAws) -> None:
    """Make the bucket; it tells EventBridge of everything that happens in it, as Terraform's does."""
    s3, name = aws.connect("s3"), aws.names.bucket
    s3.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": REGION})
    s3.put_bucket_notification_configuration(
        Bucket=name, NotificationConfiguration={"EventBridgeConfiguration": {}}, SkipDestinationValidation=True
    )


def make_queue(aws: EmulatedAws) -> str:
    """Make the rule with the queue as its target, and return the queue's address."""
    queues, events = aws.connect("sqs"), aws.connect("events")
    url: str = queues.create_queue(QueueName=aws.names.queue)["QueueUrl"]
    attributes = queues.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])
    events.put_rule(Name=aws.names.rule, EventPattern=event_pattern(aws.names.bucket), State="ENABLED")
    events.put_targets(Rule=aws.names.rule, Targets=[{"Id": "queue", "Arn": attributes["Attributes"]["QueueArn"]}])
    return url


def event_pattern(bucket: str) -> str:
    """Return the pattern of the events that start a load, as JSON text."""
    return Template(EVENT_PATTERN.read_text(encoding="utf-8")).substitute(bucket=bucket)


def _replace_environment(wanted: Mapping[str, str]) -> None:
    for name in set(os.environ) - set(wanted):
        del os.environ[name]
    os.environ.update(wanted)
