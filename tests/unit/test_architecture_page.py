"""The pages that explain the project name files, links and words that exist."""

import re
from pathlib import Path

import pytest

from glue_jobs.tables import TABLES

ROOT = Path(__file__).resolve().parent.parent.parent
ARCHITECTURE = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
GLOSSARY = (ROOT / "docs" / "glossary.md").read_text(encoding="utf-8")
PATH = re.compile(r"`([a-z_]+/[\w./-]*)`")


def test_every_file_that_the_architecture_names_exists() -> None:
    named = set(PATH.findall(ARCHITECTURE))
    assert {"lambda_extract/run.py", "glue_jobs/iceberg/merge.py", "sql/question/"} <= named
    assert [name for name in sorted(named) if not (ROOT / name).exists()] == []


@pytest.mark.parametrize("package", ["lambda_extract/spotify", "glue_jobs/load", "glue_jobs/spotify", "glue_jobs/raw"])
def test_the_path_of_an_answer_passes_each_package(package: str) -> None:
    path = ARCHITECTURE.split("## The path of one answer")[1].split("\n## ")[0]
    assert re.search(rf"`{package}/\w+\.py`", path)


@pytest.mark.parametrize("page", [ARCHITECTURE, GLOSSARY], ids=["architecture", "glossary"])
def test_every_link_leads_to_a_file(page: str) -> None:
    links = [link for link in re.findall(r"\]\(([^)#]+)\)", page) if not link.startswith("http")]
    assert links
    assert [link for link in links if not (ROOT / "docs" / link).exists()] == []


def test_the_readme_links_to_both_pages() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert [name for name in ("architecture", "glossary") if f"(docs/{name}.md)" not in readme] == []


def test_every_word_in_italics_is_in_the_glossary() -> None:
    italics = set(re.findall(r"(?<!\*)\*([a-z][a-z ]+)\*(?!\*)", ARCHITECTURE))
    terms = re.findall(r"^\| \*\*(.+?)\*\* \|", GLOSSARY, re.MULTILINE)
    words = {word for term in terms for word in term.split(", ")}
    assert {"raw object", "ledger", "sightings"} <= italics
    assert [word for word in sorted(italics) if word.removesuffix("s") not in words] == []


def test_a_table_that_the_glossary_names_is_one() -> None:
    assert set(re.findall(r"[Tt]he table `(\w+)`", GLOSSARY)) <= {table.name for table in TABLES}
