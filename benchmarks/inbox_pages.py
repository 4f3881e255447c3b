"""`python -m benchmarks.inbox_pages seed | measure < JSON`: how long pages and searches take.

In a process of its own, since it has the settings of the stack that is measured.
"""

import json
import sys
import time
from collections.abc import Callable
from statistics import quantiles
from typing import Any

import django
from django.core.management import call_command
from django.db import connection

HOST = {"host": "127.0.0.1"}
PASSES = 10  # over all views of a page
SHOWN = 30  # sessions of a page of results


def seed(sizes: dict[str, int]) -> dict[str, object]:
    """Rows by their millions, in SQL."""
    from benchmarks import inbox_data  # noqa: PLC0415  Django must be set up first
    from tests.portal import make_user  # noqa: PLC0415

    call_command("collectstatic", interactive=False, verbosity=0)
    make_user("root", "administrator")  # type: ignore[arg-type]
    inbox_data.seed(inbox_data.Size(**sizes))
    return {}


def measure(_: object) -> dict[str, object]:
    """Each page's times over its views, and each kind of search in the database."""
    from benchmarks.inbox_words import words  # noqa: PLC0415

    found = words()
    pages = {name: _page(*page) for name, page in _views(found).items()}
    return {"pages": pages, "search": _searches(found)}


def _views(found: dict[str, list[str]]) -> dict[str, tuple[str, list[str]]]:
    """(who looks, what they ask for): what people do with a page all day."""
    from sessions.models import Contact, MessagingSession  # noqa: PLC0415

    mine = MessagingSession.objects.filter(agent__user__username="agent7").order_by("-last_active_at")
    pks = list(mine.values_list("pk", flat=True)[:6])
    contacts = Contact.objects.filter(address__in=mine.values("contact")[:50]).values_list("pk", flat=True)
    logged = MessagingSession.objects.order_by("pk").values_list("pk", flat=True)
    asked = [found[kind][0] for kind in ("rare", "common", "phone", "name", "miss")]
    return {
        "inbox": ("agent7", ["/inbox/", "/inbox/?show=closed", "/inbox/sessions/mine/"]),
        "thread": ("agent7", [f"/inbox/{pk}/" for pk in pks]),
        "contact": ("agent7", ["/contacts/", *(f"/contacts/{pk}/" for pk in contacts[:4])]),
        "logs": (
            "root",
            [
                "/logs/",
                f"/logs/?sender={asked[2]}",
                "/logs/?recipient=02161183&status=closed",
                "/logs/?since=2026-01-01&until=2026-02-01",
                f"/logs/{logged[1_000]}/",
            ],
        ),
        "search": ("agent7", [f"/inbox/?q={text}" for text in asked]),
        "search_of_supervisor": ("vera", [f"/inbox/?q={text}" for text in asked]),
        "search_of_administrator": ("root", [f"/logs/?q={text}" for text in asked]),
        "statistics": ("root", ["/statistics/"]),
    }


def _page(username: str, paths: list[str]) -> dict[str, object]:
    from accounts.models import User  # noqa: PLC0415
    from tests.portal import logged_in  # noqa: PLC0415

    browser = logged_in(User.objects.get(username=username))
    times: list[float] = []
    slowest: dict[str, float] = {}
    for number in range(PASSES + 1):
        for path in paths:
            begun = time.perf_counter()
            answer = browser.get(path.replace("+", "%2B"), headers=HOST)
            took_ms = 1000 * (time.perf_counter() - begun)
            assert answer.status_code == 200, (path, answer.status_code)
            if number:  # the first pass warms up
                times.append(took_ms)
                slowest[path] = max(slowest.get(path, 0.0), took_ms)
    worst = max(slowest, key=slowest.__getitem__)
    print(f"  slowest: {worst}, {slowest[worst]:.0f} ms", file=sys.stderr)
    cuts = quantiles(times, n=100)
    return {"p50_ms": round(cuts[49], 1), "p95_ms": round(cuts[94], 1), "queries": _queries(browser, paths)}


def _queries(browser: Any, paths: list[str]) -> int:
    """The most that any of the views needs."""
    from django.test.utils import CaptureQueriesContext  # noqa: PLC0415

    counts = []
    for path in paths:
        with CaptureQueriesContext(connection) as captured:
            browser.get(path.replace("+", "%2B"), headers=HOST)
        counts.append(len(captured))
    return max(counts)


def _searches(found: dict[str, list[str]]) -> dict[str, float]:
    """Time in the database, all statements of a search together: the whole history's newest page."""
    kinds = {"hit": [*found["rare"], *found["phone"], *found["name"]]}
    kinds |= {kind: found[kind] for kind in ("miss", "common", "middling")}
    figures: dict[str, float] = {}
    for kind, texts in kinds.items():
        _timed(texts[0])
        times = sorted(_timed(text) for text in texts)
        figures |= {
            f"{kind}_ms": round(times[len(times) // 2], 2),
            f"{kind}_p95_ms": round(times[int(len(times) * 0.95)], 2),
        }
        print(f"  search, {kind}: slowest {times[-1]:.1f} ms", file=sys.stderr)
    return figures


def _timed(text: str) -> float:
    from sessions.models import MessagingSession  # noqa: PLC0415
    from sessions.queries import listed  # noqa: PLC0415
    from sessions.search.finding import matching  # noqa: PLC0415

    spent_ms = 0.0

    def timing(execute: Callable[..., Any], *given: Any) -> Any:
        nonlocal spent_ms
        begun = time.perf_counter()
        try:
            return execute(*given)
        finally:
            spent_ms += 1000 * (time.perf_counter() - begun)

    with connection.execute_wrapper(timing):
        list(listed(matching(MessagingSession.objects.all(), text))[:SHOWN])
    return spent_ms


if __name__ == "__main__":
    django.setup()
    print(json.dumps({"seed": seed, "measure": measure}[sys.argv[1]](json.load(sys.stdin))))
