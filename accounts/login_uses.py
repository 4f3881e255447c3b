"""When this process has looked last whether the use of a login is to be noted."""

import time
from collections import OrderedDict
from datetime import timedelta
from typing import Any

from django.http import HttpRequest

USE_NOTED_EVERY = timedelta(minutes=5)
REMEMBERED = 10_000  # logins
_looked: OrderedDict[str, float] = OrderedDict()  # by the session's key


def is_due(key: str) -> bool:
    """And is not, for a while."""
    now = time.monotonic()
    if now - _looked.get(key, -float("inf")) < USE_NOTED_EVERY.total_seconds():
        return False
    _looked[key] = now
    _looked.move_to_end(key)
    while len(_looked) > REMEMBERED:
        _looked.popitem(last=False)
    return True


def note_login(request: HttpRequest, **_signal: Any) -> None:
    """allauth has just noted it."""
    if request.session.session_key:
        is_due(request.session.session_key)
