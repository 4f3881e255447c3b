"""A session is put off: until a time, or until the contact writes."""

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoCaptureOnCommitCallbacks
from redis import Redis

from accounts.models import User
from channels.models import Channel
from routing.models import Extension, MessageQueue
from sessions import actions
from sessions.ending import closing, unanswered
from sessions.inbox.asking import Viewer
from sessions.inbox.later_times import presets, until_words
from sessions.inbox.wall_clock import WallClockField
from sessions.live import notifying
from sessions.models import Attempt, Message, MessagingSession
from tests.portal import errors_of, logged_in, text_of
from tests.sessions.actions.test_owning import lines
from tests.sessions.conftest import Post, listed_in
from tests.sessions.test_events import published

pytestmark = pytest.mark.django_db
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
BERLIN = ZoneInfo("Europe/Berlin")


@pytest.fixture
def session(post_inbound: Post, agents: list[Extension]) -> MessagingSession:
    """Ada's, answered."""
    post_inbound(1, "Is it there?")
    found = MessagingSession.objects.get()
    actions.pick_up(found, agent=agents[0])
    actions.reply(found, agent=agents[0], body="I will look tomorrow")
    return MessagingSession.objects.get()


@pytest.fixture
def ada_page(agents: list[Extension]) -> Client:
    return logged_in(agents[0].user)


def put_off(session: MessagingSession, agents: list[Extension], by: timedelta = DAY) -> datetime:
    until = timezone.now() + by
    actions.snooze(session, agent=agents[0], until=until)
    return until


def calls_of(agent: Extension) -> Any:
    calls: Any = notifying.state_of(Viewer(agent.user, agent))["calls"]
    return [(call["kind"], call["mark"]) for call in calls]


def test_it_leaves_mine_for_a_list_of_its_own_and_comes_back_at_its_time(
    session: MessagingSession,
    agents: list[Extension],
    ada_page: Client,
    redis_client: Redis,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    put_off(session, agents)
    page = ada_page.get("/inbox/")
    assert (listed_in(page, "mine"), listed_in(page, "snoozed")) == ([], [session])
    assert "snoozed until tomorrow," in text_of(page.content.decode())
    assert actions.wake_due(now=timezone.now() + DAY - HOUR) == 0
    redis_client.delete("events")
    with django_capture_on_commit_callbacks(execute=True):
        assert actions.wake_due(now=timezone.now() + DAY) == 1
    assert actions.wake_due(now=timezone.now() + DAY) == 0
    assert lines(session) == ["picked_up", "snoozed", "follow_up"]
    told = [agents[0].pk, f"queue:{session.queue_id}"]
    assert [(event["kind"], event["audience"]) for event in published(redis_client)] == [("session", told)]
    page = ada_page.get("/inbox/")
    assert (listed_in(page, "mine"), [group.name for group in page.context["groups"]]) == (
        [session],
        ["mine", "waiting"],
    )
    assert "follow-up" in text_of(page.content.decode())
    assert "The session is back from its snooze." in text_of(
        ada_page.get(f"/inbox/{session.pk}/").content.decode()
    )
    assert "follow-up" not in text_of(ada_page.get("/inbox/").content.decode())  # it was read


def test_its_agent_is_told_each_time_that_it_comes_back(
    session: MessagingSession, agents: list[Extension], post_inbound: Post
) -> None:
    post_inbound(2, "Hello?")
    ((kind, mark),) = calls_of(agents[0])
    put_off(session, agents)
    assert calls_of(agents[0]) == []
    actions.wake_due(now=timezone.now() + DAY)
    ((again, later_mark),) = calls_of(agents[0])
    assert (kind, again) == ("follow_up", "follow_up")
    assert later_mark > mark


@pytest.mark.parametrize("words", ["Any news?", "STOP"])
def test_it_comes_back_at_once_when_the_contact_writes(
    session: MessagingSession, agents: list[Extension], ada_page: Client, post_inbound: Post, words: str
) -> None:
    put_off(session, agents)
    post_inbound(2, words)
    page = ada_page.get("/inbox/")
    assert (listed_in(page, "mine"), listed_in(page, "snoozed")) == ([session], [])
    assert "follow-up" not in text_of(page.content.decode())
    assert actions.wake_due(now=timezone.now() + DAY) == 0


def test_an_answer_leaves_the_time_that_was_chosen(
    session: MessagingSession, agents: list[Extension]
) -> None:
    until = put_off(session, agents)
    actions.reply(session, agent=agents[0], body="It comes tomorrow")
    assert MessagingSession.objects.get().snoozed_until == until


@pytest.mark.parametrize("how", ["transfer", "to the queue", "close", "end"])
def test_it_ends_with_whatever_makes_it_another_matter(
    session: MessagingSession, agents: list[Extension], queue: MessageQueue, how: str
) -> None:
    put_off(session, agents)
    match how:
        case "transfer":
            actions.transfer(session, agent=agents[0], to=agents[1])
        case "to the queue":
            actions.transfer(session, agent=agents[0], to=queue)
        case "close":
            actions.close(session, agent=agents[0])
        case "end":
            actions.unsnooze(session, agent=agents[0])
            actions.unsnooze(session, agent=agents[0])
    assert MessagingSession.objects.get().snoozed_until is None
    assert lines(session).count("unsnoozed") == (how == "end")


def test_archived_one_comes_back_too(session: MessagingSession, agents: list[Extension]) -> None:
    put_off(session, agents)
    actions.archive(session, agent=agents[0])
    actions.wake_due(now=timezone.now() + DAY)
    assert MessagingSession.objects.get().archived_at is None


def test_only_who_has_it_snoozes_it(
    session: MessagingSession, agents: list[Extension], post_inbound: Post
) -> None:
    with pytest.raises(actions.NotTheOwner):
        actions.snooze(session, agent=agents[1], until=timezone.now() + DAY)
    post_inbound(2, "Hello", From="+14155550124")
    shared = MessagingSession.objects.waiting().get()
    MessageQueue.objects.update(pickup_mode="none")
    with pytest.raises(actions.NotTheOwner):
        actions.snooze(shared, agent=agents[0], until=timezone.now() + DAY)
    actions.close(session, agent=agents[0])
    with pytest.raises(actions.SessionClosed):
        actions.snooze(session, agent=agents[0], until=timezone.now() + DAY)


@pytest.mark.parametrize("by", [timedelta(0), -HOUR, actions.LONGEST_SNOOZE + HOUR])
def test_time_lies_ahead_and_within_a_year(
    session: MessagingSession, agents: list[Extension], by: timedelta
) -> None:
    with pytest.raises(actions.BadSnooze):
        put_off(session, agents, by)


def test_who_waits_goes_on_waiting(
    session: MessagingSession, agents: list[Extension], queue: MessageQueue, post_inbound: Post
) -> None:
    MessageQueue.objects.update(alert_after_minutes=10)
    post_inbound(2, "And?")
    since = MessagingSession.objects.get().unanswered_since
    put_off(session, agents)
    assert MessagingSession.objects.get().unanswered_since == since
    assert unanswered.alert(now=timezone.now() + HOUR) == 1


def test_snoozed_session_is_not_closed_as_idle(session: MessagingSession, agents: list[Extension]) -> None:
    Channel.objects.update(session_timeout_days=1)
    put_off(session, agents, by=7 * DAY)
    Attempt.objects.update(status="delivered")
    assert closing.close_idle(now=timezone.now() + 6 * DAY) == 0
    back = timezone.now() + 7 * DAY
    actions.wake_due(now=back)
    assert closing.close_idle(now=back + HOUR) == 0
    assert closing.close_idle(now=back + 2 * DAY) == 1


@pytest.mark.django_db(transaction=True)
def test_two_workers_bring_it_back_once_while_a_text_comes(
    session: MessagingSession, agents: list[Extension], post_inbound: Post
) -> None:
    put_off(session, agents)
    late = timezone.now() + 2 * DAY

    def run(act: Callable[[], Any]) -> Any:
        try:
            return act()
        finally:
            connection.close()

    acts = [lambda: actions.wake_due(now=late)] * 3 + [lambda: post_inbound(2, "Hello?")]
    with ThreadPoolExecutor(len(acts)) as threads:
        list(threads.map(run, acts))
    actions.wake_due(now=late)
    assert MessagingSession.objects.get().snoozed_until is None
    assert lines(session).count("follow_up") <= 1
    assert Message.objects.filter(kind="inbound").count() == 2


# --- the page ---


def test_button_s_time_is_taken_and_can_be_undone(session: MessagingSession, ada_page: Client) -> None:
    dialog = ada_page.get(reverse("inbox-snooze", args=[session.pk]))
    preset = dialog.context["presets"][-1]
    data = {"preset": preset.value, "until": "", "seen": session.last_message_id}
    answer = ada_page.post(reverse("inbox-snooze", args=[session.pk]), data)
    assert answer["HX-Retarget"] == "#session"
    assert "dialog:close" in json.loads(answer["PBX-Events"])
    assert MessagingSession.objects.get().snoozed_until == preset.until
    words = f"The session is snoozed until {until_words(preset.until)}, or until the contact writes. Undo"
    assert words in text_of(answer.content.decode())
    ada_page.post(reverse("inbox-unsnooze", args=[session.pk]))
    assert MessagingSession.objects.get().snoozed_until is None


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ({}, "Choose a date and a time."),
        ({"until": "soon"}, "Enter a date and a time."),
        ({"until": "2020-01-01T10:00"}, "Choose a time in the future, within the next year."),
        ({"until": "9999-12-31T23:59"}, "Choose a time in the future, within the next year."),
        ({"preset": "never"}, "Choose a date and a time."),
        ({"preset": "2020-01-01T10:00:00+00:00"}, "Choose a time in the future, within the next year."),
    ],
)
def test_what_is_no_time_is_said_at_the_field(
    session: MessagingSession, ada_page: Client, data: dict[str, str], words: str
) -> None:
    data["seen"] = str(session.last_message_id)
    answer = ada_page.post(reverse("inbox-snooze", args=[session.pk]), data)
    assert (answer.status_code, errors_of(answer.context["form"])) == (422, {"until": [words]})
    assert data.get("until", "") in answer.content.decode()


def test_text_that_came_meanwhile_is_read_first(
    session: MessagingSession, ada_page: Client, post_inbound: Post
) -> None:
    ada_page.get(reverse("inbox-snooze", args=[session.pk]))
    seen = session.last_message_id
    post_inbound(2, "One more thing")
    until = (timezone.now() + DAY).isoformat()
    answer = ada_page.post(reverse("inbox-snooze", args=[session.pk]), {"preset": until, "seen": seen})
    words = "The contact has just written. Read it first; then snooze again."
    assert (answer.status_code, errors_of(answer.context["form"])) == (422, {"__all__": [words]})
    assert MessagingSession.objects.get().snoozed_until is None


# --- the clock on the wall ---


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=BERLIN)


@pytest.mark.once
@pytest.mark.parametrize(
    ("now", "found"),
    [
        (  # a Wednesday
            "2026-11-25T10:07",
            ["2026-11-25T11:15", "2026-11-25T18:00", "2026-11-26T09:00", "2026-11-30T09:00"],
        ),
        (  # a Monday
            "2026-11-30T10:00",
            ["2026-11-30T11:00", "2026-11-30T18:00", "2026-12-01T09:00", "2026-12-07T09:00"],
        ),
        ("2026-11-25T21:30", ["2026-11-25T22:30", "2026-11-26T09:00", "2026-11-30T09:00"]),
        (  # summer begins
            "2026-03-28T12:00",
            ["2026-03-28T13:00", "2026-03-28T18:00", "2026-03-29T09:00", "2026-03-30T09:00"],
        ),
        ("2026-03-29T01:30", ["2026-03-29T03:30", "2026-03-29T18:00", "2026-03-30T09:00"]),  # for an hour
        (  # summer ends
            "2026-10-24T12:00",
            ["2026-10-24T13:00", "2026-10-24T18:00", "2026-10-25T09:00", "2026-10-26T09:00"],
        ),
        ("2026-10-25T01:30", ["2026-10-25T02:30", "2026-10-25T18:00", "2026-10-26T09:00"]),  # for an hour
    ],
)
def test_presets_are_right_on_the_wall_also_when_clocks_change(now: str, found: list[str]) -> None:
    times = [one.until.astimezone(BERLIN) for one in presets(now=at(now).astimezone(UTC), zone=BERLIN)]
    assert [time.strftime("%Y-%m-%dT%H:%M") for time in times] == found


@pytest.mark.once
def test_own_time_is_the_wall_s_and_what_clocks_leave_out_is_refused() -> None:
    field = WallClockField()
    with timezone.override(BERLIN):
        assert field.clean("2026-07-01T09:00") == datetime(2026, 7, 1, 7, tzinfo=UTC)
        assert field.clean(" 2026-12-01T09:00 ") == datetime(2026, 12, 1, 8, tzinfo=UTC)
        assert field.clean("2026-10-25T02:30") == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)  # the first
        with pytest.raises(ValidationError, match="clocks are put forward"):
            field.clean("2026-03-29T02:30")


def test_times_are_the_agent_s_own(session: MessagingSession, agents: list[Extension]) -> None:
    User.objects.filter(pk=agents[0].user_id).update(time_zone="Asia/Tokyo")
    page = logged_in(User.objects.get(pk=agents[0].user_id))
    day = (timezone.now() + 2 * DAY).date()
    data = {"until": f"{day}T09:00", "seen": session.last_message_id}
    assert page.post(reverse("inbox-snooze", args=[session.pk]), data).status_code == 200
    assert MessagingSession.objects.get().snoozed_until == datetime(day.year, day.month, day.day, tzinfo=UTC)
