"""docs/correctness.md keeps its word: every promise names tests, and every test it names is there."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
PAGE = (ROOT / "docs" / "correctness.md").read_text(encoding="utf-8")
SECTIONS = {part.split("\n")[0]: part for part in PAGE.split("\n## ")[1:]}
NAMED = re.findall(r"^- `(.*)`$", PAGE, re.MULTILINE)
PROMISES = 9


def test_every_promise_is_stated_in_order():
    numbers = [int(title.split(".")[0]) for title in SECTIONS if title[0].isdecimal()]
    assert numbers == list(range(1, PROMISES + 1))


@pytest.mark.parametrize("title", SECTIONS)
def test_every_promise_names_a_test(title):
    assert re.search(r"^- `tests/\w+/test_\w+\.py::test_\w+`$", SECTIONS[title], re.MULTILINE)


@pytest.mark.parametrize("named", NAMED)
def test_every_test_that_is_named_is_there(named):
    path, name = named.split("::")
    functions = [node.name for node in ast.walk(ast.parse((ROOT / path).read_text(encoding="utf-8")))
                 if isinstance(node, ast.FunctionDef)]  # fmt: skip
    assert name in functions
