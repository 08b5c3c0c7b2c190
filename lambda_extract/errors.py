"""What can go wrong in a run: with the whole of it, or with one source."""


class ExtractError(Exception):
    """What ends a run; the message says what, expected, got and what became of the data."""

    def __init__(self, message: str, reason: str) -> None:
        """Keep the reason, one word for metrics and the summary."""
        super().__init__(message)
        self.reason = reason

    @property
    def is_lasting(self) -> bool:
        """Return whether trying again would only repeat it, until a person does something."""
        return self.reason in LASTING


class SourceError(Exception):
    """What ends one source; the others go on."""

    def __init__(self, message: str, status: str = "error") -> None:
        """Keep the status that the summary gives the source."""
        super().__init__(message)
        self.status = status


SETTINGS, SOURCES, SECRET, LOGIN, PREMIUM = "settings", "sources", "secret", "login", "premium"
USER, UNREACHABLE, LIMIT, LANDING, STOPPED = "user", "unreachable", "limit", "landing", "stopped"
LASTING = frozenset({SECRET, LOGIN, PREMIUM, USER, LIMIT})
"""Reasons that a person has to remove, or only time: the next run may do, a retry at once does not."""
