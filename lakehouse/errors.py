"""The one error of the local stack: what a user can act on, in one line."""


class UserError(Exception):
    """A command cannot go on; the message says what was seen and what was expected."""
