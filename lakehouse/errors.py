"""The one error that users see: what they can act on, in one line."""


class UserError(Exception):
    """A command cannot go on; the message says what was expected, what was found, and what became of the data."""

    exit_code = 2
