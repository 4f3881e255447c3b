"""An import in a real worker: a kill loses no row and stores none twice, and texts don't wait for its end."""

from collections.abc import Callable

import pytest
from django.db import connection

from accounts.models import AuditEntry, Invitation, Role, User
from imports.models import Import
from routing.models import Extension
from sessions import actions
from sessions.models import Attempt
from tests.factories import CONTACT, make_agent, make_queue, make_road
from tests.installation import log_in
from tests.portal import PASSWORD, make_user
from tests.product import Stack
from tests.servers import Simulator
from tests.waiting import wait_until

pytestmark = [pytest.mark.processes, pytest.mark.timeout(240), pytest.mark.django_db(transaction=True)]
WORKER = "background" if connection.vendor == "sqlite" else "worker-1"
ROWS = 1_500


def done() -> int:
    return Import.objects.get().rows_done


def begin(stack: Stack, count: int = ROWS) -> Callable[[], str]:
    """Has extensions with new logins imported; what it returns reads the import's page."""
    make_user("anna", Role.ADMINISTRATOR)
    browser = log_in(f"{stack.url}/", "anna", PASSWORD)
    headers = {"X-CSRFToken": browser.cookies["csrftoken"], "Referer": f"{stack.url}/"}
    rows = [f"{5_000 + row},Person {row},person{row}" for row in range(count)]
    text = "\n".join(["Extension,Name,Login", *rows])
    address = f"{stack.url}/extensions/import/"
    page = browser.post(address, files={"file": ("people.csv", text)}, headers=headers, timeout=60)
    chosen = {"has_headings": "on", "column_0": "number", "column_1": "name", "column_2": "username"}
    browser.post(page.url, data={**chosen, "start": "1"}, headers=headers, timeout=60)
    return lambda: browser.get(page.url, timeout=60).text


@pytest.mark.long
def test_killed_worker_loses_no_row_and_stores_none_twice(start_stack: Callable[..., Stack]) -> None:
    stack = start_stack(IMPORT_LEASE_S="2")
    page = begin(stack)
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
    assert "The import is done" in page()


@pytest.mark.long
def test_texts_leave_while_an_import_runs(start_stack: Callable[..., Stack], simulator: Simulator) -> None:
    login = {name: simulator.get("/control/state")[name] for name in ("account_sid", "auth_token")}
    agent = make_agent("1001", "Ada")
    road = make_road(make_queue(agent), agent, **login)
    begin(start_stack(), 4 * ROWS)
    wait_until(lambda: done() > 0, timeout_s=60)
    for contact in (CONTACT, "+14155550199"):
        text = actions.start_session(agent=agent, number=road.number, contact=contact, body="On our way.")
        wait_until(lambda: Attempt.objects.get(message=text).itsp_message_id, timeout_s=60)  # noqa: B023
    assert Import.objects.get().state != "done"
