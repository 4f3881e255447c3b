"""Since when this process refuses to store webhook requests: told to the database once it is back."""

from datetime import datetime
from threading import Lock

_lock = Lock()
_since: datetime | None = None


def note(at: datetime) -> None:
    """A request that came at `at` was answered 503."""
    global _since
    with _lock:
        _since = at if _since is None else min(_since, at)


def are_noted() -> bool:
    return _since is not None


def take() -> datetime | None:
    """Since when; None if nothing was refused. Whoever takes it has it noted, or gives it back by `note`."""
    global _since
    with _lock:
        since, _since = _since, None
    return since
