"""The page on which a listener agrees that an app reads the library."""

from collections.abc import Mapping
from html import escape
from urllib.parse import urlencode

from lakehouse.simulator.accounts import ACCOUNTS

PAGE = """<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>{title}</title></head>
<body style="font-family: sans-serif; max-width: 36em; margin: 3em auto">
<h1>{title}</h1>
{body}
</body>
</html>
"""


def login_page(asked: Mapping[str, str]) -> str:
    """Return the page: one link per account to agree, one to cancel; with `account` asked for, that one alone."""
    accounts = [asked["account"]] if "account" in asked else list(ACCOUNTS)
    agree = [(f"Agree as {account_id}", {"account": account_id, "answer": "agree"}) for account_id in accounts]
    links = "\n".join(make_link(asked, text, added) for text, added in [*agree, ("Cancel", {"answer": "cancel"})])
    scopes = "".join(f"<li>{escape(scope)}</li>" for scope in asked.get("scope", "").split())
    body = f"<p>A made-up app asks to read a made-up library:</p>\n<ul>{scopes}</ul>\n{links}"
    return PAGE.format(title="Spotify simulator: log in", body=body)


def make_link(asked: Mapping[str, str], text: str, added: Mapping[str, str]) -> str:
    """Return a link to the same address with an answer added."""
    address = f"/authorize?{urlencode({**asked, **added})}"
    return f'<p><a id="{escape(text.split()[0].lower())}" href="{escape(address)}">{escape(text)}</a></p>'


def error_page(message: str) -> str:
    """Return the page that says what is wrong with the app's request."""
    return PAGE.format(title="Spotify simulator: error", body=f"<p>{escape(message)}</p>")
