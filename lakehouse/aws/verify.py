"""`lakehouse verify`: test a deployment on AWS for what only AWS can show; the transcript is for an issue.

Each step says what it shows and ends as ok, failed or not here; one that fails does not keep the others from it.
"""

import datetime as dt
import re
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from lakehouse.aws.deploy import require_yes, say
from lakehouse.aws.deployment import Lakehouse
from lakehouse.aws.run import Patience, extract, follow_workflow, show_rows
from lakehouse.errors import UserError
from sql.athena import Athena, AthenaFault
from sql.statement_files import FOLDER

COSTS = (
    "It costs about 0.10 USD at list prices: one extraction, up to five loads of a minute or two (2 DPU each), some 60"
    " queries of Athena at 10 MB each. It adds the extraction's rows to the tables, and sends one test alarm."
)
WIDTH = 26
RUN_ENDED = ("SUCCEEDED", "FAILED", "STOPPED", "TIMEOUT", "ERROR")
WORDS = "token|secret|password|authorization"
SECRETS = (
    (re.compile(r"\b\d{12}\b"), "<account>"),
    (re.compile(r"\b(AKIA|ASIA)[A-Z0-9]{16}\b"), "<key>"),
    (re.compile(r"[\w.+-]+@[\w-]+\.[\w.]+"), "<mail>"),
    (re.compile(rf"(?i)({WORDS})(['\"]?\s*[:=]\s*)['\"]?[^\s'\",}}]+['\"]?"), r"\1\2<hidden>"),
)
"""What no transcript holds, and its replacement."""


class NotHere(Exception):
    """A step that this copy has nothing for; the message says what it lacks."""


@dataclass
class Verification:
    """One run of all steps."""

    lakehouse: Lakehouse
    account: str = ""
    patience: Patience = field(default_factory=Patience)
    began: dt.datetime = field(default_factory=lambda: dt.datetime.now(dt.UTC))
    landed: str = ""

    def who(self) -> str:
        """Who asks, and where."""
        identity = self.lakehouse.connect("sts").get_caller_identity()
        return f"{identity['Arn'].rsplit(':', 1)[-1].split('/')[0]} in {self.lakehouse.region}"

    def login_is_there(self) -> str:
        """The login is in Secrets Manager; its value is not read."""
        secrets = self.lakehouse.connect("secretsmanager")
        name = self.lakehouse.account(self.account)["secret"]
        if "VersionIdsToStages" not in secrets.describe_secret(SecretId=name):
            raise UserError(f"{name} has no value; expected `lakehouse login --secret {name}`")
        return name

    def extract_lands_an_object(self) -> str:
        """The Lambda function lands one object."""
        self.began = dt.datetime.now(dt.UTC)
        result = extract(self.lakehouse, self.lakehouse.account(self.account)["function"])
        self.landed = str(result["key"])
        return f"{result['entries']} entries"

    def its_event_starts_the_load(self) -> str:
        """The object's event reaches the workflow, whose trigger starts the job."""
        if not self.landed:
            raise NotHere("nothing has landed")
        follow_workflow(self.lakehouse, self.began, self.patience)
        return f"{(dt.datetime.now(dt.UTC) - self.began).total_seconds():.0f} s after the extraction began"

    def the_ledger_records_it(self) -> str:
        """The object's rows are in the tables."""
        if not self.landed:
            raise NotHere("nothing has landed")
        show_rows(self.lakehouse, self.landed)
        return "recorded"

    def a_start_without_an_event_succeeds(self) -> str:
        """The call of the daily catch-up starts the job; a run with nothing new counts as success."""
        run = self.start_job(self.lakehouse.load_job)
        return f"{self.wait_for(self.lakehouse.load_job, run)} after {self.seconds_of(run)} s"

    def a_second_start_waits(self) -> str:
        """Of two starts at once the second waits, or is refused; neither is lost."""
        first = self.start_job(self.lakehouse.load_job)
        try:
            second = self.start_job(self.lakehouse.load_job)
        except ClientError as error:
            self.wait_for(self.lakehouse.load_job, first)
            return f"refused: {error.response['Error']['Code']}"
        states = [self.wait_for(self.lakehouse.load_job, run) for run in (first, second)]
        return f"{states[0]}, then {states[1]}"

    def a_workflow_started_by_hand(self) -> str:
        """Not settled by any document: whether StartWorkflowRun fires the actions of an EVENT trigger."""
        glue, name = self.lakehouse.connect("glue"), self.lakehouse.workflow
        run = glue.start_workflow_run(Name=name)["RunId"]
        for _ in self.look(self.patience.start):
            workflow_run = glue.get_workflow_run(Name=name, RunId=run)["Run"]
            if workflow_run["Status"] in ("COMPLETED", "STOPPED", "ERROR"):
                break
        actions = workflow_run.get("Statistics", {}).get("TotalActions", 0)
        effect = "it starts the job" if actions else "it starts nothing"
        return f"{workflow_run['Status'].lower()}, {actions} actions: {effect}"

    def logs_are_where_they_are_said_to_be(self) -> str:
        """Glue writes to the job's own log groups."""
        logs = self.lakehouse.connect("logs")
        prefix = f"/aws-glue/{self.lakehouse.workgroup}/load_music"
        groups = logs.describe_log_groups(logGroupNamePrefix=prefix)["logGroups"]
        written = [group["logGroupName"].rsplit("/", 1)[-1] for group in groups if group.get("storedBytes", 0) >= 0]
        streams = [
            stream["logStreamName"]
            for group in groups
            for stream in logs.describe_log_streams(logGroupName=group["logGroupName"], limit=1)["logStreams"]
        ]
        if not streams:
            raise UserError(f"{prefix}: got {len(groups)} groups without a stream, expected the runs' own")
        return f"{', '.join(written)}"

    def publish_creates_the_views(self) -> str:
        """The publish function runs to its end."""
        function = f"{self.lakehouse.workgroup}-publish"
        answer = self.lakehouse.connect("lambda").invoke(FunctionName=function, Payload=b"{}")
        payload = answer["Payload"].read().decode()
        if answer.get("FunctionError"):
            raise UserError(f"{function}: {payload[:300]}")
        return "no failed file" if '"failed": {}' in payload else payload[:200]

    def every_statement_runs(self, kind: str) -> str:
        """Athena runs each view, question or check."""
        athena = Athena(self.lakehouse.workgroup, self.lakehouse.database, client=self.lakehouse.connect("athena"))
        wrong = []
        paths = sorted((FOLDER / kind).glob("*.sql"))
        for path in paths:
            text = f'select count(*) as rows_found from "{path.stem}"' if kind in ("view", "ctas") else path.read_text()
            try:
                athena.run(text)
            except AthenaFault as fault:
                wrong.append(f"{path.stem}: {fault}")
        if wrong:
            raise UserError(f"{len(wrong)} of {len(paths)}: {'; '.join(wrong)[:600]}")
        return f"{len(paths)} run"

    def a_test_alarm_is_sent(self) -> str:
        """An alarm reaches the topic; whether a mail comes, its reader sees."""
        metrics, name = self.lakehouse.connect("cloudwatch"), f"{self.lakehouse.workgroup}-publish-errors"
        metrics.set_alarm_state(AlarmName=name, StateValue="ALARM", StateReason="A test by lakehouse verify")
        alarms = metrics.describe_alarms(AlarmNames=[name])["MetricAlarms"]
        metrics.set_alarm_state(AlarmName=name, StateValue="OK", StateReason="The test has ended")
        if not alarms:
            raise UserError(f"{name}: no such alarm")
        return f"{name}; a mail comes where alarm_email is set and confirmed"

    def metrics_come_with_their_dimensions(self) -> str:
        """What the alarms look at has been reported."""
        pages = self.lakehouse.connect("cloudwatch").get_paginator("list_metrics")
        names = {
            metric["MetricName"]
            for page in pages.paginate(Namespace=self.lakehouse.namespace)
            for metric in page["Metrics"]
        }
        if missing := {"HoursSinceLoad", "GlueHoursThisMonth", "FailedLoads"} - names:
            raise UserError(f"{self.lakehouse.namespace}: no {', '.join(sorted(missing))}; got {len(names)} metrics")
        return f"{len(names)} metrics"

    def roles_may_and_may_not(self) -> str:
        """IAM's own simulator decides as the tests' simulator does."""
        iam, place = self.lakehouse.connect("iam"), f"arn:aws:s3:::{self.lakehouse.bucket}"
        functions, wrong = self.lakehouse.connect("lambda"), []
        role = functions.get_function_configuration(FunctionName=self.lakehouse.account(self.account)["function"])[
            "Role"
        ]
        job = self.lakehouse.connect("glue").get_job(JobName=self.lakehouse.load_job)["Job"]["Role"]
        cases = [
            (role, "s3:PutObject", f"{place}/raw/a", "allowed"),
            (role, "s3:GetObject", f"{place}/raw/a", "implicitDeny"),
            (job, "s3:GetObject", f"{place}/raw/a", "allowed"),
            (job, "s3:PutObject", f"{place}/raw/a", "implicitDeny"),
            (job, "s3:PutObject", f"{place}/warehouse/a", "allowed"),
        ]
        for arn, action, resource, expected in cases:
            simulated = iam.simulate_principal_policy(
                PolicySourceArn=arn, ActionNames=[action], ResourceArns=[resource]
            )
            decision = simulated["EvaluationResults"][0]["EvalDecision"]
            if decision != expected:
                wrong.append(f"{arn.rsplit('/', 1)[-1]} {action} {resource.rsplit('/', 2)[-2]}/: {decision}")
        if wrong:
            raise UserError("; ".join(wrong))
        return f"{len(cases)} decisions as expected"

    def postgresql_is_brought_up_to_date(self) -> str:
        """Not settled by any document: whether Glue's class path has PostgreSQL's driver."""
        job = self.lakehouse.publish_rds_job
        if not job:
            raise NotHere("no PostgreSQL in the settings")
        return self.wait_for(job, self.start_job(job))

    def nothing_lies_in_a_dead_letter_queue(self) -> str:
        """No event was lost on the way."""
        queues, counts = self.lakehouse.connect("sqs"), {}
        for url in self.lakehouse.failed_queue_urls:
            attributes = queues.get_queue_attributes(QueueUrl=url, AttributeNames=["ApproximateNumberOfMessages"])
            if int(attributes["Attributes"]["ApproximateNumberOfMessages"]):
                counts[url.rsplit("/", 1)[-1]] = attributes["Attributes"]["ApproximateNumberOfMessages"]
        if counts:
            raise UserError(", ".join(f"{count} in {name}" for name, count in counts.items()))
        return "empty"

    def start_job(self, job: str) -> str:
        """Start a job as the catch-up does."""
        return str(self.lakehouse.connect("glue").start_job_run(JobName=job)["JobRunId"])

    def wait_for(self, job: str, run: str) -> str:
        """Wait for a run's end; one that did not succeed is a fault."""
        glue = self.lakehouse.connect("glue")
        for _ in self.look(self.patience.end):
            job_run = glue.get_job_run(JobName=job, RunId=run)["JobRun"]
            if job_run["JobRunState"] in RUN_ENDED:
                break
        if job_run["JobRunState"] != "SUCCEEDED":
            raise UserError(
                f"{job}: {job_run['JobRunState'].lower()}: {job_run.get('ErrorMessage', 'no reason given')}"
            )
        return "succeeded"

    def seconds_of(self, run: str) -> int:
        """Return how long a run took."""
        job_run = self.lakehouse.connect("glue").get_job_run(JobName=self.lakehouse.load_job, RunId=run)["JobRun"]
        return int(job_run.get("ExecutionTime", 0))

    def look(self, limit: float, pause: float = 10.0) -> Iterator[None]:
        """Yield at once and then every few seconds, until the time has ended."""
        waited = 0.0
        while waited <= limit:
            yield
            self.patience.sleep(pause)
            waited += pause

    def steps(self) -> Iterable[tuple[str, Callable[[], str]]]:
        """Return the steps in their order, by what they show."""
        return (
            ("credentials", self.who),
            ("login", self.login_is_there),
            ("extraction", self.extract_lands_an_object),
            ("event starts the load", self.its_event_starts_the_load),
            ("rows", self.the_ledger_records_it),
            ("start without an event", self.a_start_without_an_event_succeeds),
            ("two starts at once", self.a_second_start_waits),
            ("workflow started by hand", self.a_workflow_started_by_hand),
            ("log groups", self.logs_are_where_they_are_said_to_be),
            ("publish", self.publish_creates_the_views),
            ("views", lambda: self.every_statement_runs("view")),
            ("summaries", lambda: self.every_statement_runs("ctas")),
            ("checks", lambda: self.every_statement_runs("check")),
            ("questions", lambda: self.every_statement_runs("question")),
            ("metrics", self.metrics_come_with_their_dimensions),
            ("alarm", self.a_test_alarm_is_sent),
            ("rights of roles", self.roles_may_and_may_not),
            ("PostgreSQL", self.postgresql_is_brought_up_to_date),
            ("dead letters", self.nothing_lies_in_a_dead_letter_queue),
        )


def verify(
    lakehouse: Lakehouse,
    *,
    is_sure: bool,
    account: str = "",
    transcript: Path | None = None,
    ask: Callable[[str], str] = input,
    patience: Patience | None = None,
) -> int:
    """Name the costs, do every step, write the transcript; 1 where a step failed."""
    say(COSTS)
    require_yes(is_sure, "Go on? (yes): ", "yes", ask, "Nothing was started.")
    verification = Verification(lakehouse, account, patience or Patience())
    lines = [f"lakehouse verify, {verification.began:%Y-%m-%d %H:%M} UTC, {lakehouse.region}"]
    for name, step in verification.steps():
        lines.append(hide_secrets(f"{name:<{WIDTH}}{describe_end(step)}"))
        say(lines[-1])
    if transcript:
        transcript.parent.mkdir(parents=True, exist_ok=True)
        transcript.write_text("\n".join(lines) + "\n", encoding="utf-8")
        say(f"The transcript is in {transcript}; it holds no account number, key, mail address or secret.")
    return 1 if any(line[WIDTH:].startswith("failed: ") for line in lines) else 0


def describe_end(step: Callable[[], str]) -> str:
    """Do a step and say how it ended."""
    began = time.monotonic()
    try:
        return f"ok: {step()} ({time.monotonic() - began:.0f} s)"
    except NotHere as reason:
        return f"not here: {reason}"
    except (UserError, AthenaFault, ClientError, BotoCoreError, KeyError, IndexError) as error:
        return f"failed: {' '.join(str(error).split())[:900]}"


def hide_secrets(text: str) -> str:
    """Return a line without what no transcript may hold."""
    for pattern, instead in SECRETS:
        text = pattern.sub(instead, text)
    return text


def name_transcript(environment: str, now: Any = None) -> Path:
    """Return where a transcript is written."""
    moment = now or dt.datetime.now(dt.UTC)
    return Path("data") / f"verify-{environment}-{moment:%Y%m%dT%H%M%SZ}.txt"
