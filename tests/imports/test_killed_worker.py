"""A worker that is killed in the middle of an import: no row is lost, and none is there twice."""

from collections.abc import Callable

import pytest
from django.db import connection

from accounts.models import AuditEntry, Invitation, Role, User
from imports.models import Import
from routing.models import Extension
from tests.installation import log_in
from tests.portal import PASSWORD, make_user
from tests.product import Stack
from tests.waiting import wait_until

pytestmark = [pytest.mark.processes, pytest.mark.timeout(240), pytest.mark.django_db(transaction=True)]
WORKER = "background" if connection.vendor == "sqlite" else "worker-1"
ROWS = 1_500


def done() -> int:
    return Import.objects.get().rows_done


def test_killed_worker_loses_no_row_and_stores_none_twice(start_stack: Callable[..., Stack]) -> None:
    make_user("anna", Role.ADMINISTRATOR)
    stack = start_stack(IMPORT_LEASE_S="2")
    browser = log_in(f"{stack.url}/", "anna", PASSWORD)
    headers = {"X-CSRFToken": browser.cookies["csrftoken"], "Referer": f"{stack.url}/"}
    rows = [f"{5_000 + row},Person {row},person{row}" for row in range(ROWS)]
    text = "\n".join(["Extension,Name,Login", *rows])
    address = f"{stack.url}/extensions/import/"
    page = browser.post(address, files={"file": ("people.csv", text)}, headers=headers, timeout=60)
    chosen = {"has_headings": "on", "column_0": "number", "column_1": "name", "column_2": "username"}
    browser.post(page.url, data={**chosen, "start": "1"}, headers=headers, timeout=60)
    reached = 0
    for _kill in range(2):
        wait_until(lambda: done() > reached, timeout_s=60)  # noqa: B023  (asked within the loop)
        stack.kill(WORKER)
        reached = done()
        assert 0 < reached < ROWS
        assert Extension.objects.count() == User.objects.count() - 1 == reached - 1  # the headings are a row
        stack.restart(WORKER)
    wait_until(lambda: Import.objects.get().state == "done", timeout_s=120)
    import_ = Import.objects.get()
    assert (import_.added, import_.unchanged, import_.faulty) == (ROWS, 0, 0)
    assert list(Extension.objects.order_by("pk").values_list("number", flat=True)) == [
        str(5_000 + row) for row in range(ROWS)
    ]
    assert Invitation.objects.count() == import_.links == ROWS
    assert AuditEntry.objects.filter(kind="imports.import").count() == 1
    assert "The import is done" in browser.get(page.url, timeout=60).text
