"""Which addresses outside the page the page may hold; whatever is chosen, it is whole without a network."""

from typing import Literal

Addresses = Literal["none", "links", "covers"]
