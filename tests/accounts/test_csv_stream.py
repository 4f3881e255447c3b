"""Exports are made while they are read: they begin at once, and end with their reader."""

import time
import tracemalloc
from collections.abc import Callable

import pytest
import requests
from django.conf import settings
from django.test import Client

from accounts.csv_export import in_batches
from accounts.models import AuditEntry
from benchmarks.machine import cpu_s
from pbx_messaging.embedded.children import Child
from tests.product import Stack

ENTRIES = 20_000


def said_by(process: Child) -> list[str]:
    """Its log, but for the proxy's questions whether it lives, which come all the time."""
    return [line for line in process.log_path.read_text().splitlines() if "/healthz" not in line]


@pytest.mark.processes
@pytest.mark.django_db(transaction=True)
@pytest.mark.long
def test_export_begins_at_once_and_ends_with_its_reader(
    start_stack: Callable[..., Stack], admin_page: Client
) -> None:
    AuditEntry.objects.all().delete()
    AuditEntry.objects.bulk_create(
        AuditEntry(
            username="root", action=AuditEntry.Action.CHANGED, kind="routing.extension", name=f"#{number}"
        )
        for number in range(ENTRIES)
    )
    stack = start_stack(only=("web", "proxy"))
    web = stack.children["web"]
    cookies = {settings.SESSION_COOKIE_NAME: admin_page.cookies[settings.SESSION_COOKIE_NAME].value}

    def ask() -> requests.Response:
        url = f"http://127.0.0.1:{stack.web_port}/audit/export/"
        answer = requests.get(url, cookies=cookies, stream=True, timeout=60)
        assert answer.status_code == 200
        return answer

    ask().close()  # so that all is loaded
    time.sleep(1)
    asked_at, used = time.monotonic(), cpu_s(web.pid)
    answer = ask()
    pieces = answer.iter_content(65_536)
    first = next(pieces)
    began_s = time.monotonic() - asked_at
    rest = b"".join(pieces)
    took_s, cost_s = time.monotonic() - asked_at, cpu_s(web.pid) - used
    assert (first + rest).count(b"\r\n") == ENTRIES + 1
    assert began_s < took_s / 3

    logged, used = len(said_by(web)), cpu_s(web.pid)
    answer = ask()
    next(answer.iter_content(1_024))
    answer.close()
    time.sleep(took_s)
    assert cpu_s(web.pid) - used < cost_s / 2
    assert len(said_by(web)) - logged < 10


@pytest.mark.django_db(transaction=True)
def test_export_holds_little_of_each_row_however_many_there_are() -> None:
    entry = {"username": "root", "action": AuditEntry.Action.CHANGED, "kind": "routing.extension"}
    AuditEntry.objects.bulk_create(AuditEntry(**entry, name=f"#{number}") for number in range(ENTRIES))
    asked = AuditEntry.objects.order_by("-pk")
    next(in_batches(asked[:1], asked, 100))  # so that all is loaded
    tracemalloc.start()
    try:
        batch = next(in_batches(asked, asked, 100))
        held = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert [row.name for row in batch] == [f"#{number}" for number in range(ENTRIES - 1, ENTRIES - 101, -1)]
    assert held / ENTRIES < 50, "bytes a row: its key, and what was fetched at once, but no object of its own"
