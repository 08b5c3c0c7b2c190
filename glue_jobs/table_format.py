"""The format of the tables, apart from what needs Spark: whoever reads them without it asks for it, too."""

FORMAT = 1
"""It grows with a change that an earlier version would read or write wrongly; docs/upgrade.md."""
FORMAT_PROPERTY = "lakehouse.format"
"""The property of each table that holds it; one without is of format 1."""


def is_known(text: str | None) -> bool:
    """Return whether tables of a format can be read and written by this version."""
    return text is None or (text.isdecimal() and int(text) <= FORMAT)
