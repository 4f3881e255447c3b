"""Counts on and around the days on which clocks are changed, and in zones of half and quarter hours."""

import csv
from collections import Counter
from datetime import UTC, date, datetime, time, timedelta
from io import StringIO
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.core.management import call_command
from django.db import transaction
from django.test import Client

from accounts.models import User
from sessions import counts
from sessions.counts import BUCKET
from sessions.models import Message
from sessions.opened import open_session
from stats.counting import fold
from tests.factories import CONTACT, Road, make_agent, make_queue, make_road
from tests.portal import rows_of

pytestmark = pytest.mark.django_db(transaction=True)  # a recount needs a transaction of its own
DAY = timedelta(days=1)
COLUMN = 4  # of the export: received
# Forward and back: by an hour, by half an hour, at midnight, to the evening before; and those that never do.
CHANGES = [
    ("Europe/Berlin", date(2026, 3, 29)),
    ("Europe/Berlin", date(2026, 10, 25)),
    ("America/New_York", date(2026, 3, 8)),
    ("America/New_York", date(2026, 11, 1)),
    ("America/St_Johns", date(2026, 11, 1)),
    ("America/Havana", date(2026, 3, 8)),
    ("America/Havana", date(2026, 11, 1)),
    ("America/Santiago", date(2026, 4, 4)),
    ("America/Santiago", date(2026, 9, 6)),
    ("Australia/Lord_Howe", date(2026, 4, 5)),
    ("Australia/Lord_Howe", date(2026, 10, 4)),
    ("Pacific/Chatham", date(2026, 4, 5)),
    ("Asia/Kathmandu", date(2026, 4, 5)),
    ("Pacific/Kiritimati", date(2026, 4, 5)),
    ("Pacific/Pago_Pago", date(2026, 4, 5)),
]


@pytest.fixture
def road(db: None) -> Road:
    agent = make_agent("1001")
    return make_road(make_queue(agent), agent)


def quarters(zone: ZoneInfo, day: date) -> list[datetime]:
    """Those of the day, of the one before and of the one after."""
    days = day - DAY, day + 2 * DAY
    begin, end = (datetime.combine(at, time.min, tzinfo=zone).astimezone(UTC) for at in days)
    return [begin + BUCKET * number for number in range((end - begin) // BUCKET)]


def receive(road: Road, moments: list[datetime]) -> Counter[datetime]:
    """From one to three texts in each quarter of an hour."""
    texts = [
        (at, at + timedelta(seconds=n)) for number, at in enumerate(moments) for n in range(1 + number % 3)
    ]
    with transaction.atomic():
        session = open_session(road.number, CONTACT, at=moments[0])
    Message.objects.bulk_create(
        Message(session=session, channel=road.channel, kind=Message.Kind.INBOUND, created_at=at, body="Hello")
        for _quarter, at in texts
    )
    counts.note([counts.Change(road.channel.pk, at, received=1) for _quarter, at in texts])
    fold()
    return Counter(quarter for quarter, _at in texts)


def lines_of(answer: Any) -> list[list[str]]:
    text: str = b"".join(answer.streaming_content).decode("utf-8-sig")
    return list(csv.reader(text.splitlines()))[1:]


@pytest.mark.parametrize(("name", "day"), CHANGES)
@pytest.mark.long
def test_each_view_has_each_text_once_and_on_its_day(
    admin_page: Client, administrator: User, road: Road, name: str, day: date
) -> None:
    zone = ZoneInfo(name)
    User.objects.filter(pk=administrator.pk).update(time_zone=name)
    moments = quarters(zone, day)
    received = receive(road, moments)
    by_day, by_hour = Counter[date](), Counter[int]()
    begin = next(at for at in moments if at.astimezone(zone).date() == day)
    for at, count in received.items():
        by_day[at.astimezone(zone).date()] += count
        if at.astimezone(zone).date() == day:
            by_hour[(at - begin) // timedelta(hours=1)] += count
    with time_machine.travel(moments[-1], tick=False):
        ask = f"since={day - DAY}&until={day + DAY}"
        three = admin_page.get(f"/statistics/?{ask}").context
        assert three["total"].received == received.total()
        days = admin_page.get(f"/statistics/?since={day - 2 * DAY}&until={day + 2 * DAY}").context["slots"]
        one = admin_page.get(f"/statistics/?since={day}&until={day}")
        exported = lines_of(admin_page.get(f"/statistics/export/?since={day}&until={day}"))
        listed = rows_of(admin_page.get(f"/channels/?since={day}&until={day}"))
    assert [slot.counts.received for slot in days] == [0, *(by_day[day + n * DAY] for n in (-1, 0, 1)), 0]
    hours = one.context["slots"]
    assert [slot.counts.received for slot in hours] == [by_hour[number] for number in range(len(by_hour))]
    assert one.context["total"].received == by_day[day]
    assert len({slot.label for slot in hours}) == len(hours)
    assert [int(line[COLUMN]) for line in exported] == [slot.counts.received for slot in hours]
    assert [datetime.fromisoformat(line[0]) for line in exported] == [slot.begin for slot in hours]
    assert listed[0][-1] == str(by_day[day])
    said = StringIO()
    call_command("recount", "--check", stdout=said)
    assert said.getvalue() == "All counts are right.\n"


@pytest.mark.parametrize(("name", "day"), CHANGES)
def test_logs_of_a_day_begin_and_end_with_it(
    admin_page: Client, administrator: User, road: Road, name: str, day: date
) -> None:
    zone = ZoneInfo(name)
    User.objects.filter(pk=administrator.pk).update(time_zone=name)
    moments = quarters(zone, day)
    begin = next(at for at in moments if at.astimezone(zone).date() == day)
    end = next(at for at in moments if at.astimezone(zone).date() == day + DAY)
    second = timedelta(seconds=1)
    found = {
        at: open_session(road.number, f"+1415555{number:04}", at=at)
        for number, at in enumerate((begin - second, begin, end - second, end))
    }
    page = admin_page.get(f"/logs/?since={day}&until={day}").content.decode()
    shown = [at for at, session in found.items() if session.contact in page]
    assert shown == [begin, end - second]
