"""The statistics page: figures, chart, tables, CSV; each figure by hand."""

import csv
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from accounts.models import Role, User
from channels.models import Channel
from routing.models import Extension, MessageQueue
from sessions import actions, counts
from sessions.ending.archiving import archive_channel
from sessions.models import CountedChange, Message, MessagingSession
from sessions.opened import open_session
from stats.carriers import name_carriers
from stats.counting import fold
from stats.queries import Counts
from tests.factories import Road, make_agent, make_queue, make_road
from tests.portal import PASSWORD, logged_in, make_user, rows_of, text_of
from tests.waiting import wait_until
from tests.walking import log_in

NOW = datetime(2026, 3, 15, 10, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def now() -> Any:
    with time_machine.travel(NOW, tick=False):
        yield


def count(channel: Channel, at: datetime, **counts: Any) -> None:
    CountedChange.objects.create(channel=channel, at=at, **counts)


def failed(channel: Channel, code: str, contact: str, *, at: datetime, n: int = 1) -> None:
    counts.note(n * [counts.Change(channel.pk, at, failed=1, failure=counts.Failure.of(code, contact))])
    fold()


def session(road: Road, contact: str, at: datetime, *, answered_s: float | None, by: Extension) -> None:
    """One that a contact began, answered by an agent after some time."""
    found = open_session(road.number, contact, at=at)
    Message.objects.create(session=found, kind="inbound", created_at=at, body="Hello")
    Message.objects.create(session=found, kind="outbound", created_at=at + timedelta(seconds=1), body="Auto")
    if answered_s is not None:
        moment = at + timedelta(seconds=answered_s)
        Message.objects.create(session=found, kind="outbound", created_at=moment, author=by, body="Yes")


def slots(answer: Any) -> list[tuple[str, int, int, int]]:
    """Those with anything in them."""
    rows = [(one.label, one.counts) for one in answer.context["slots"]]
    return [(label, c.success, c.failed, c.received) for label, c in rows if c.total or c.received]


def lines_of(answer: Any) -> list[list[str]]:
    text: str = b"".join(answer.streaming_content).decode("utf-8-sig")
    return list(csv.reader(text.splitlines()))


def test_messages_stand_on_the_days_of_the_users_zone(
    admin_page: Client, administrator: User, road: Road, other: Road
) -> None:
    User.objects.filter(pk=administrator.pk).update(time_zone="Asia/Kolkata")  # its midnight is 18:30 UTC
    count(road.channel, NOW, success=3, failed=1, received=5)
    fold()
    count(other.channel, datetime(2026, 3, 14, 18, 30, tzinfo=UTC), success=1)
    count(other.channel, datetime(2026, 3, 14, 18, 15, tzinfo=UTC), received=2)
    answer = admin_page.get("/statistics/")
    assert len(answer.context["slots"]) == 30
    assert slots(answer) == [("14 Mar", 0, 0, 2), ("15 Mar", 4, 1, 5)]
    assert slots(admin_page.get("/statistics/?period=today")) == [("00:00", 1, 0, 0), ("15:00", 3, 1, 5)]
    assert slots(admin_page.get("/statistics/?period=all")) == [
        ("14 Mar, 23:00", 0, 0, 2),
        ("15 Mar, 00:00", 1, 0, 0),
        ("15 Mar, 15:00", 3, 1, 5),
    ]
    assert slots(admin_page.get("/statistics/?since=2026-03-14&until=2026-03-14")) == [("23:00", 0, 0, 2)]
    long = admin_page.get("/statistics/?since=2025-01-20")
    assert (len(long.context["slots"]), slots(long)) == (15, [("Mar 2026", 4, 1, 7)])


def test_a_day_of_23_hours_has_23(admin_page: Client, administrator: User, road: Road) -> None:
    User.objects.filter(pk=administrator.pk).update(time_zone="Europe/Berlin")
    day = "since=2026-03-29&until=2026-03-29"
    count(road.channel, datetime(2026, 3, 29, 1, 15, tzinfo=UTC), success=1)
    answer = admin_page.get(f"/statistics/?{day}")
    assert (len(answer.context["slots"]), slots(answer)) == (23, [("03:00", 1, 0, 0)])


def test_totals_chart_and_channels_say_the_same(admin_page: Client, road: Road, other: Road) -> None:
    count(road.channel, NOW, success=3, failed=1, received=5)
    count(other.channel, NOW, success=10)
    answer = admin_page.get("/statistics/?period=last-7-days")
    total = answer.context["total"]
    assert (total.success, total.failed, total.total, total.received) == (13, 1, 14, 5)
    assert [(channel.name, counts.total) for channel, counts in answer.context["channels"]] == [
        ("Other", 10),
        ("Main", 4),
    ]
    html = answer.content.decode()
    chart = json.loads(
        html.partition('id="chart-data" type="application/json">')[2].partition("</script>")[0]
    )
    assert [(one["label"], sum(one["data"])) for one in chart["series"]] == [
        ("Sent", 13),
        ("Failed", 1),
        ("Received", 5),
    ]
    assert chart["labels"] == [f"{day} Mar" for day in range(9, 16)]


def test_waits_for_the_first_answer(admin_page: Client, road: Road, other: Road, ada: Extension) -> None:
    ben = make_agent("1002", "Ben")
    for n, wait in enumerate([10, 20, 30, 40, 50, 60, 70, 80, 90, 1_000, None]):
        at = NOW - timedelta(hours=n)
        session(road, f"+1415555{n:04}", at, answered_s=wait, by=ben if n == 9 else ada)
    session(other, "+14155559999", NOW, answered_s=5, by=ada)
    session(road, "+14155558888", NOW - timedelta(days=40), answered_s=9, by=ada)  # before the time
    actions.start_session(agent=ada, number=road.number, contact="+14155557777", body="Hi", client_id="1")
    MessagingSession.objects.filter(contact="+14155550000").update(closed_at=NOW)
    answers = admin_page.get("/statistics/").context["answers"]
    every = answers.all
    assert (every.opened, every.closed, every.unanswered, every.answered) == (13, 1, 1, 11)
    assert (every.median_s, every.p90_s) == (50, 90)
    assert [
        (str(queue), part.opened, part.closed, part.unanswered, part.median_s, part.p90_s)
        for queue, part in answers.queues
    ] == [("Support", 12, 1, 1, 55, 90), ("None", 1, 0, 0, 5, 5)]
    assert [(agent.name, part.answered, part.median_s) for agent, part in answers.agents] == [
        ("Ada", 10, 45),
        ("Ben", 1, 1_000),
    ]


def test_supervisor_sees_the_queues_alone(
    road: Road, other: Road, queue: MessageQueue, ada: Extension
) -> None:
    vera = make_user("vera", Role.SUPERVISOR)
    page = logged_in(vera)
    count(road.channel, NOW, success=3)
    count(other.channel, NOW, success=10)
    session(road, "+14155550000", NOW, answered_s=10, by=ada)
    session(other, "+14155559999", NOW, answered_s=5, by=ada)
    nothing = page.get("/statistics/").context
    assert (nothing["total"].total, nothing["answers"].all.opened, nothing["channels"]) == (0, 0, [])
    vera.supervised_queues.add(queue)
    seen = page.get("/statistics/").context
    assert (seen["total"].total, seen["answers"].all.opened) == (3, 1)
    assert [row[0] for row in lines_of(page.get("/statistics/export/?table=channels"))] == ["Channel", "Main"]


def figures_of(answer: Any) -> tuple[int, ...]:
    """What the table by channel adds up to."""
    rows = [counts for _channel, counts in answer.context["channels"]] + [answer.context["other_channels"]]
    return tuple(sum(getattr(row, name) for row in rows) for name in ("success", "failed", "received"))


def test_deleted_channels_stay_in_figures_tables_and_exports(
    admin_page: Client, road: Road, other: Road, queue: MessageQueue, ada: Extension
) -> None:
    count(road.channel, NOW, success=3, failed=1, received=5, segments=4)
    fold()
    count(other.channel, NOW, success=10, received=2)
    session(road, "+14155550000", NOW, answered_s=10, by=ada)
    vera = make_user("vera", Role.SUPERVISOR)
    vera.supervised_queues.add(queue)
    before = admin_page.get("/statistics/").context
    archive_channel(road.channel)
    make_road(ada, address="+12015550777", name="Main")
    answer = admin_page.get("/statistics/")
    total = answer.context["total"]
    assert total == before["total"]
    assert figures_of(answer) == (total.success, total.failed, total.received) == (13, 1, 7)
    assert answer.context["answers"].all.opened == before["answers"].all.opened == 1
    assert "Main (deleted 15 Mar 2026) 3 1 4 5 4 " in text_of(answer.content.decode())
    lines = lines_of(admin_page.get("/statistics/export/?table=channels"))
    assert lines[1:] == [
        ["Other", "10", "0", "10", "2", "0"],
        ["Main (deleted 15 Mar 2026)", "3", "1", "4", "5", "4"],
    ]
    supervised = logged_in(vera).get("/statistics/").context
    assert (supervised["total"].total, supervised["answers"].all.opened) == (4, 1)
    assert [row[0] for row in rows_of(admin_page.get("/channels/"))] == ["Main", "Other"]


def test_table_by_channel_adds_up_when_it_is_cut(
    admin_page: Client, ada: Extension, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("stats.statistics_views.CHANNELS_MOST", 2)
    for n in range(5):
        one = make_road(ada, address=f"+1201555010{n}", name=f"C{n}")
        count(one.channel, NOW, success=n + 1, received=1)
    answer = admin_page.get("/statistics/")
    assert figures_of(answer) == (15, 0, 5)
    assert "All other channels 6 0 6 3 0 " in text_of(answer.content.decode())


def test_exports(admin_page: Client, road: Road, ada: Extension) -> None:
    count(road.channel, NOW, success=3, received=5, segments=7)
    failed(road.channel, "30007", "+447400123456", at=NOW)
    name_carriers()
    session(road, "+14155550000", NOW, answered_s=12.4, by=ada)
    path = "/statistics/export/?since=2026-03-15&until=2026-03-15&table="
    assert lines_of(admin_page.get(f"{path}time"))[11] == [
        "2026-03-15T10:00:00+00:00",
        "3",
        "1",
        "4",
        "5",
        "7",
    ]
    assert lines_of(admin_page.get(f"{path}channels"))[1:] == [["Main", "3", "1", "4", "5", "7"]]
    assert lines_of(admin_page.get(f"{path}codes"))[1:] == [["30007", "Blocked by the carrier.", "1"]]
    assert lines_of(admin_page.get(f"{path}countries"))[1:] == [["Britain (UK)", "GB", "1"]]
    assert lines_of(admin_page.get(f"{path}carriers"))[1:] == [["Three", "Britain (UK)", "1"]]
    assert lines_of(admin_page.get(f"{path}queues"))[1:] == [["Support", "1", "0", "0", "1", "12", "12"]]
    assert lines_of(admin_page.get(f"{path}agents"))[1:] == [["1001 Ada", "1", "12", "12"]]
    assert len(lines_of(admin_page.get(f"{path}users"))) == 25


@pytest.mark.parametrize(
    ("query", "errors"),
    [
        ("since=yesterday", {"since": ["Enter a valid date."]}),
        (
            "until=0001-01-01",
            {"until": ["Ensure this value is greater than or equal to 2000-01-01."]},
        ),
        ("period=never", {}),
    ],
)
def test_what_cannot_be_read_shows_the_last_30_days(
    admin_page: Client, query: str, errors: dict[str, list[str]]
) -> None:
    answer = admin_page.get(f"/statistics/?{query}")
    assert (answer.context["form"].errors, len(answer.context["slots"])) == (errors, 30)


def test_page_costs_the_same_with_much_in_it(admin_page: Client, road: Road, ada: Extension) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            admin_page.get("/statistics/")
        return len(captured)

    session(road, "+14155550000", NOW, answered_s=12, by=ada)
    count(road.channel, NOW, success=1)
    queries()
    few = queries()
    for n in range(10):
        agent = make_agent(str(1100 + n), f"Agent {n}")
        more = make_road(make_queue(agent, name=f"Q{n}"), agent, address=f"+1201555{n:04}", name=f"C{n}")
        count(more.channel, NOW, success=1)
        session(more, "+14155550001", NOW, answered_s=12, by=agent)
    assert queries() == few


def failures_of(answer: Any) -> dict[str, list[tuple[str, int]]]:
    tables = answer.context["failures"]
    return {
        name: [(row.name, row.failed) for row in getattr(tables, name)]
        for name in ("codes", "countries", "carriers")
    }


def test_failures_by_code_country_and_carrier(admin_page: Client, road: Road, other: Road) -> None:
    failed(road.channel, "30003", "+254722000111", at=NOW, n=3)
    failed(other.channel, "30003", "+491701234567", at=NOW - timedelta(days=3))
    failed(other.channel, "", "+14155550123", at=NOW, n=2)  # whose plan does not tell the carrier
    failed(road.channel, "21211", "ACME", at=NOW)
    failed(road.channel, "30005", "+491701234567", at=NOW - timedelta(days=40))  # before the time
    assert name_carriers() == 3
    counts.note([counts.Change(road.channel.pk, NOW, failed=1, failure=counts.Failure.of("30006", "12345"))])
    answer = admin_page.get("/statistics/")
    assert failures_of(answer) == {
        "codes": [("30003", 4), ("", 2), ("21211", 1), ("30006", 1)],
        "countries": [("Kenya", 3), ("", 2), ("United States", 2), ("Germany", 1)],
        "carriers": [("", 4), ("Safaricom", 3), ("T-Mobile", 1)],
    }
    assert answer.context["total"].failed == 8
    html = answer.content.decode()
    words = text_of(html)
    for row in (
        "30003 The contact’s phone is switched off or out of reach. 4 50 %".replace("’", "'"),
        "No code 2 25 %",
        "Safaricom Kenya 3 38 %",
        "Not a phone number 2 25 %",
        "Not known 4 50 %",
    ):
        assert row in words.replace("&#x27;", "'"), row
    assert 'href="/logs/?error=30003&amp;since=2026-02-14&amp;until=2026-03-15"' in html


def test_failure_that_became_a_success_is_not_shown(admin_page: Client, road: Road) -> None:
    failed(road.channel, "30003", "+254722000111", at=NOW)
    failure = counts.Failure.of("30003", "+254722000111")
    counts.note([counts.Change(road.channel.pk, NOW, failed=-1, failure=failure)])
    assert failures_of(admin_page.get("/statistics/")) == {"codes": [], "countries": [], "carriers": []}
    assert 'id="failures"' not in admin_page.get("/statistics/").content.decode()


@pytest.mark.parametrize(
    ("asked", "before"),
    [
        # In Kolkata it is 15:30 on Sunday, 15 March; its midnight is 18:30 UTC.
        ("period=today", ("2026-03-08", "2026-03-08", "2026-03-07T18:30", "2026-03-08T10:00")),
        ("period=yesterday", ("2026-03-07", "2026-03-07", "2026-03-06T18:30", "2026-03-07T18:30")),
        ("period=last-7-days", ("2026-03-02", "2026-03-08", "2026-03-01T18:30", "2026-03-08T10:00")),
        ("period=this-month", ("2026-02-08", "2026-02-22", "2026-02-07T18:30", "2026-02-22T10:00")),
        (
            "since=2026-02-01&until=2026-02-10",
            ("2026-01-18", "2026-01-27", "2026-01-17T18:30", "2026-01-27T18:30"),
        ),
        (
            "since=2025-01-01&until=2025-12-31",
            ("2024-01-02", "2024-12-31", "2024-01-01T18:30", "2024-12-31T18:30"),
        ),
        (
            "since=2026-03-20&until=2026-03-21",  # has not begun
            ("2026-03-13", "2026-03-14", "2026-03-12T18:30", "2026-03-12T18:30"),
        ),
    ],
)
def test_period_before_is_as_long_and_has_the_same_weekdays(
    admin_page: Client, administrator: User, asked: str, before: tuple[str, str, str, str]
) -> None:
    User.objects.filter(pk=administrator.pk).update(time_zone="Asia/Kolkata")
    found = admin_page.get(f"/statistics/?{asked}").context["before"]
    moments = (moment.astimezone(UTC).isoformat()[:16] for moment in (found.since, found.until))
    assert (str(found.first), str(found.last), *moments) == before


def test_figures_are_compared_with_the_period_before(
    admin_page: Client, administrator: User, road: Road
) -> None:
    User.objects.filter(pk=administrator.pk).update(time_zone="Asia/Kolkata")
    week = timedelta(days=7)
    count(road.channel, NOW, success=30, failed=3, received=5, segments=40)
    count(road.channel, NOW - week - timedelta(minutes=15), success=19, failed=1, received=10)
    count(road.channel, NOW - week, success=500)  # a week ago it was later by then
    answer = admin_page.get("/statistics/?period=today")
    assert answer.context["total_before"] == Counts(success=19, failed=1, received=10)
    words = text_of(answer.content.decode())
    for row in (
        "65 % more than 20",
        "200 % more than 1",
        "50 % less than 10",
        "none before",
        "Compared with Sun 8 Mar 2026, until 15:30 of its last day, as it is now.",
    ):
        assert row in words, row
    everything = admin_page.get("/statistics/?period=all")
    assert everything.context["before"] is None
    assert "Compared with" not in everything.content.decode()


def test_same_time_of_the_day_on_which_the_clocks_went_forward(
    admin_page: Client, administrator: User, road: Road
) -> None:
    """In New York it is 6 o'clock; a week ago, on 8 March 2026, that was five hours after midnight."""
    User.objects.filter(pk=administrator.pk).update(time_zone="America/New_York")
    found = admin_page.get("/statistics/?period=today").context["before"]
    assert (found.since, found.until) == (
        datetime(2026, 3, 8, 5, 0, tzinfo=UTC),
        datetime(2026, 3, 8, 10, 0, tzinfo=UTC),
    )
    found = admin_page.get("/statistics/?period=yesterday").context["before"]
    assert (found.since, found.until) == (
        datetime(2026, 3, 7, 5, 0, tzinfo=UTC),
        datetime(2026, 3, 8, 5, 0, tzinfo=UTC),
    )


def test_months_begin_at_midnights_of_the_zone(admin_page: Client, administrator: User, road: Road) -> None:
    """What is summed up by days of UTC is told apart where a month of Kolkata begins within one."""
    User.objects.filter(pk=administrator.pk).update(time_zone="Asia/Kolkata")
    for at, received in (
        (datetime(2025, 10, 31, 18, 15, tzinfo=UTC), 1),
        (datetime(2025, 10, 31, 18, 30, tzinfo=UTC), 20),
        (datetime(2025, 11, 15, 3, 0, tzinfo=UTC), 300),
        (datetime(2025, 11, 30, 18, 15, tzinfo=UTC), 4_000),
        (datetime(2025, 11, 30, 18, 30, tzinfo=UTC), 30_000),
    ):
        count(road.channel, at, received=received)
    fold()
    assert slots(admin_page.get("/statistics/?since=2025-03-16&until=2026-03-15")) == [
        ("Oct 2025", 0, 0, 1),
        ("Nov 2025", 0, 0, 4_320),
        ("Dec 2025", 0, 0, 30_000),
    ]


# Of each series, whether its colour is in the chart, above the legend.
DRAWN = """() => {
  const { series } = JSON.parse(document.getElementById("chart-data").textContent);
  const canvas = document.getElementById("chart");
  const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height * 0.7);
  const brush = document.createElement("canvas").getContext("2d");
  return series.map(({ colour }) => {
    document.body.style.color = `var(--tblr-${colour})`;
    brush.fillStyle = getComputedStyle(document.body).color;
    document.body.style.color = "";
    brush.fillRect(0, 0, 1, 1);
    const wanted = [...brush.getImageData(0, 0, 1, 1).data];
    for (let at = 0; at < data.length; at += 4) {
      if (wanted.every((part, index) => data[at + index] === part)) return true;
    }
    return false;
  });
}"""


@pytest.mark.django_db(transaction=True)
def test_chart_is_drawn_within_the_security_policy(
    live_server: LiveServer, page: Page, road: Road, administrator: User
) -> None:
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    count(road.channel, NOW, success=3)
    log_in(page, f"{live_server.url}/statistics/", "root", PASSWORD)
    page.goto(f"{live_server.url}/statistics/")
    expect(page.get_by_role("img", name="Messages over time")).to_be_visible()
    wait_until(lambda: page.evaluate(DRAWN) == [True, False, False])
    page.get_by_text("The figures as a table").click()
    expect(page.get_by_role("row").filter(has_text="15 Mar")).to_contain_text("3")
    assert [words for words in said if "getImageData" not in words] == []  # which this test alone uses
