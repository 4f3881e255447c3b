"""What the log says of calls to an ITSP: a line each, and while it is away one for all."""

import logging
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from urllib.parse import urlsplit

from pbx_messaging.logs.outages import Outage
from pbx_messaging.logs.scrubbing import scrubbed_path
from pbx_messaging.metrics.series import ITSP_TIME

logger = logging.getLogger(__name__)

IN_VAIN = 3  # calls in a row: then it is away

_in_vain: defaultdict[str, int] = defaultdict(int)
_outages: dict[str, Outage] = {}


class Call:
    """`status` is None until there is an answer."""

    def __init__(self, itsp: str, method: str, url: str) -> None:
        self.itsp, self._method, self._url = itsp, method, url
        self._began = time.monotonic()
        self.status: int | None = None

    def begin(self) -> None:
        """Its time runs from now on: before, it waited for its slot."""
        self._began = time.monotonic()

    def answered(self, status: int) -> None:
        self.status = status

    def tell(self, trouble: Exception | None) -> None:
        took_s = time.monotonic() - self._began
        ITSP_TIME.note(self.itsp, self.status or "", amount=took_s)
        is_in_vain = self.status is None or self.status >= HTTPStatus.INTERNAL_SERVER_ERROR
        outage = _outages.setdefault(self.itsp, Outage(self.itsp, None))
        if not is_in_vain:
            _in_vain[self.itsp] = 0
            outage.is_over()
        else:
            _in_vain[self.itsp] += 1
            if _in_vain[self.itsp] >= IN_VAIN:
                outage.failed(type(trouble).__name__ if trouble else f"it answers {self.status}")
                return
        facts = {
            "itsp": self.itsp,
            "method": self._method,
            "path": scrubbed_path(urlsplit(self._url).path),
            "status": self.status or type(trouble).__name__,
            "ms": round(took_s * 1000, 1),
        }
        logger.info("asked", extra={"facts": facts})


@contextmanager
def told(itsp: str, method: str, url: str) -> Iterator[Call]:
    """Around a call, whatever comes of it."""
    call, trouble = Call(itsp, method, url), None
    try:
        yield call
    except Exception as error:
        trouble = error
        raise
    finally:
        call.tell(trouble)
