"""The made-up listeners, and the scopes an app may ask them for."""

from dataclasses import dataclass

SCOPES = frozenset(
    {
        "playlist-read-private",
        "playlist-read-collaborative",
        "user-library-read",
        "user-follow-read",
        "user-top-read",
        "user-read-recently-played",
        "user-read-private",
        "user-read-email",
    }
)


@dataclass(frozen=True)
class Account:
    """A listener with an own library."""

    account_id: str
    name: str | None
    country: str
    product: str = "premium"

    @property
    def email(self) -> str:
        """Return an address at a domain that is reserved for examples."""
        return f"{self.account_id}@mail.example"


ACCOUNTS: dict[str, Account] = {
    account.account_id: account
    for account in (
        Account("tin_kettle_31", "Ірина · Tin Kettle", "IS"),
        Account("paperoar", None, "JP"),
    )
}
"""The listeners by id; the first one is logged in where nobody else is asked for."""

FIRST, SECOND = ACCOUNTS
RADIO_DESK = "radio_desk_0"
SPOTIFY = "spotify"
"""The owner of a playlist that both follow; nobody logs in as this one."""

OWNER_NAMES: dict[str, str | None] = {
    **{account_id: account.name for account_id, account in ACCOUNTS.items()},
    RADIO_DESK: "Radio Desk 0",
    SPOTIFY: "Spotify",
}
