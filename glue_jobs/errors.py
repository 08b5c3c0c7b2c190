"""The one error of this package: what a user or operator can act on, in one line."""


class LoadError(Exception):
    """A run cannot go on; the message says what, what was expected, what it got and what became of the data."""
