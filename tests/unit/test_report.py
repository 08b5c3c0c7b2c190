"""The summary of a run, for people and for machines."""

import json
from collections import Counter

import pytest

from glue_jobs.iceberg.merge import Counts
from glue_jobs.load.report import Report


def full_report() -> Report:
    report = Report(objects=3, lines=7, entries=10, accepted=6)
    report.unreadable["truncated"] = 1
    report.skipped.update({"episode": 2, "null_entry": 1})
    report.rejected["no_id"] = 1
    report.documents["error_body"] = 1
    report.add("song", Counts(inserted=4, updated=1, unchanged=2, commits=1))
    report.add("song", Counts(inserted=1, commits=1))
    report.seconds["parse"] = 1.25
    return report


def test_nothing_new_says_so() -> None:
    report = Report(seconds=Counter({"look": 1}))
    assert report.as_text() == "nothing new, 0 commits (look 1.0)"


def test_the_text_accounts_for_every_entry() -> None:
    text = full_report().as_text()
    assert "3 raw objects loaded, 7 lines, 1 unreadable (truncated 1), 2 commits" in text
    assert "10 entries = 6 accepted + 3 skipped (episode 2, null_entry 1) + 1 rejected (no_id 1)" in text
    assert "1 documents rejected (error_body 1)" in text
    assert "song                     5         1          2" in text


def test_the_json_line_says_the_same() -> None:
    said = json.loads(full_report().as_json())
    assert said["tables"] == {"song": {"inserted": 5, "updated": 1, "unchanged": 2}}
    assert (said["objects"], said["commits"], said["skipped"]) == (3, 2, {"episode": 2, "null_entry": 1})
    assert "\n" not in full_report().as_json()


def test_the_times_of_a_phase_are_added_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("glue_jobs.load.report.monotonic", iter([10, 11.5, 20, 20.25]).__next__)
    report = Report()
    for _ in range(2):
        with report.phase("parse"):
            pass
    assert report.seconds == {"parse": 1.75}
