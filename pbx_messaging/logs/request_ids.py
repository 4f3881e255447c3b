"""By what id all lines about one request are found: the proxy's, or ours.

It goes along with what the request asks for: to Celery's tasks in a header, to the sender by the row of the
text.
"""

import re
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from celery.signals import before_task_publish, task_postrun, task_prerun

HEADER = "X-Request-ID"
MOST_CHARS = 64
NONE = "-"  # of lines about no request
_TASK_HEADER = "request_id"
_WELL_FORMED = re.compile(rf"[A-Za-z0-9][A-Za-z0-9._-]{{7,{MOST_CHARS - 1}}}")

_current: ContextVar[str] = ContextVar("request_id", default=NONE)


def current() -> str:
    """The present request's, or `NONE`."""
    return _current.get()


def begin(proposed: str | None) -> str:
    """Of a request that comes in: what was proposed, if it is well-formed; else one of ours."""
    known = proposed if proposed and _WELL_FORMED.fullmatch(proposed) else secrets.token_hex(16)
    _current.set(known)
    return known


@contextmanager
def of(request_id: str) -> Iterator[None]:
    """Within it, this thread works for that request; an empty id changes nothing."""
    token = _current.set(request_id or _current.get())
    try:
        yield
    finally:
        _current.reset(token)


def stored() -> str:
    """As rows keep it: empty for none."""
    request_id = _current.get()
    return "" if request_id == NONE else request_id


@before_task_publish.connect
def _send_along(headers: dict[str, object], **_signal: object) -> None:
    headers[_TASK_HEADER] = stored()


@task_prerun.connect
def _take_up(task: object, **_signal: object) -> None:
    """A task that no request asked for has an id of its own."""
    request = getattr(task, "request", None)
    _current.set(getattr(request, _TASK_HEADER, None) or secrets.token_hex(16))


@task_postrun.connect
def _lay_down(**_signal: object) -> None:
    _current.set(NONE)
