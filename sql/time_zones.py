"""The clocks of the accounts, written into the view account_clock by whoever makes the views."""

from collections.abc import Mapping

EVERYONE = "*"
"""The account whose time zone counts for all accounts that have no time zone of their own."""

UTC_FOR_ALL: Mapping[str, str] = {EVERYONE: "UTC"}
PLACE = "'${time_zones}'"


def set_time_zones(text: str, time_zones: Mapping[str, str]) -> str:
    """Return a view's text with the time zone of each account, where the view asks for them."""
    settings = {**UTC_FOR_ALL, **time_zones}
    lines = (f"{zone}={account}".replace("'", "''") for account, zone in sorted(settings.items()))
    return text.replace(PLACE, ", ".join(f"'{line}'" for line in lines))
