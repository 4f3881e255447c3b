"""How the `twilio` package reaches the network: our time-out, our slot, our base URL, its `Retry-After`."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import requests
from django.conf import settings
from twilio.base.exceptions import TwilioException
from twilio.http.http_client import TwilioHttpClient
from twilio.http.response import Response

from channels.itsp.api import UNREADABLE
from pbx_messaging.outside import calls
from pbx_messaging.outside.deadline import Limit, within
from pbx_messaging.outside.http import BoundedAdapter

STANDS_FOR = "X-Stands-For"  # a header for a stand-in alone: the host that was meant
# All that a call by the `twilio` package may raise for what comes back, or does not.
ERRORS = (TwilioException, requests.RequestException, TimeoutError, *UNREADABLE)
MOST_CALLS = 500  # of a client with a limit in all; a list may name a next page for ever


def http_status_of(error: Exception) -> int | None:
    """None if no answer came. A list's error carries its answer, everything else's the status itself."""
    answer = error.args[-1] if error.args else None
    status = answer.status_code if isinstance(answer, Response) else getattr(error, "status", None)
    return int(status) if status else None


def api_url(url: str) -> str:
    """The URL with scheme and host replaced by `settings.ITSP_API_URLS`, where that has some."""
    if not (stand_in := settings.ITSP_API_URLS.get("twilio")):
        return url
    base, asked = urlsplit(stand_in), urlsplit(url)
    return str(urlunsplit((base.scheme, base.netloc, asked.path, asked.query, "")))


class _SlotAdapter(BoundedAdapter):
    """Waits for the sender's slot when the request is ready to go and only the socket is left to use.

    The request's time begins then.
    """

    def __init__(self, slot: threading.local) -> None:
        super().__init__(pool_maxsize=settings.SENDER_THREADS)
        self._slot = slot

    def send(self, *args: Any, **kwargs: Any) -> requests.Response:
        getattr(self._slot, "wait", lambda: None)()
        limit: Limit = self._slot.limit
        limit.begin()
        self._slot.call.begin()
        return super().send(*args, **kwargs)


class HttpClient(TwilioHttpClient):  # type: ignore[misc]  # twilio has no types
    """One connection pool, for many threads.

    `timeout_s` is for the whole of a request and its answer; nothing is asked after `ends_at`
    (`time.monotonic()`), for a client of which a number of calls is made.
    """

    def __init__(self, timeout_s: float, ends_at: float | None = None) -> None:
        super().__init__(timeout=timeout_s)
        self._ends_at, self._calls = ends_at, 0
        self._slot = threading.local()
        assert self.session is not None  # noqa: S101 (pool_connections is the default)
        adapter = _SlotAdapter(self._slot)
        self.session.mount("https://", adapter)
        self.session.mount("http://", adapter)
        self.session.trust_env = False  # spares a look at the environment for each text

    @contextmanager
    def slot(self, wait: Callable[[], None]) -> Iterator[None]:
        """Within it, this thread's next request calls `wait` directly before the socket is used."""
        self._slot.wait = wait
        try:
            yield
        finally:
            del self._slot.wait

    def retry_after_s(self) -> float | None:
        """What the answer that this thread got last said in `Retry-After`, in seconds."""
        value: str = getattr(self._slot, "retry_after", "")
        return float(value) if value.replace(".", "", 1).isdecimal() else None

    def ahead(self) -> timedelta:
        """How far our clock was ahead of the ITSP's by the answer that this thread got last, to a second."""
        date, at = getattr(self._slot, "date", ("", datetime.now(UTC)))
        try:
            return at - parsedate_to_datetime(date)
        except (ValueError, TypeError):  # none, one that can't be read, or one without a zone
            return timedelta(0)

    def request(self, method: str, url: str, *args: Any, **kwargs: Any) -> Response:
        if settings.ITSP_API_URLS.get("twilio"):
            kwargs["headers"] = {**(kwargs.get("headers") or {}), STANDS_FOR: urlsplit(url).netloc}
        with within(self._time_s()) as self._slot.limit, calls.told("Twilio", method, url) as call:
            self._slot.call = call
            response = super().request(method, api_url(url), *args, **kwargs)
            call.answered(response.status_code)
        headers = response.headers or {}
        self._slot.retry_after = headers.get("Retry-After", "")
        self._slot.date = (headers.get("Date", ""), datetime.now(UTC))
        return response

    def _time_s(self) -> float:
        if self._ends_at is None:
            return float(self.timeout)
        left = self._ends_at - time.monotonic()
        self._calls += 1
        if left <= 0 or self._calls > MOST_CALLS:
            raise requests.Timeout("no time is left for further calls")
        return min(float(self.timeout), left)
