"""What publish remembers between runs, in one small object on S3; without it everything is published once more."""

import json
from dataclasses import asdict, dataclass, field
from typing import Any

from botocore.exceptions import ClientError

from sql.athena import connect

KEY = "state/publish/state.json"


@dataclass
class State:
    """What is published, the versions of each summary (newest last), how far the checks came, and if all was done."""

    views: dict[str, str] = field(default_factory=dict)
    summaries: dict[str, dict[str, Any]] = field(default_factory=dict)
    checks: dict[str, int] = field(default_factory=dict)
    is_checking: bool = False
    sweeping_since: str | None = None
    """The first day of a full look at all days that is under way, or None."""

    swept: dict[str, int] = field(default_factory=dict)
    """What the last full look found, and when it was."""

    swept_on: str | None = None
    is_unfinished: bool = False
    told: dict[str, int] = field(default_factory=dict)


@dataclass
class StateObject:
    """The object that holds the state."""

    bucket: str
    client: Any = field(default_factory=lambda: connect("s3"))

    def read(self) -> State:
        """Read it; none, or one that is broken, is an empty one."""
        try:
            text = self.client.get_object(Bucket=self.bucket, Key=KEY)["Body"].read()
            return State(**json.loads(text))
        except ClientError as error:
            code = error.response["Error"]["Code"]
            # Where a role may list only its folders, S3 may call an object that is not there forbidden.
            if code != "NoSuchKey" and (code != "AccessDenied" or self._is_listed()):
                raise
        except (ValueError, TypeError):
            pass
        return State()

    def write(self, state: State) -> None:
        """Write it in one PUT."""
        body = json.dumps(asdict(state), sort_keys=True).encode()
        self.client.put_object(Bucket=self.bucket, Key=KEY, Body=body, ContentType="application/json")

    def _is_listed(self) -> bool:
        """Return whether the object is there, without reading it."""
        found = self.client.list_objects_v2(Bucket=self.bucket, Prefix=KEY, MaxKeys=1).get("Contents", [])
        return any(one["Key"] == KEY for one in found)
