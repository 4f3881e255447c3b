"""The series that our processes count, each with few labels that have few values.

A channel is named by its id here; whoever is asked adds its present name.
"""

import logging
import os
import threading
from collections.abc import Sequence
from functools import cache
from importlib import import_module
from typing import Any

from django.conf import settings

from pbx_messaging.metrics import files

logger = logging.getLogger(__name__)

SOON = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0)
LONG = (0.1, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0, 60.0, 300.0, 900.0, 3600.0)


_begins = threading.RLock()  # what is begun twice writes to one file from two places, each over the other


def library() -> Any:
    """`prometheus_client`, counting into our folder."""
    with _begins:
        return _library()


@cache
def _library() -> Any:
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(files.folder())
    values: Any = import_module("prometheus_client.values")
    values.ValueClass = values.MultiProcessValue(files.process_name)
    return import_module("prometheus_client")


class Series:
    """Of one kind of the library's: Counter, Histogram, Summary or Gauge."""

    _is_broken = False

    def __init__(self, kind: str, name: str, says: str, labels: Sequence[str] = (), **options: Any) -> None:
        self._kind, self.name, self._says, self._labels = kind, name, says, labels
        self._options = options
        self._by_values: dict[tuple[object, ...], Any] = {}
        self._made: Any = None

    def _of(self, values: tuple[object, ...]) -> Any:
        """None where nothing is counted: it is off, or the folder can't be written to."""
        if not settings.METRICS_TOKEN or Series._is_broken:
            return None
        if (known := self._by_values.get(values)) is not None:
            return known
        try:
            with _begins:
                return self._begin(values)
        except OSError as error:
            Series._is_broken = True
            logger.warning("nothing is counted in this process: %s", error)
            return None

    def _begin(self, values: tuple[object, ...]) -> Any:
        if self._made is None:
            make = getattr(library(), self._kind)
            self._made = make(self.name, self._says, self._labels, registry=None, **self._options)
        one = self._made.labels(*values) if self._labels else self._made
        return self._by_values.setdefault(values, one)

    def add(self, *values: object, amount: float = 1.0) -> None:
        if (one := self._of(values)) is not None:
            one.inc(amount)

    def note(self, *values: object, amount: float) -> None:
        """Of a histogram or summary."""
        if (one := self._of(values)) is not None:
            one.observe(amount)


TEXTS_IN = Series(
    "Counter",
    "pbx_texts_in",
    "Texts that came, by what became of them.",
    ("channel_id", "outcome"),
)
TEXTS_OUT = Series(
    "Counter",
    "pbx_texts_out",
    "Tries to send a text, once in each state that they come to.",
    ("channel_id", "outcome"),
)
SLOTS = Series(
    "Counter",
    "pbx_rate_used",
    "Slots of the channel's rate that were used: texts, or segments where these are what is limited.",
    ("channel_id",),
)
QUEUE_WAIT = Series(
    "Histogram",
    "pbx_queue_wait_seconds",
    "How long texts waited from their place in the queue until they left.",
    buckets=LONG,
)
WEBHOOK_TIME = Series(
    "Histogram",
    "pbx_webhook_seconds",
    "How long webhook requests took, by the HTTP status of the answer.",
    ("status",),
    buckets=SOON,
)
ITSP_TIME = Series(
    "Histogram",
    "pbx_itsp_seconds",
    "How long calls to an ITSP took; no status: there was no answer.",
    ("itsp", "status"),
    buckets=LONG,
)
STREAMS = Series(
    "Gauge",
    "pbx_streams",
    "Event streams of pages and programs that are open.",
    multiprocess_mode="livesum",
)
TASK_TIME = Series(
    "Summary",
    "pbx_task_seconds",
    "How long tasks took, by their outcome.",
    ("task", "outcome"),
)
ALL = (TEXTS_IN, TEXTS_OUT, SLOTS, QUEUE_WAIT, WEBHOOK_TIME, ITSP_TIME, STREAMS, TASK_TIME)
