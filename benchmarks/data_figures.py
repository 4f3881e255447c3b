"""`python -m benchmarks.data_figures NAME < JSON`: what room, pages, exports, closing and retention take.

In a process of its own, since it has the settings of the stack that is measured.
"""

import gc
import json
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from statistics import median
from typing import Any
from urllib.parse import urlencode

import django
from django.db import connection
from django.utils import timezone

from benchmarks.machine import peak_rss_mb

HOST = {"host": "127.0.0.1"}
PASSES = 9
PAGE = 1_000
WAITS_MS = 50.0
ASKED_ONCE_MS = 5_000.0
EXPORTED_MOST = {"messages": 300_000, "sessions": 100_000}  # rows that are read of an export


class Clock:
    """How long statements took, from asking until all their rows were here."""

    def __init__(self) -> None:
        self.ms: list[float] = []

    def __call__(self, execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        begun = time.perf_counter()
        try:
            return execute(sql, params, many, context)
        finally:
            self.ms.append(1000 * (time.perf_counter() - begun))


@contextmanager
def clocked() -> Iterator[Clock]:
    clock = Clock()
    with connection.execute_wrapper(clock):
        yield clock


def _ms(ask: Callable[[], object], passes: int = PASSES) -> float:
    """Of the database, the median of some; the first counts only where it took so long that it is alone."""
    sums: list[float] = []
    while len(sums) <= passes:
        with clocked() as clock:
            ask()
        sums.append(sum(clock.ms))
        if sums[0] > ASKED_ONCE_MS:
            break
    return round(median(sums[1:] or sums), 2)


def pages(_: object) -> dict[str, Any]:
    from accounts.models import User  # noqa: PLC0415  Django must be set up first
    from channels.models import Channel  # noqa: PLC0415
    from stats.messages import over_time  # noqa: PLC0415
    from stats.periods import DAY  # noqa: PLC0415
    from stats.queries import counts_by_channel  # noqa: PLC0415
    from stats.ranges import Range  # noqa: PLC0415
    from tests.portal import logged_in  # noqa: PLC0415

    root = User.objects.get(username="root")
    timezone.activate(root.time_zone)
    browser, today = logged_in(root), timezone.localdate()
    ids = list(Channel.objects.values_list("pk", flat=True))
    year = Range(today - timedelta(days=364), today + DAY)

    def get(path: str) -> float:
        return _ms(lambda: _answer(browser, path), 3)

    totals = _ms(lambda: counts_by_channel(None, None, channels=ids))
    chart = _ms(lambda: over_time(year, ids))
    first, far = get("/logs/"), get(f"/logs/?{urlencode({'before': _place(25 * (PAGE - 1))})}")
    asked = {
        "the page of a year": f"/statistics/?since={year.first}",
        "of 30 days": "/statistics/",
        **{f"logs by {name}": f"/logs/?{query}" for name, query in _filters(today).items()},
    }
    said = {name: get(path) for name, path in asked.items()}
    return {"totals_ms": totals, "year_ms": chart, "logs_first_ms": first, "logs_1000_ms": far, "said": said}


def room(_: object) -> dict[str, Any]:
    """What a text takes of the disk, with its session, its attempt and all indexes."""
    from sessions.models import Message  # noqa: PLC0415

    tables = "SELECT sum(pg_total_relation_size(oid)) FROM pg_class WHERE relkind = 'r' AND relname LIKE %s"
    with connection.cursor() as cursor:
        cursor.execute(tables, ["messaging\\_sessions\\_%"])
        (size,) = cursor.fetchone()
    return {"bytes_per_text": round(size / Message.objects.count())}


def _answer(browser: Any, path: str) -> Any:
    answer = browser.get(path, headers=HOST)
    assert answer.status_code == 200, (path, answer.status_code)
    return answer


def _place(row: int) -> str:
    """What the link of the page before has: the last row that it shows."""
    from sessions.models import MessagingSession  # noqa: PLC0415

    newest = MessagingSession.objects.order_by("-last_active_at", "-pk")
    at, pk = newest.values_list("last_active_at", "pk")[min(row, newest.count() // 2) - 1]
    return f"{at.isoformat()}_{pk}"


def _filters(today: Any) -> dict[str, str]:
    from channels.models import Channel, Number  # noqa: PLC0415
    from routing.models import Extension, MessageQueue  # noqa: PLC0415
    from sessions.models import Tag  # noqa: PLC0415

    models = {"channel": Channel, "number": Number, "agent": Extension, "queue": MessageQueue, "tag": Tag}
    one = {
        name: f"{name}={model._default_manager.order_by('pk').values_list('pk', flat=True)[3]}"
        for name, model in models.items()
    }
    statuses = ("open", "closed", "archived", "failed", "closed_automatically", "never_answered")
    old = f"since={today - timedelta(days=300)}&until={today - timedelta(days=280)}"
    return {
        **one,
        **{status: f"status={status}" for status in statuses},
        "common error": "error=30003",
        "rare error": "error=30410",
        "unknown error": "error=1",
        "old days": old,
        "channel and old days": f"{one['channel']}&{old}",
        "agent, tag and old days": f"{one['agent']}&{one['tag']}&{old}",
        "queue and error": f"{one['queue']}&error=30006",
        "agent and archived": f"{one['agent']}&status=archived",
        "number and closed automatically": f"{one['number']}&status=closed_automatically",
    }


def export(kind: str) -> dict[str, Any]:
    from accounts.models import User  # noqa: PLC0415
    from tests.portal import logged_in  # noqa: PLC0415

    browser = logged_in(User.objects.get(username="root"))
    path = {"messages": "/logs/export/messages/", "sessions": "/logs/export/"}[kind]
    begun, rows, first = time.perf_counter(), 0, 0.0
    pieces = iter(_answer(browser, path))
    for piece in pieces:
        first = first or time.perf_counter() - begun
        rows += piece.count(b"\n")
        if rows >= EXPORTED_MOST[kind]:
            break
    took = time.perf_counter() - begun
    return {"export": kind, "rows": rows, "rows_per_s": round(rows / took), "first_s": round(first, 2)} | {
        "peak_mb": peak_rss_mb()
    }


def closing(_: object) -> dict[str, Any]:
    """All idle sessions, run after run as the clock has it. Of a batch, how long it holds its sessions."""
    from django.db import transaction  # noqa: PLC0415

    from sessions.ending import closing as road  # noqa: PLC0415

    batches: list[float] = []
    one = road._close_batch

    def timed(*given: Any) -> Any:
        begun = time.perf_counter()
        try:
            return one(*given)
        finally:
            batches.append(1000 * (time.perf_counter() - begun))

    road._close_batch = timed  # type: ignore[assignment]
    assert not transaction.get_connection().in_atomic_block
    begun, closed = time.perf_counter(), 0
    with clocked() as clock:
        while more := road.close_idle(now=timezone.now()):
            closed += more
    return {
        "closed": closed,
        "closing_s": round(sum(clock.ms) / 1000, 2),
        "whole_s": round(time.perf_counter() - begun, 2),
        "batches": len(batches),
        "longest_batch_ms": round(max(batches), 1),
        "median_batch_ms": round(median(batches), 1),
        "slowest_statement_ms": round(max(clock.ms), 1),
    }


def retention(within_s: float) -> dict[str, Any]:
    """The older half of a year of messages is deleted, with the rests that the product takes.

    A row is a message; its attempt goes with it. Who waits for a batch may wait for `WAITS_MS`.
    """
    from retention.models import Kind, Rule  # noqa: PLC0415  Django must be set up first
    from retention.sweeping.pace import Batch, Pace  # noqa: PLC0415
    from retention.sweeping.sessions import sweep  # noqa: PLC0415

    batches: list[float] = []

    class Noting(Pace):
        @contextmanager
        def batch(self) -> Iterator[Batch]:
            with super().batch() as batch:
                begun = time.perf_counter()
                yield batch
                batches.append(1000 * (time.perf_counter() - begun))

    Rule.objects.create(kind=Kind.MESSAGES, days=180)
    gc.collect()
    gc.freeze()  # as workers do
    begun, pace = time.perf_counter(), Noting(within_s)
    with clocked() as clock:
        rows = sweep(pace, now=timezone.now())
    took = time.perf_counter() - begun
    return {
        "rows": rows,
        "is_whole": not pace.is_over,
        "rows_per_s": round(rows / took),
        "batches": len(batches),
        "median_batch_ms": round(median(batches), 1),
        "batches_too_long": sum(ms > WAITS_MS for ms in batches),
        "longest_batch_ms": round(max(batches), 1),
        "slowest_statement_ms": round(max(clock.ms), 1),
        "rows_of_a_batch": pace.size,
    }


if __name__ == "__main__":
    django.setup()
    measured: dict[str, Callable[[Any], Any]] = {
        "room": room,
        "pages": pages,
        "export": export,
        "closing": closing,
        "retention": retention,
    }
    print(json.dumps(measured[sys.argv[1]](json.load(sys.stdin))))
