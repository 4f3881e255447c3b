"""The costs in the statistics: each figure by hand, by number, queue and time, as table and as CSV."""

import csv
import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.test import Client

from accounts.models import Role
from channels.itsp.texts import Charge
from routing.models import MessageQueue
from sessions import charges
from sessions.charges import Place, Text, Told
from sessions.ending.archiving import archive_channel
from sessions.models import ChargedChange, Message
from sessions.opened import open_session
from stats import costs
from stats.models import ChargeBucket
from tests.factories import Road
from tests.portal import logged_in, make_user, text_of

NOW = datetime(2026, 3, 15, 10, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def now() -> Any:
    with time_machine.travel(NOW, tick=False):
        yield


def sent(road: Road, n: int, *told: Charge, at: datetime = NOW, segments: int = 1) -> None:
    """So many texts; of the first of them the ITSP tells what is given."""
    for number in range(n):
        session = open_session(road.number, f"+1415555{number:04d}", at=at)
        message = Message.objects.create(session=session, kind="outbound", created_at=at, body="x")
        place = Place.of(message, road.channel.pk, at=at)
        sid = f"SM{road.channel.pk}-{message.pk}"
        charges.note(
            [Text(place, segments)], [Told(place, message, sid, one) for one in told[number : number + 1]]
        )


def price(amount: str, currency: str = "USD", parts: int | None = 1) -> Charge:
    return Charge(parts, Decimal(amount), currency)


def page(client: Client, **params: str) -> str:
    costs.fold()
    return client.get("/statistics/", params).text


def exported(client: Client, table: str, **params: str) -> list[list[str]]:
    costs.fold()
    answer = client.get("/statistics/export/", {"table": table, **params})
    text = b"".join(answer.streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]
    return list(csv.reader(text.splitlines()))


def test_sums_are_folded_once_and_by_currency(road: Road, other: Road) -> None:
    sent(road, 3, price("0.0079"), price("0.0158", parts=2), segments=2)
    sent(road, 1, price("0.05", "EUR"))
    sent(other, 1)
    assert costs.fold() > 0
    assert (costs.fold(), ChargedChange.objects.count()) == (0, 0)
    sent(road, 1, price("0.0079"))
    costs.fold()
    rows = ChargeBucket.objects.filter(channel=road.channel).order_by("currency")
    assert list(
        rows.values_list("currency", "texts", "segments", "parts", "counted", "priced", "micros")
    ) == [
        ("", 5, 8, 5, 4, 0, 0),
        ("EUR", 0, 0, 0, 0, 1, 50_000),
        ("USD", 0, 0, 0, 0, 3, 31_600),
    ]


def test_page_says_what_is_known_and_for_how_many(admin_page: Client, road: Road, other: Road) -> None:
    sent(road, 4, *[price("0.25")] * 3)
    sent(other, 2, price("1.5"), price("2", "EUR"))
    told = page(admin_page)
    words = text_of(told)
    assert "2.00 EUR + 2.25 USD" in words
    assert "Known for 83 % of 6 texts" in words
    rows = re.findall(r"<tr>.*?</tr>", told.partition('id="costs"')[2], re.DOTALL)
    assert [text_of(row) for row in rows if "<td" in row] == [
        f"Other {other.number.address} 2 2 2 2.00 EUR + 1.50 USD 100 %",
        f"Main {road.number.address} 4 4 3 0.7500 USD 75 %",
        "Directly to an extension 2 2 2 2.00 EUR + 1.50 USD 100 %",
        "Support 4 4 3 0.7500 USD 75 %",
    ]


def test_page_says_that_nothing_is_known(admin_page: Client, road: Road) -> None:
    assert "No texts in this time." in text_of(page(admin_page))
    sent(road, 1)
    assert "No prices are known" in text_of(page(admin_page))


def test_costs_are_of_the_time_that_is_asked_for(admin_page: Client, road: Road) -> None:
    for days in (0, 1, 40):
        sent(road, 1, price("1"), at=NOW - timedelta(days=days))
    assert "2.00 USD" in text_of(page(admin_page, period="last-30-days"))
    assert "1.00 USD" in text_of(page(admin_page, since="2026-03-14", until="2026-03-14"))
    rows = exported(admin_page, "time-costs", since="2026-03-13", until="2026-03-15")
    assert [row[1:] for row in rows[1:]] == [
        ["0", "0", "0", "0", "0", "", ""],
        ["1", "1", "1", "1", "1", "1", "USD"],
        ["1", "1", "1", "1", "1", "1", "USD"],
    ]


def test_deleted_channel_keeps_its_costs(admin_page: Client, road: Road) -> None:
    sent(road, 2, price("1"), price("1"))
    name = road.channel.name
    archive_channel(road.channel)
    rows = exported(admin_page, "costs")
    assert [row[1:] for row in rows[1:]] == [[f"'{road.number.address}", "2", "2", "2", "2", "2", "2", "USD"]]
    assert rows[1][0].startswith(name)


def test_supervisor_sees_the_costs_of_own_channels_only(road: Road, other: Road, queue: MessageQueue) -> None:
    lead = make_user("lead", role=Role.SUPERVISOR)
    lead.supervised_queues.set([queue])
    sent(road, 1, price("1"))
    sent(other, 1, price("5"))
    words = text_of(page(logged_in(lead)))
    assert "1.00 USD" in words
    assert "5.00 USD" not in words
