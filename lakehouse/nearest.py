"""The hint for a name that was not found."""

import difflib
from collections.abc import Collection


def nearest(name: str, known: Collection[str]) -> str:
    """Return a hint: the known name that is most alike, else all of them."""
    alike = difflib.get_close_matches(name.lower(), sorted(known), n=1, cutoff=0.6)
    return f"did you mean {alike[0]}?" if alike else f"expected one of {', '.join(sorted(known))}"
