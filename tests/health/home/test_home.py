"""Home: what waits, what fails, who is there, today's counts, and what of the set-up is not finished."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import Role, User
from channels import actions as channels
from channels.models import Channel
from routing.models import Extension, MessageQueue
from sessions.models import CountedChange, MessagingSession, WebhookRequest
from sessions.opened import open_session
from sessions.presence import online
from stats import counting
from tests.factories import Road, make_agent, make_queue, make_road
from tests.portal import logged_in, make_user, text_of

pytestmark = pytest.mark.django_db


def part(browser: Client, heading: str) -> str:
    """What a card says."""
    html = browser.get("/").content.decode()
    found = [one for one in html.split("<section") if f'aria-labelledby="home-{heading}"' in one]
    return text_of("<section" + found[0].partition("</section>")[0]) if found else ""


def wait(road: Road, contact: str, minutes: int, agent: Extension | None = None) -> MessagingSession:
    """A contact who waits for an answer."""
    at = timezone.now() - timedelta(minutes=minutes)
    session = open_session(road.number, contact, at=at, agent=agent)
    MessagingSession.objects.filter(pk=session.pk).update(unanswered_since=at)
    return session


@pytest.fixture
def ada() -> Extension:
    return make_agent("1001", "Ada")


@pytest.fixture
def support(ada: Extension) -> MessageQueue:
    return make_queue(ada, make_agent("1002", "Ben"))


@pytest.fixture
def road(support: MessageQueue) -> Road:
    return make_road(support)


@pytest.fixture
def come(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """These agents, and no others, are at the event stream."""

    def come_online(*agents: Extension) -> None:
        monkeypatch.setattr(online, "everybody_online", lambda: {agent.pk for agent in agents})

    return come_online


@pytest.fixture
def vera(support: MessageQueue) -> User:
    user = make_user("vera", Role.SUPERVISOR)
    support.supervisors.add(user)
    return user


def test_without_any_data_home_is_right_and_leads_on(admin_page: Client) -> None:
    assert part(admin_page, "waiting") == "What waits Open sessions No contact waits for an answer."
    assert part(admin_page, "present") == "Who is there Extensions No agents yet."
    assert part(admin_page, "today").startswith(
        "Messages today Statistics Received 0 0 a week ago Sent 0 0 a week ago Failed 0 0 a week ago"
    )
    steps = part(admin_page, "steps")
    assert steps.startswith("Set-up that is not finished 1 Add the people")
    for title in ("Add an SMS channel", "Text the number", "Say how alarms reach you"):
        assert title in steps


def test_waiting_contacts_are_counted_by_queue_longest_first(
    admin_page: Client, road: Road, ada: Extension, come: Callable[..., None]
) -> None:
    sales = make_queue(ada, name="Sales")
    other = make_road(sales, address="+447700900123", name="Other")
    wait(road, "+14155550101", 5)
    wait(road, "+14155550102", 12)
    wait(other, "+14155550103", 200)
    wait(road, "+14155550104", 30, agent=ada)
    open_session(road.number, "+14155550105", at=timezone.now())  # waits for nothing
    come(ada)
    said = part(admin_page, "waiting").replace("\N{NO-BREAK SPACE}", " ")
    assert "4 of them" not in said
    assert said.startswith(
        "What waits Open sessions 4 contacts wait for an answer, 3 of them in sessions that nobody has "
        "the longest for 3 hours, 20 minutes"
    )
    rows = said.partition("20 minutes")[2]
    assert rows.startswith(" Sales longest 3 hours, 20 minutes · 1 agent available 1 Support longest")
    come()
    assert "Sales longest 3 hours, 20 minutes · nobody is available 1" in part(admin_page, "waiting").replace(
        "\N{NO-BREAK SPACE}", " "
    )


def test_agents_are_there_away_or_offline(
    admin_page: Client, support: MessageQueue, ada: Extension, come: Callable[..., None]
) -> None:
    make_agent("1003", "Cleo")
    Extension.objects.filter(number="1002").update(availability=Extension.Availability.AWAY)
    come(*Extension.objects.filter(number__in=["1001", "1002"]))
    assert part(admin_page, "present") == (
        "Who is there Extensions 1 agent is available of 3 1 away, 1 offline 1001 Ada"
    )


def test_nobody_is_called_offline_while_nobody_knows(
    admin_page: Client, support: MessageQueue, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(online, "everybody_online", lambda: None)
    assert "2 agents are available of 2 Who is offline is not known" in part(admin_page, "present")


def test_what_fails_is_said_with_where_it_is_mended(admin_page: Client, road: Road) -> None:
    channels.stop_channel(road.channel.pk, reason="The account is suspended.")
    WebhookRequest.objects.create(received_at=timezone.now(), body=b"", outcome="failed")
    html = admin_page.get("/").content.decode()
    said = part(admin_page, "failing")
    assert "The account is suspended." in said
    assert f'href="/channels/{road.channel.pk}/"' in html
    assert 'href="/journal/' in html


@pytest.fixture
def at_quarter_past_two(monkeypatch: pytest.MonkeyPatch) -> datetime:
    """A Wednesday, 14:20 in UTC; the quarter hour that is going on began at 14:15."""
    now = datetime(2026, 7, 15, 14, 20, tzinfo=UTC)
    monkeypatch.setattr(timezone, "now", lambda: now)
    return now


def count(channel: Channel, at: datetime, **counts: int) -> None:
    CountedChange.objects.create(
        channel=channel, at=at, **{"success": 0, "failed": 0, "received": 0} | counts
    )
    counting.fold()


def test_today_is_compared_with_the_same_weekday_up_to_the_same_time(
    admin_page: Client, road: Road, at_quarter_past_two: datetime
) -> None:
    midnight = at_quarter_past_two.replace(hour=0, minute=0)
    week = timedelta(days=7)
    count(road.channel, midnight, received=30, success=10)
    count(road.channel, midnight + timedelta(hours=14, minutes=15), received=2)  # not over yet
    CountedChange.objects.create(
        channel=road.channel, at=midnight + timedelta(hours=9), received=3, success=0, failed=1
    )
    count(road.channel, midnight - week, received=20, success=20)
    count(road.channel, midnight - week + timedelta(hours=14), received=10)
    count(road.channel, midnight - week + timedelta(hours=14, minutes=15), received=500)  # later that day
    count(road.channel, midnight - timedelta(days=1), received=700)  # another weekday
    said = part(admin_page, "today")
    assert "Received 35 +10 % 30 a week ago" in said
    assert "Sent 10 −50 % 20 a week ago" in said
    assert "Failed 1 0 a week ago" in said
    assert said.endswith("Compared with Wednesday, 8 Jul, up to 14:15 on both days.")


def test_day_begins_at_the_readers_midnight(
    administrator: User, road: Road, at_quarter_past_two: datetime
) -> None:
    administrator.time_zone = "Asia/Kolkata"
    administrator.save()
    begun = datetime(2026, 7, 14, 18, 30, tzinfo=UTC)
    count(road.channel, begun, received=4)
    count(road.channel, begun - timedelta(minutes=15), received=100)
    said = part(logged_in(administrator), "today")
    assert said.startswith("Messages today Statistics Received 4 ")
    assert said.endswith("up to 19:45 on both days.")


def test_first_minutes_of_a_day_compare_nothing(
    admin_page: Client, road: Road, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = datetime(2026, 7, 15, 0, 7, tzinfo=UTC)
    monkeypatch.setattr(timezone, "now", lambda: now)
    count(road.channel, now.replace(minute=0), received=1)
    count(road.channel, now.replace(minute=0) - timedelta(days=7), received=9)
    assert "Received 1 0 a week ago" in part(admin_page, "today")


def test_steps_go_from_nothing_to_the_first_text(admin_page: Client, administrator: User, road: Road) -> None:
    administrator.email = "root@example.com"
    administrator.save()
    channel = road.channel
    finding = {"number": road.number, "check_name": "webhook", "checked_at": timezone.now()}
    result = channel.set_up_results.create(outcome="fail", why="It is not ours.", **finding)
    said = part(admin_page, "steps")
    assert "Finish the set-up of “Main” 1 check fails." in said
    assert "Text “Main” for the first time" in said
    assert "Add the people (done)" in said
    result.delete()
    assert "Finish" not in part(admin_page, "steps")
    channel.last_inbound_at = timezone.now()
    channel.save()
    assert part(admin_page, "steps") == ""


def test_check_of_a_number_counts_where_it_is_carried(admin_page: Client, road: Road) -> None:
    """Not at the channel that it went away from, but at one that stands by for it."""
    other = make_road(road.number.destination, address="+14155550177", name="Other").channel
    Channel.objects.update(last_inbound_at=timezone.now())
    finding = {"number": road.number, "check_name": "webhook", "checked_at": timezone.now()}
    road.channel.set_up_results.create(outcome="fail", why="It is not ours.", **finding)
    road.number.channel = other
    road.number.save()
    assert "check fails" not in part(admin_page, "steps")
    road.number.standby = road.channel
    road.number.save()
    assert "Finish the set-up of “Main” 1 check fails." in part(admin_page, "steps")


def test_channel_without_a_number_is_a_step(admin_page: Client, road: Road) -> None:
    road.number.archived_at = timezone.now()
    road.number.save()
    html = admin_page.get("/").content.decode()
    assert "Give “Main” a number" in part(admin_page, "steps")
    assert f'href="/channels/{road.channel.pk}/?tab=messaging#rule-add"' in html


def test_supervisor_sees_what_is_theirs(
    vera: User, road: Road, ada: Extension, come: Callable[..., None]
) -> None:
    sales = make_queue(make_agent("1009", "Zoe"), name="Sales")
    foreign = make_road(sales, address="+447700900123", name="Foreign")
    wait(road, "+14155550101", 5)
    wait(foreign, "+14155550102", 50)
    now = timezone.now()
    for one, number in ((road, 2), (foreign, 70)):
        CountedChange.objects.create(channel=one.channel, at=now, received=number, success=0, failed=0)
        channels.stop_channel(one.channel.pk, reason=f"Refused {one.channel.name}.")
    come(*Extension.objects.all())
    browser = logged_in(vera)
    html = browser.get("/").content.decode()
    assert "Sales" not in html
    assert "Zoe" not in html
    assert "1 contact waits for an answer" in part(browser, "waiting")
    assert "Received 2 " in part(browser, "today")
    assert "2 agents are available of 2" in part(browser, "present")
    assert ("Refused Main." in html, "Refused Foreign." in html) == (True, False)
    assert part(browser, "steps") == ""
    for address in ("/system/status/", "/extensions/", f"/channels/{road.channel.pk}/"):
        assert f'href="{address}"' not in html


def test_supervisor_of_nothing_sees_nothing(road: Road) -> None:
    wait(road, "+14155550101", 5)
    browser = logged_in(make_user("otto", Role.SUPERVISOR))
    assert "No contact waits for an answer." in part(browser, "waiting")
    assert "No agents yet." in part(browser, "present")


def test_others_go_where_their_work_is(ada: Extension) -> None:
    assert ada.user
    assert logged_in(ada.user).get("/")["Location"] == "/inbox/"
    assert logged_in(make_user("grace")).get("/")["Location"] == "/profile/"


def test_page_renews_itself_by_a_fragment(admin_page: Client, road: Road) -> None:
    answer = admin_page.get("/", headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in answer
    assert 'aria-labelledby="home-today"' in answer


def test_home_costs_the_same_however_much_there_is(
    admin_page: Client, road: Road, ada: Extension, support: MessageQueue, come: Callable[..., None]
) -> None:
    come(ada)
    wait(road, "+14155550100", 1)

    def cost() -> int:
        with CaptureQueriesContext(connection) as queries:
            admin_page.get("/")
        return len(queries)

    cost()
    before = cost()
    for index in range(20):
        queue = make_queue(make_agent(f"20{index:02}"), name=f"Queue {index}")
        more = make_road(queue, address=f"+4477009002{index:02}", name=f"Line {index}")
        wait(more, f"+141555501{index:02}", index)
    assert cost() == before


def test_more_queues_than_are_shown_are_counted(admin_page: Client, ada: Extension) -> None:
    for index in range(9):
        queue = make_queue(ada, name=f"Queue {index}")
        wait(make_road(queue, address=f"+44770090020{index}", name=f"L{index}"), "+14155550101", index)
    said = part(admin_page, "waiting")
    assert said.startswith("What waits Open sessions 9 contacts wait for an answer")
    assert said.endswith("and in 3 more queues")


def test_navigation_marks_home_on_home_only(admin_page: Client) -> None:
    def marked(path: str) -> list[str]:
        html: Any = admin_page.get(path).content.decode()
        return [text_of("<a" + one) for one in html.split("<a")[1:] if 'aria-current="page"' in one[:300]]

    assert [one.split()[0] for one in marked("/")] == ["Home"]
    assert "Home" not in [one.split()[0] for one in marked("/queues/")]
