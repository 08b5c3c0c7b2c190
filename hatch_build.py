"""What the wheel asks for: the packages of requirements/run.in, so that no second list can differ from it."""

import re
from pathlib import Path
from typing import Any

from hatchling.metadata.plugin.interface import MetadataHookInterface

INSTALLER = "pip"
"""A Java and the Lambda function's wheels are fetched with it, and environments of uv have none."""


def read_requirements(path: Path) -> list[str]:
    """Return the requirements of a file and of those it includes."""
    found: list[str] = []
    for line in path.read_text(encoding="utf-8").splitlines():
        text = line.partition("#")[0].strip()
        if included := re.fullmatch(r"-r (\S+)", text):
            found += read_requirements(path.parent / included[1])
        elif text:
            found.append(text)
    return found


class RequirementsHook(MetadataHookInterface):
    """Sets the dependencies."""

    def update(self, metadata: dict[str, Any]) -> None:
        """Read them."""
        metadata["dependencies"] = [*read_requirements(Path(self.root) / "requirements" / "run.in"), INSTALLER]
