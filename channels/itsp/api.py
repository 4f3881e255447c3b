"""Calls to an ITSP's API that are made by hand: one pool of connections, a limit over each whole call."""

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

import requests
from django.conf import settings
from urllib3.exceptions import ConnectTimeoutError, MaxRetryError, NewConnectionError

from pbx_messaging.outside import calls, http
from pbx_messaging.outside.deadline import within

# All that a call may raise for what comes back, or does not.
ERRORS = (requests.RequestException, TimeoutError)
# What reading an answer may raise that has nothing, or something else, where something was expected.
UNREADABLE = (ValueError, TypeError, AttributeError, LookupError, ArithmeticError, RecursionError)


class Api:
    """Of one account, for many threads.

    `timeout_s` is for the whole of a request and its answer; `total_s` for all that this object is ever
    asked for. `name` is the ITSP's, for the log. `public_only`: it connects to the public internet only, and
    raises `ForbiddenAddress` for anything else.
    """

    def __init__(
        self, name: str, timeout_s: float, total_s: float | None = None, *, public_only: bool = False
    ) -> None:
        self._name, self._timeout_s = name, timeout_s
        self._ends_at = None if total_s is None else time.monotonic() + total_s
        self._session = http.session()
        kind = http.PublicAdapter if public_only else http.BoundedAdapter
        adapter = kind(pool_maxsize=settings.SENDER_THREADS)
        self._session.mount("https://", adapter)
        self._session.mount("http://", adapter)

    def call(
        self, method: str, url: str, wait_for_slot: Callable[[], None] = lambda: None, **parts: Any
    ) -> requests.Response:
        """The answer, whatever it says. `parts` are those of `requests.Request`. No redirect is followed.

        Raises `ERRORS`, and whatever `wait_for_slot` raises: it is called when the request is ready to go,
        and the request's time begins then.
        """
        request = self._session.prepare_request(requests.Request(method, url, **parts))
        with within(self._time_s()) as limit, calls.told(self._name, method, url) as call:
            wait_for_slot()
            limit.begin()
            call.begin()
            answer = self._session.send(request, allow_redirects=False)
            call.answered(answer.status_code)
        return answer

    def _time_s(self) -> float:
        if self._ends_at is None:
            return self._timeout_s
        left = self._ends_at - time.monotonic()
        if left <= 0:
            raise requests.Timeout("no time is left for further calls")
        return min(self._timeout_s, left)


def never_left(error: Exception) -> bool:
    """True if no connection came about, so that nothing can have been sent."""
    cause = error.args[0] if isinstance(error, requests.ConnectionError) and error.args else None
    reason = cause.reason if isinstance(cause, MaxRetryError) else cause
    return isinstance(reason, NewConnectionError | ConnectTimeoutError)


def retry_after_s(answer: requests.Response) -> float | None:
    value = answer.headers.get("Retry-After", "")
    return float(value) if value.replace(".", "", 1).isdecimal() else None


def ahead(answer: requests.Response) -> timedelta:
    """How far our clock is ahead of the ITSP's by the answer that has just come, to a second."""
    try:
        return datetime.now(UTC) - parsedate_to_datetime(answer.headers.get("Date", ""))
    except (ValueError, TypeError):  # none, one that can't be read, or one without a zone
        return timedelta(0)
