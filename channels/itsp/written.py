"""What ITSPs write in JSON, and what of it can be stored."""

import re
from typing import Any

# E.164 (some carriers leave the plus out), a short code, or a name of up to 11 characters.
_ADDRESS = re.compile(r"\+?[0-9]{2,15}|(?=.*[^0-9])[^\x00-\x1f\x7f+]{1,11}")


def storable(text: str) -> str:
    """JSON may hold NUL and halves of characters; they become replacement characters."""
    whole = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return whole.replace("\0", "\N{REPLACEMENT CHARACTER}")


def is_address(told: Any) -> bool:
    return isinstance(told, str) and _ADDRESS.fullmatch(told) is not None and storable(told) == told
