"""`python -m benchmarks.imports_run contacts < ROWS`: how long an import takes, and its transactions.

In a process of its own, since it has the settings of the stack that is measured.
"""

import json
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import django
from django.db.transaction import Atomic

from benchmarks.machine import peak_rss_mb

HEADINGS = {
    "contacts": "First Name,Last Name,Mobile Phone,Notes",
    "extensions": "Extension,Name,Login,Queues",
}
KINDS = {"cards": "contacts"}
CARD = """BEGIN:VCARD
VERSION:3.0
N:Lovelace;Ada{row};;;
FN:Ada{row} Lovelace
ORG:Analytical Engines;
TEL;type=CELL;type=VOICE;type=pref:+1415{number}
EMAIL;type=INTERNET;type=HOME;type=pref:ada{row}@example.com
NOTE:Calls on Mondays
END:VCARD"""


def _content(kind: str, rows: int) -> bytes:
    lines = [HEADINGS[kind]] if kind in HEADINGS else []
    for row in range(rows):
        if kind == "cards":
            lines.append(CARD.format(row=row, number=3_000_000 + row))
        elif kind == "contacts":
            lines.append(f"Ada{row},Lovelace,+1415{2_000_000 + row},Calls on Mondays")
        else:
            lines.append(f"{100_000 + row},Ada Lovelace {row},ada{row},Support")
    return "\n".join(lines).encode()


@contextmanager
def _timing(spans_ms: list[float]) -> Iterator[None]:
    """How long each outermost transaction lasts."""
    enter, leave = Atomic.__enter__, Atomic.__exit__
    begun: list[float] = []

    def entering(self: Atomic) -> None:
        begun.append(time.perf_counter())
        enter(self)

    def leaving(self: Atomic, *raised: Any) -> None:
        leave(self, *raised)
        began = begun.pop()
        if not begun:
            spans_ms.append(1000 * (time.perf_counter() - began))

    Atomic.__enter__, Atomic.__exit__ = entering, leaving  # type: ignore[method-assign]
    try:
        yield
    finally:
        Atomic.__enter__, Atomic.__exit__ = enter, leave  # type: ignore[method-assign]


def measure(kind: str, rows: int) -> dict[str, float]:
    from django.core.files.uploadedfile import SimpleUploadedFile  # noqa: PLC0415  Django must be set up first

    from accounts.models import User  # noqa: PLC0415
    from imports import running, taking  # noqa: PLC0415
    from imports.actions import State  # noqa: PLC0415
    from imports.kinds import kind_class  # noqa: PLC0415
    from imports.models import Import  # noqa: PLC0415
    from routing.models import MessageQueue  # noqa: PLC0415

    user = User.objects.get_or_create(username="root", role="administrator")[0]
    MessageQueue.objects.get_or_create(name="Support")
    content, spans_ms = _content(kind, rows), list[float]()
    before_mb = peak_rss_mb()
    began = time.perf_counter()
    with _timing(spans_ms):
        file = SimpleUploadedFile("bench.csv", content)
        import_ = taking.take(kind_class(KINDS.get(kind, kind))(), user=user, file=file)
        upload_s = time.perf_counter() - began
        running.run(import_)
        read_s = time.perf_counter() - began - upload_s
        Import.objects.filter(pk=import_.pk).update(state=State.RUNNING)
        import_.refresh_from_db()
        running.run(import_, until=time.monotonic() + 3_600)
    took_s = time.perf_counter() - began - upload_s - read_s
    import_.refresh_from_db()
    assert (import_.added, import_.faulty) == (rows, 0), (import_.added, import_.faulty)
    spans_ms.sort()
    grown_mb = peak_rss_mb() - before_mb
    return {
        "upload_s": round(upload_s, 2),
        "read_s": round(read_s, 1),
        "rows_per_s": round(rows / took_s),
        "transaction_ms": round(spans_ms[len(spans_ms) // 2], 1),
        "transaction_p99_ms": round(spans_ms[int(len(spans_ms) * 0.99)], 1),
        "transaction_most_ms": round(spans_ms[-1], 1),
        "memory_mb": grown_mb,
    }


if __name__ == "__main__":
    django.setup()
    print(json.dumps(measure(sys.argv[1], json.load(sys.stdin))))
