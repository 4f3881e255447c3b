"""The name under which an ITSP carries a try to send: what it reports of it names it so.

The id alone would not do: after a restored backup, another try may have the id that one had before.
"""

import re
from datetime import datetime

from sessions.models import Attempt

_REFERENCE = re.compile(r"(\d{1,18})(-[0-9a-z]+)?", re.ASCII)  # earlier ones were the id alone


def of(attempt: Attempt) -> str:
    return _made(attempt.pk, attempt.created_at)


def attempt_id_in(reference: str) -> int | None:
    """None if it is none of ours."""
    found = _REFERENCE.fullmatch(reference)
    return int(found[1]) if found else None


def names(reference: str, attempt_id: int, created_at: datetime) -> bool:
    """Whether it is this attempt's, and not one's that had its id before a backup was restored."""
    return reference in {str(attempt_id), _made(attempt_id, created_at)}


def _made(attempt_id: int, created_at: datetime) -> str:
    return f"{attempt_id}-{int(created_at.timestamp() * 1000):x}"
