"""Spans of traces, each noted when it is over. Without OTLP_URL that costs a comparison.

A request's id is its trace's, too: trace and first span are named by hashes of it. So whoever knows the id,
by a row or a task's header, can add to the trace, and no further context need travel.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from hashlib import sha256
from typing import Any, NamedTuple

from django.conf import settings


class Span(NamedTuple):
    """`of` and `link`: ids of requests. Times are of `time.time_ns`. A root is what the request was."""

    name: str
    of: str
    began_ns: int
    ended_ns: int
    facts: dict[str, Any]
    link: str = ""
    is_root: bool = False

    @property
    def trace_id(self) -> int:
        return int.from_bytes(sha256(b"trace" + self.of.encode()).digest()[:16])

    @property
    def root_id(self) -> int:
        return int.from_bytes(sha256(b"span" + self.of.encode()).digest()[:8])

    @property
    def linked(self) -> "Span":
        """The root of the trace that this one is linked with."""
        return self._replace(of=self.link, link="", is_root=True)


take: Callable[[Span], None] | None = None  # what exports them, once it has begun


def is_on() -> bool:
    return take is not None


def note(
    name: str,
    *,
    of: str,
    began_ns: int,
    ended_ns: int | None = None,
    link: str = "",
    is_root: bool = False,
    **facts: Any,
) -> None:
    """Of what belongs to no request, nothing is said; of the others, a share."""
    if take is None or not of or of == "-":
        return
    span = Span(name, of, began_ns, ended_ns or time.time_ns(), facts, link if link != of else "", is_root)
    if span.trace_id % 10_000 < settings.TRACES_SHARE * 10_000:
        take(span)


@contextmanager
def noted(name: str, *, of: str, **facts: Any) -> Iterator[None]:
    """Around what takes the time."""
    if take is None:
        yield
        return
    began_ns = time.time_ns()
    try:
        yield
    finally:
        note(name, of=of, began_ns=began_ns, **facts)
