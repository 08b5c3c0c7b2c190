"""The documents of infra/ say what is there: inputs, outputs, and every alarm with what to do about it."""

import re
from pathlib import Path

import pytest

from lakehouse.paths import ROOT

INFRA = ROOT / "infra"
FOLDERS = [INFRA, *sorted((INFRA / "modules").iterdir())]
BLOCK = re.compile(r'^(?:variable|output) "(?P<name>\w+)" \{\n(?P<body>.*?)^\}', re.MULTILINE | re.DOTALL)
RUNBOOK = (ROOT / "docs" / "runbook.md").read_text("utf-8")


def read_blocks(path: Path) -> dict[str, str]:
    return {match["name"]: match["body"] for match in BLOCK.finditer(path.read_text("utf-8"))}


def find(field: str, body: str) -> str:
    found = re.search(rf"^  {field}\s+= (.+?)(?=^  \w|\Z)", body, re.MULTILINE | re.DOTALL)
    return " ".join(found[1].split()) if found else ""


def describe_variables(folder: Path) -> list[str]:
    rows = ["| input | type | default | what |", "|---|---|---|---|"]
    for name, body in read_blocks(folder / "variables.tf").items():
        kind = re.sub(r"\{.*|\(.*", "", find("type", body)) or "string"
        default = find("default", body)
        shown = f"`{default}`" if default else "required"
        rows.append(f"| `{name}` | {kind} | {shown} | {find('description', body)[1:-1]} |")
    return rows


def describe_outputs(folder: Path) -> list[str]:
    rows = ["| output | what |", "|---|---|"]
    outputs = read_blocks(folder / "outputs.tf")
    return rows + [f"| `{name}` | {find('description', body)[1:-1]} |" for name, body in outputs.items()]


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_the_readme_lists_inputs_and_outputs_as_they_are(folder: Path) -> None:
    readme = (folder / "README.md").read_text("utf-8")
    inputs, outputs = describe_variables(folder), describe_outputs(folder)
    assert len(inputs) > 3
    assert "\n".join(inputs) in readme
    assert "\n".join(outputs) in readme


@pytest.mark.parametrize("folder", FOLDERS[1:], ids=lambda folder: folder.name)
def test_the_readme_of_a_module_has_a_call_that_gives_what_is_required(folder: Path) -> None:
    readme = (folder / "README.md").read_text("utf-8")
    call = re.search(r"```hcl\n(.+?)```", readme, re.DOTALL)
    assert call
    given = set(re.findall(r"^  (\w+)\s+=", call[1], re.MULTILINE)) - {"source"}
    variables = read_blocks(folder / "variables.tf")
    required = {name for name, body in variables.items() if not find("default", body)}
    assert required <= given <= set(variables)


def alarm_names() -> set[str]:
    """Return the alarms by name, an account's without the account: from the root and the modules' own."""
    root = (INFRA / "alarms.tf").read_text("utf-8")
    found = set()
    found |= set(re.findall(r'"([\w-]+)-\$\{account\}" => \{', root))
    for body, key in re.findall(r"for name, alarm in \{\n(.*?)\n    \} : (\S+) =>", root, re.DOTALL):
        names = re.findall(r"^      ([\w-]+) = \{", body, re.MULTILINE)
        found |= {f"extract-{name}" if "extract-" in key else name for name in names}
    for prefix, module in (("publish", "lambda_function"), ("extract", "lambda_function"), ("load", "load_workflow")):
        outputs = read_blocks(INFRA / "modules" / module / "outputs.tf")["alarms"]
        found |= {f"{prefix}-{name}" for name in re.findall(r"^    ([\w-]+) = \{", outputs, re.MULTILINE)}
    return found


def test_the_runbook_has_a_line_for_each_alarm_and_no_other() -> None:
    names = alarm_names()
    assert len(names) == 24
    assert set(re.findall(r"^\| `([\w-]+)` \|", RUNBOOK, re.MULTILINE)) == names


def test_each_line_of_the_runbook_says_what_it_means_how_to_look_and_what_to_do() -> None:
    for line in re.findall(r"^\| `[\w-]+` \|.*", RUNBOOK, re.MULTILINE):
        assert all(len(cell.strip()) > 15 for cell in line.strip("|").split("|")[1:]), line
        assert line.count("|") == 5, line


def test_every_metric_with_an_alarm_is_one_that_is_reported() -> None:
    wanted = set(re.findall(r'metric\s+= "(\w+)"', (INFRA / "alarms.tf").read_text("utf-8")))
    programs = [*(ROOT / "lambda_extract").rglob("*.py"), *(ROOT / "sql").glob("*.py")]
    text = "\n".join(path.read_text("utf-8") for path in programs)
    # The ages' names are put together there.
    told = set(re.findall(r'"(\w+)"', text)) | {f"{name}AgeDays" for name in re.findall(r'"(\w+)"', text)}
    assert len(wanted) > 8
    assert wanted - told == set()
