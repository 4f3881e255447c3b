"""What all processes write while a text comes in, is answered and delivered, and while something is away."""

import time
from collections.abc import Callable, Sequence
from typing import Any

import pytest
import requests
from django.db import connection

from accounts.models import Role
from pbx_messaging.version import VERSION
from sessions.models import Attempt, WebhookRequest
from tests.factories import CONTACT, OUR_NUMBER
from tests.house import House, open_house
from tests.installation import log_in
from tests.portal import PASSWORD, make_user
from tests.servers import Simulator
from tests.stack import Servers
from tests.waiting import wait_until

__all__ = ["open_house"]
pytestmark = [pytest.mark.processes, pytest.mark.django_db(transaction=True)]

ASKED, CAME, CHECKED = "id-of-an-answer.1", "id-of-a-webhook-1", "id-of-a-check_1"
WORDS = "Where is my parcel", "It is on its way"
AWAY_S = 4.0
TOKEN = "a-token-of-prometheus-0123456789"
BEARER = {"Authorization": f"Bearer {TOKEN}"}


def told(lines: Sequence[dict[str, Any]], **wanted: object) -> list[dict[str, Any]]:
    return [line for line in lines if wanted.items() <= line.items()]


@pytest.mark.long
def test_text_is_followed_by_its_ids_and_gives_nothing_away(open_house: Callable[..., House]) -> None:
    house = open_house()
    came = house.text(1, WORDS[0], **{"X-Request-ID": CAME})
    assert (came.status_code, came.headers["X-Request-ID"]) == (200, CAME)
    answered = house.answer(WORDS[1], **{"X-Request-ID": ASKED})
    assert (answered.status_code, answered.headers["X-Request-ID"]) == (201, ASKED)
    forged = house.ask("GET", f"sessions?q={CONTACT}", **{"X-Request-ID": "+14155550123 or\tmore"})
    made = forged.headers["X-Request-ID"]
    assert (len(made), made.isalnum()) == (32, True)
    wait_until(lambda: Attempt.objects.filter(status="delivered").exists(), timeout_s=40)

    browser = log_in(f"{house.stack.url}/", make_user("root", Role.ADMINISTRATOR).username, PASSWORD)
    asked = browser.post(
        f"{house.stack.url}/channels/{house.road.channel.pk}/check/",
        {"csrfmiddlewaretoken": browser.cookies["csrftoken"]},
        headers={"X-Request-ID": CHECKED},
        allow_redirects=False,
        timeout=20,
    )
    assert asked.status_code == 302
    wait_until(lambda: told(house.lines(), itsp="Twilio", request_id=CHECKED), timeout_s=30)

    assert WebhookRequest.objects.get(kind="text").request_id == CAME
    assert Attempt.objects.get().request_id == ASKED
    wait_until(lambda: told(house.lines(), itsp="Twilio", request_id=ASKED))
    lines = house.lines()
    assert [line["request_id"] for line in lines if not line["request_id"]] == []
    [sent] = told(lines, itsp="Twilio", request_id=ASKED)
    assert (sent["method"], sent["status"], sent["path"].rpartition("/")[2]) == ("POST", 201, "Messages.json")
    accesses = told(lines, logger="gunicorn.access")
    [of_webhook] = told(accesses, request_id=CAME)
    assert (of_webhook["method"], of_webhook["path"], of_webhook["status"]) == ("POST", "/w/…/", 200)
    assert [line["path"] for line in told(accesses, request_id=made)] == ["/api/v1/sessions"]
    assert all(isinstance(line["ms"], float) for line in accesses)

    starts = [line for line in lines if line["message"] == f"starting PBX Messaging {VERSION}"]
    kinds = {"stream", "background", "beat"}
    if connection.vendor == "postgresql":
        kinds = {"web", "stream", "sender-1", "worker-1", "beat"}
    assert {line["process"] for line in starts} == kinds
    assert {line["version"] for line in starts} == {VERSION}
    # The worker asks, by a task, and no page.
    asking = {line["pid"] for line in told(lines, itsp="Twilio", request_id=CHECKED)}
    assert asking == {line["pid"] for line in starts if line["process"] in {"background", "worker-1"}}

    said = house.raw()
    secrets = [house.road.token, house.token, CONTACT, CONTACT[1:], OUR_NUMBER[1:], *WORDS]
    assert [secret for secret in secrets if secret in said] == []


@pytest.mark.long
def test_outages_have_a_line_at_their_begin_and_end_in_each_process(
    open_house: Callable[..., House], servers: Servers, simulator: Simulator
) -> None:
    """Valkey, and PostgreSQL where there is one, while pages and webhooks are asked for all the time."""
    house = open_house(METRICS_TOKEN=TOKEN)
    stores = {"Valkey": servers.valkey, "the database": servers.postgres}
    assert house.text(1).status_code == 200
    for what, store in stores.items():
        if store is None:
            continue
        store.kill()
        end = time.monotonic() + AWAY_S
        number = 100
        while time.monotonic() < end:
            number += 1
            house.text(number)
            house.ask("GET", "sessions")
        metrics = requests.get(f"{house.stack.url}/metrics", headers=BEARER, timeout=30)
        check = "valkey" if what == "Valkey" else "database"
        assert f'pbx_check_state{{about="",check="{check}",label=""}} 2.0' in metrics.text
        store.restart()
        connection.close()
        running = {line["pid"] for line in told(house.lines(), outage=what, state="away")}
        assert running
        wait_until(
            lambda: running == {line["pid"] for line in told(house.lines(), outage=what, state="back")},  # noqa: B023
            timeout_s=40,
        )
        about = told(house.lines(), outage=what)
        by_process = [[line["state"] for line in about if line["pid"] == pid] for pid in running]
        assert by_process == [["away", "back"]] * len(running)
    tracebacks = [line for line in house.lines() if "traceback" in line]
    assert tracebacks == []
    loud = [line for line in house.lines() if line["level"] in {"WARNING", "ERROR"} and "outage" not in line]
    assert len(loud) <= 12, loud
