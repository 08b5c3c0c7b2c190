"""The secrets of a run are found however they are written, and nothing else is changed."""

import base64

import pytest

from lambda_extract.spotify.redaction import MARK, Redactor

SECRET = 'se/cr+et="101"'


@pytest.fixture
def redactor():
    known = Redactor("app-101", SECRET)
    known.add("access-token-201")
    return known


@pytest.mark.parametrize(
    "written",
    [
        pytest.param(SECRET, id="as it is"),
        pytest.param("se%2Fcr%2Bet%3D%22101%22", id="in an address"),
        pytest.param('se/cr+et=\\"101\\"', id="inside a JSON text"),
        pytest.param(base64.b64encode(f"app-101:{SECRET}".encode()).decode(), id="as it is sent"),
        pytest.param("access-token-201", id="a token"),
    ],
)
def test_a_secret_is_replaced_in_texts_names_and_lists(redactor, written):
    value = {"n": 1, "headers": [f"Bearer {written}!", None], f"x{written}": {"deep": [[written]]}}
    assert redactor.has_secret(value)
    assert redactor.redact(value) == {"n": 1, "headers": [f"Bearer {MARK}!", None], f"x{MARK}": {"deep": [[MARK]]}}


def test_what_holds_no_secret_stays_as_it_is(redactor):
    value = {"name": "se/cr", "items": [1.5, True, None, "access-token-20"]}
    assert not redactor.has_secret(value)
    assert redactor.redact(value) == value


def test_a_longer_secret_counts_before_a_shorter_one_inside_it(redactor):
    redactor.add("access-token-201-and-more")
    assert redactor.redact_text("x access-token-201-and-more x") == f"x {MARK} x"


def test_a_text_too_short_for_a_secret_is_not_searched_for():
    redactor = Redactor("app-101", "abc")
    assert redactor.redact_text("abcdef") == "abcdef"
