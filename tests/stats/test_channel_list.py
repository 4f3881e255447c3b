import csv
from datetime import UTC, datetime, timedelta
from html import unescape

import pytest
import time_machine
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from accounts.models import Role, User
from channels.models import Channel
from routing.models import Extension
from sessions.ending.archiving import archive_channel
from sessions.models import CountedChange
from stats import counting
from tests.factories import make_agent, make_queue, make_road
from tests.portal import logged_in, make_user, rows_of, text_of

NOW = datetime(2026, 3, 15, 10, 0, tzinfo=UTC)


@pytest.fixture
def ada(db: None) -> Extension:
    return make_agent("1001", "Ada")


def count(channel: Channel, at: datetime, *, success: int = 0, failed: int = 0, received: int = 0) -> None:
    CountedChange.objects.create(channel=channel, at=at, success=success, failed=failed, received=received)


def test_empty_list_says_the_three_steps(admin_page: Client) -> None:
    html = admin_page.get("/channels/").content.decode()
    assert [text_of(part.partition("</h3>")[0]) for part in html.split("<h3>")[1:]] == [
        "Obtain a Webhook URL on PBX",
        "Configure a number for SMS on your ITSP",
        "Create and configure an SMS channel on PBX",
    ]


def test_add_leads_to_sms(admin_page: Client) -> None:
    html = admin_page.get("/channels/").content.decode()
    menu = html.partition('class="dropdown-menu')[2].partition("</div>")[0]
    assert (text_of(menu.partition(">")[2]), 'href="/channels/add/sms/"' in menu) == ("SMS", True)


def test_list_has_the_guides_columns(admin_page: Client, ada: Extension) -> None:
    road = make_road(ada, address="+25402161183")
    count(road.channel, NOW, success=1, received=1)
    counting.fold()
    count(road.channel, NOW, success=3, failed=1, received=5)
    page = admin_page.get("/channels/")
    heads = page.content.decode().partition("<thead>")[2].partition("</thead>")[0]
    assert [text_of(head) for head in heads.split("</th>")[:-1]] == [
        "Name",
        "ITSP",
        "Numbers",
        "Status",
        "Sent: Success",
        "Failed",
        "Total",
        "Received",
        "Actions",
    ]
    assert rows_of(page) == [["Main", "Twilio", "+25402161183", "Connected", "4", "1", "5", "6"]]


@pytest.mark.parametrize(
    ("period", "received"),
    [
        ("today", "1"),
        ("yesterday", "2"),
        ("last-7-days", "7"),
        ("last-30-days", "31"),
        ("this-month", "15"),
        ("all", "63"),
        ("", "63"),
        ("tomorrow", "63"),
    ],
)
def test_time_filter_counts_days_of_the_users_zone(
    admin_page: Client, administrator: User, ada: Extension, period: str, received: str
) -> None:
    """In Kolkata (UTC+5:30) it is 15 March, 15:30; its midnight is 18:30 of the day before in UTC."""
    User.objects.update(time_zone="Asia/Kolkata")
    channel = make_road(ada).channel
    today = datetime(2026, 3, 14, 18, 30, tzinfo=UTC)
    count(channel, today, received=1)
    count(channel, today - timedelta(minutes=1), received=2)
    count(channel, today - timedelta(days=6), received=4)
    count(channel, today - timedelta(days=14), received=8)  # 1 March
    count(channel, today - timedelta(days=29), received=16)
    count(channel, today - timedelta(days=29, minutes=1), received=32)
    with time_machine.travel(NOW, tick=False):
        page = admin_page.get(f"/channels/?period={period}")
    assert rows_of(page)[0][-1] == received


def test_today_of_a_longer_or_shorter_day_is_the_whole_day(
    admin_page: Client, administrator: User, ada: Extension
) -> None:
    """New York loses an hour on 8 March 2026: the day begins at 5:00 UTC and ends at 4:00."""
    User.objects.update(time_zone="America/New_York")
    channel = make_road(ada).channel
    for hours, received in ((-1, 1), (0, 10), (22, 100), (23, 1_000)):
        count(channel, datetime(2026, 3, 8, 5, 0, tzinfo=UTC) + timedelta(hours=hours), received=received)
    with time_machine.travel(datetime(2026, 3, 8, 18, 0, tzinfo=UTC), tick=False):
        assert rows_of(admin_page.get("/channels/?period=today"))[0][-1] == "110"


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("", ["Alpha", "Beta", "Gamma"]),
        ("?sort=-name", ["Gamma", "Beta", "Alpha"]),
        ("?sort=success", ["Gamma", "Beta", "Alpha"]),
        ("?sort=-failed", ["Beta", "Gamma", "Alpha"]),
        ("?sort=-total", ["Beta", "Alpha", "Gamma"]),
        ("?sort=received", ["Alpha", "Beta", "Gamma"]),
        ("?sort=numbers", ["Gamma", "Beta", "Alpha"]),
        ("?sort=-status", ["Beta", "Gamma", "Alpha"]),
        ("?q=amm", ["Gamma"]),
        ("?q=%2B12015550102", ["Beta"]),
        ("?q=twilio+alpha", ["Alpha"]),
        ("?q=nothing", []),
    ],
)
def test_list_searches_and_sorts_by_every_column(
    admin_page: Client, ada: Extension, query: str, names: list[str]
) -> None:
    alpha = make_road(ada, name="Alpha", address="+12015550103").channel
    beta = make_road(ada, name="Beta", address="+12015550102").channel
    gamma = make_road(ada, name="Gamma", address="+12015550101").channel
    count(alpha, NOW, success=3)
    count(beta, NOW, success=2, failed=2)
    count(gamma, NOW, failed=1, received=1)
    Channel.objects.filter(pk=alpha.pk).update(status=Channel.Status.CONNECTED)
    Channel.objects.filter(pk=beta.pk).update(status=Channel.Status.NEVER_VERIFIED)
    Channel.objects.filter(pk=gamma.pk).update(status=Channel.Status.FAILING)
    assert [row[0] for row in rows_of(admin_page.get(f"/channels/{query}"))] == names


def test_status_shows_its_reason(admin_page: Client, ada: Extension) -> None:
    make_road(ada)
    Channel.objects.update(status=Channel.Status.FAILING, status_reason="Credentials <refused>.")
    assert rows_of(admin_page.get("/channels/"))[0][3] == "Failing Credentials <refused>."


def test_deleted_channels_and_numbers_are_not_listed(admin_page: Client, ada: Extension) -> None:
    archive_channel(make_road(ada, name="Old").channel)
    road = make_road(ada, name="New", address="+12015550101")
    road.number.archived_at = NOW
    road.number.save()
    assert [row[:3] for row in rows_of(admin_page.get("/channels/"))] == [["New", "Twilio", "–"]]
    assert rows_of(admin_page.get("/channels/?q=12015550101")) == []


def test_live_part_is_the_same_table_alone(admin_page: Client, ada: Extension) -> None:
    make_road(ada)
    fragment = admin_page.get("/channels/?period=today", headers={"HX-Request": "true"})
    assert rows_of(fragment) == rows_of(admin_page.get("/channels/?period=today"))
    assert "<html" not in fragment.content.decode()


def test_list_costs_the_same_however_many(
    admin_page: Client, ada: Extension, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    make_road(ada)
    with django_assert_num_queries(11):
        admin_page.get("/channels/")
    for place in range(30):
        count(make_road(ada, name=f"C{place}", address=f"+120155501{place:02}").channel, NOW, received=1)
    with django_assert_num_queries(11):
        admin_page.get("/channels/?sort=-received")


def test_any_days_are_chosen_and_kept_by_search_and_sorting(
    admin_page: Client, administrator: User, ada: Extension
) -> None:
    """New York's 8 March 2026 has 23 hours, from 5:00 UTC to 4:00 of the next day."""
    User.objects.update(time_zone="America/New_York")
    road = make_road(ada, name="Alpha")
    other = make_road(ada, name="Beta", address="+12015550102")
    for hours, received in ((-1, 1), (0, 10), (22, 100), (23, 1_000)):
        count(
            road.channel, datetime(2026, 3, 8, 5, 0, tzinfo=UTC) + timedelta(hours=hours), received=received
        )
    counting.fold()
    count(other.channel, datetime(2026, 3, 8, 20, tzinfo=UTC), received=5)
    days = "since=2026-03-08&until=2026-03-08"
    page = admin_page.get(f"/channels/?{days}&sort=received")
    assert [(row[0], row[7]) for row in rows_of(page)] == [("Beta", "5"), ("Alpha", "110")]
    html = unescape(page.content.decode())
    assert f'"?{days}&sort=-received"' in html
    assert 'href="?sort=received&period=today"' in html
    assert '<input type="hidden" name="since" value="2026-03-08">' in html
    assert f"/channels/export/?{days}&sort=received" in html
    wrong = admin_page.get("/channels/?since=8+March&q=alpha")
    assert wrong.context["form"].errors == {"since": ["Enter a valid date."]}
    assert rows_of(wrong)[0][7] == "1111"
    assert 'value="8 March"' in wrong.content.decode()


def test_export_has_what_the_list_shows_of_all_pages(
    admin_page: Client, ada: Extension, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("stats.views.EXPORT_BATCH", 7)
    for place in range(30):
        channel = make_road(ada, name=f"C{place:02}", address=f"+120155501{place:02}").channel
        CountedChange.objects.create(channel=channel, at=NOW, success=place, failed=1, segments=2 * place)
    Channel.objects.filter(name="C03").update(status=Channel.Status.FAILING, paused_at=NOW)
    answer = admin_page.get("/channels/export/?sort=-success&since=2026-03-15&until=2026-03-15&q=C")
    text = b"".join(answer.streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]
    lines = list(csv.reader(text.splitlines()))
    assert lines[0] == [
        *("Name", "ITSP", "Numbers", "Status"),
        *("Sent: Success", "Failed", "Total", "Received", "Segments"),
    ]
    assert [line[0] for line in lines[1:]] == [f"C{place:02}" for place in reversed(range(30))]
    assert lines[1] == ["C29", "Twilio", "'+12015550129", "Connected", "29", "1", "30", "0", "58"]
    assert lines[27][3] == "Failing, Paused"


def test_supervisor_exports_the_channels_of_the_own_queues_alone(ada: Extension) -> None:
    vera = make_user("vera", Role.SUPERVISOR)
    queue = make_queue(ada)
    vera.supervised_queues.add(queue)
    make_road(queue, name="Mine", address="+12015550101")
    make_road(ada, name="Foreign", address="+12015550102")
    answer = logged_in(vera).get("/channels/export/")
    text = b"".join(answer.streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]
    assert [line[0] for line in csv.reader(text.splitlines())] == ["Name", "Mine"]
