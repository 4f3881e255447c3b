"""`python -m benchmarks.portal_pages seed | measure < JSON`: the portal's rows, and how long its lists take.

In a process of its own, since it has the settings of the stack that is measured.
"""

import json
import sys
import time
from statistics import quantiles
from typing import Any

import django
from django.core.management import call_command
from django.db import connection

HOST = {"host": "127.0.0.1"}
PASSES = 12  # over all views of a page
VIEWS = {  # what administrators do with a list: open it, sort, search, go on, look at a period
    "channels": {
        "path": "/channels/",
        "views": ["", "?page=200", "?sort=-received", "?sort=numbers", "?q=4155500042", "?period=today"],
    },
    "extensions": {
        "path": "/extensions/",
        "views": ["", "?page=1500", "?sort=-name", "?sort=username", "?q=name42", "?q=nobody"],
    },
    "queues": {
        "path": "/queues/",
        "views": ["", "?page=150", "?sort=-agents", "?sort=-name", "?q=queue42", "?q=nobody"],
    },
}

SEED = """
INSERT INTO accounts_user (username, password, is_superuser, first_name, last_name, email, is_staff,
  is_active, date_joined, role, time_zone)
  SELECT 'agent' || n, '!', false, 'Name' || n, '', 'agent' || n || '@example.com', false,
    true, now(), 'agent', ''
  FROM generate_series(1, {extensions}) n;
INSERT INTO routing_extension (number, name, user_id, availability)
  SELECT (100000 + row_number() OVER (ORDER BY id))::text, first_name, id, 'available'
  FROM accounts_user WHERE username LIKE 'agent%%';
INSERT INTO routing_messagequeue (name, pickup_mode, time_zone, closed_reply)
  SELECT 'Queue' || n, 'manual', '', '' FROM generate_series(1, {queues}) n;
INSERT INTO routing_messagequeue_agents (messagequeue_id, extension_id)
  SELECT DISTINCT q.id, e.id FROM routing_messagequeue q, generate_series(0, 9) k, routing_extension e
  WHERE e.number = (100001 + (q.id * 10 + k) %% {extensions})::text;
INSERT INTO channels_number (address, channel_id, queue_id)
  SELECT '+1' || (4155500000 + c.id * {numbers} + k), c.id,
    (SELECT id FROM routing_messagequeue ORDER BY id OFFSET c.id %% {queues} LIMIT 1)
  FROM channels_channel c, generate_series(1, {numbers}) k;
INSERT INTO stats_countbucket (channel_id, starts_at, success, failed, received)
  SELECT c.id, date_trunc('hour', now()) - h * interval '7 hours', 1 + c.id %% 7, c.id %% 2, c.id %% 11
  FROM channels_channel c, generate_series(1, {buckets}) h;
INSERT INTO stats_counttotal (channel_id, success, failed, received)
  SELECT channel_id, sum(success), sum(failed), sum(received) FROM stats_countbucket GROUP BY channel_id;
"""


def seed(sizes: dict[str, int]) -> dict[str, object]:
    """Rows by their thousands, in SQL."""
    from channels.models import Channel  # noqa: PLC0415  Django must be set up first
    from tests.portal import make_user  # noqa: PLC0415

    call_command("collectstatic", interactive=False, verbosity=0)
    make_user("root", "administrator")  # type: ignore[arg-type]
    login = {"account_sid": "AC" + "0" * 32, "auth_token": "0" * 32}
    Channel.objects.bulk_create(
        Channel(name=f"Channel {n}", itsp="twilio", credentials=login, status=Channel.Status.CONNECTED)
        for n in range(sizes["channels"])
    )
    with connection.cursor() as cursor:
        cursor.execute(SEED.format(**sizes).replace("%%", "%"))
        cursor.execute("ANALYZE")
    return {}


def measure(_: object) -> dict[str, object]:
    """Each page's times over its views: what a web process needs from the request to the answer."""
    from accounts.models import User  # noqa: PLC0415
    from tests.portal import logged_in  # noqa: PLC0415

    browser = logged_in(User.objects.get(username="root"))
    return {name: _page(browser, str(page["path"]), list(page["views"])) for name, page in VIEWS.items()}


def _page(browser: Any, path: str, views: list[str]) -> dict[str, object]:
    times: list[float] = []
    by_view: dict[str, float] = {}
    for number in range(PASSES + 1):
        for view in views:
            begun = time.perf_counter()
            answer = browser.get(path + view, headers=HOST)
            took_ms = 1000 * (time.perf_counter() - begun)
            assert answer.status_code == 200, answer.status_code
            if number:  # the first pass warms up
                times.append(took_ms)
                by_view[view] = max(by_view.get(view, 0.0), took_ms)
    slowest = max(by_view, key=by_view.__getitem__)
    print(f"  {path}: slowest view {slowest or 'as it opens'}, {by_view[slowest]:.0f} ms", file=sys.stderr)
    cuts = quantiles(times, n=100)
    return {"p50_ms": round(cuts[49], 1), "p95_ms": round(cuts[94], 1), "queries": _queries(browser, path)}


def _queries(browser: Any, path: str) -> int:
    from django.test.utils import CaptureQueriesContext  # noqa: PLC0415

    with CaptureQueriesContext(connection) as captured:
        browser.get(path, headers=HOST)
    return len(captured)


if __name__ == "__main__":
    django.setup()
    print(json.dumps({"seed": seed, "measure": measure}[sys.argv[1]](json.load(sys.stdin))))
