"""What is put off: the list of it, the times that are proposed, and the contact's clock."""

import json
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import Role, User
from routing.models import Extension, MessageQueue, OpeningHours
from routing.opening import timetable_of
from sessions import actions
from sessions.contacts.zones import zone_of
from sessions.inbox.later_times import is_at_night, presets
from sessions.models import Attempt, Contact, Message, MessagingSession
from tests.factories import CONTACT
from tests.portal import errors_of, logged_in, make_user, text_of
from tests.sessions.conftest import Post, listed_in

pytestmark = pytest.mark.django_db
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
BERLIN, NAIROBI = ZoneInfo("Europe/Berlin"), ZoneInfo("Africa/Nairobi")
KENYAN = "+254712345678"


@pytest.fixture
def ada(agents: list[Extension]) -> Client:
    return logged_in(agents[0].user)


@pytest.fixture
def sam(queue: MessageQueue) -> Client:
    """Supervises the queue."""
    user = make_user("sam", Role.SUPERVISOR)
    user.supervised_queues.add(queue)
    return logged_in(user)


def owned(post_inbound: Post, agent: Extension, number: int, contact: str = CONTACT) -> MessagingSession:
    post_inbound(number, "Hello", From=contact)
    session = MessagingSession.objects.get(contact=contact)
    actions.pick_up(session, agent=agent)
    return session


def schedule(session: MessagingSession, agent: Extension, body: str = "Reminder", **others: Any) -> Message:
    return actions.reply(session, agent=agent, body=body, **{"due_at": timezone.now() + HOUR} | others)


# --- the list ---


def test_snoozed_sessions_stand_by_their_times_and_supervisors_see_others(
    post_inbound: Post, agents: list[Extension], ada: Client, sam: Client
) -> None:
    sessions = [owned(post_inbound, agents[0], n, f"+1415555019{n}") for n in (1, 2)]
    others = owned(post_inbound, agents[1], 3, "+14155550193")
    for session, after in zip([*sessions, others], (2 * DAY, DAY, HOUR), strict=True):
        assert session.agent
        actions.snooze(session, agent=session.agent, until=timezone.now() + after)
    page = ada.get("/inbox/?show=later")
    assert listed_in(page, "put_off") == [sessions[1], sessions[0]]
    assert listed_in(sam.get("/inbox/?show=later"), "put_off") == [others, sessions[1], sessions[0]]
    actions.wake_due(now=timezone.now() + DAY)
    page = ada.get("/inbox/?show=later")
    assert (listed_in(page, "back"), listed_in(page, "put_off")) == ([sessions[1]], [sessions[0]])
    ada.get(reverse("inbox-session", args=[sessions[1].pk]))
    assert listed_in(ada.get("/inbox/?show=later"), "back") == []  # it was looked at


def test_scheduled_texts_stand_in_one_list_with_both_clocks(
    post_inbound: Post, agents: list[Extension], ada: Client, sam: Client
) -> None:
    User.objects.filter(pk=agents[0].user_id).update(time_zone="Europe/Berlin")
    Contact.objects.create(address=KENYAN, name="Anna")
    session, other = owned(post_inbound, agents[0], 1, KENYAN), owned(post_inbound, agents[1], 2)
    at = (timezone.now() + 3 * DAY).replace(hour=9, minute=0)
    schedule(session, agents[0], "See you at noon", due_at=at, until_reply=True)
    schedule(other, agents[1], "Ben's", due_at=at - DAY)
    page = ada.get("/inbox/?show=later")
    said = text_of(page.content.decode())
    assert [row.attempt.message.body for row in page.context["scheduled"].rows] == ["See you at noon"]
    assert f"{at.astimezone(BERLIN):%H:%M}" in said
    assert f"{at.astimezone(NAIROBI):%H:%M} in Nairobi" in said
    assert "cancelled if the contact writes first" in said
    rows = sam.get("/inbox/?show=later").context["scheduled"].rows
    assert [(row.attempt.message.body, row.answers) for row in rows] == [
        ("Ben's", False),
        ("See you at noon", False),
    ]
    by_agent = sam.get(f"/inbox/?show=later&agent={agents[0].pk}").context["scheduled"].rows
    assert [row.attempt.message.author for row in by_agent] == [agents[0]]


def test_list_costs_the_same_with_one_and_with_two_hundred(
    post_inbound: Post, agents: list[Extension], ada: Client, django_assert_max_num_queries: Any
) -> None:
    session = owned(post_inbound, agents[0], 1)
    for number in range(200):
        schedule(session, agents[0], f"Text {number}")
    with django_assert_max_num_queries(45):
        page = ada.get("/inbox/?show=later")
    assert len(page.context["scheduled"].rows) == 200


def test_it_is_changed_sent_and_cancelled_there(
    post_inbound: Post, agents: list[Extension], ada: Client
) -> None:
    session = owned(post_inbound, agents[0], 1)
    first, second, third = (schedule(session, agents[0], body) for body in ("One", "Two", "Three"))
    address = reverse("inbox-scheduled", args=[first.pk])
    assert "One</textarea>" in ada.get(address).content.decode()
    wrong = ada.post(address, {"body": "Typed", "due_at": "2020-01-01T10:00"})
    assert (wrong.status_code, errors_of(wrong.context["form"])) == (
        422,
        {"due_at": ["This time has passed. Choose one in the future."]},
    )
    assert "Typed</textarea>" in wrong.content.decode()
    preset = wrong.context["presets"][-1]
    answer = ada.post(address, {"body": "Typed", "preset": preset.value, "until_reply": "on"})
    assert "dialog:close" in json.loads(answer["PBX-Events"])
    attempt = first.attempts.get()
    assert (attempt.due_at, attempt.until_reply) == (preset.until, True)
    assert Message.objects.get(pk=first.pk).body == "Typed"
    said = ada.post(reverse("inbox-scheduled-send", args=[second.pk]))
    assert "It is on its way." in text_of(said.content.decode())
    said = ada.post(reverse("inbox-scheduled-cancel", args=[third.pk]))
    assert [row.attempt.message for row in said.context["scheduled"].rows] == [first]
    again = ada.post(reverse("inbox-scheduled-cancel", args=[third.pk]))
    assert "can’t be cancelled any more" in text_of(again.content.decode())
    ben = logged_in(agents[1].user)
    assert ben.post(address, {"body": "Mine"}).status_code == 404


def test_time_that_is_not_touched_stays_to_the_second(
    post_inbound: Post, agents: list[Extension], ada: Client
) -> None:
    due_at = (timezone.now() + DAY).replace(second=17, microsecond=5)
    message = schedule(owned(post_inbound, agents[0], 1), agents[0], due_at=due_at)
    typed = timezone.localtime(due_at).strftime("%Y-%m-%dT%H:%M")
    ada.post(reverse("inbox-scheduled", args=[message.pk]), {"body": "Other words", "due_at": typed})
    assert (Attempt.objects.get().due_at, Message.objects.get(pk=message.pk).body) == (due_at, "Other words")


# --- the contact's clock ---


def test_text_is_scheduled_by_the_contact_s_clock(
    post_inbound: Post, agents: list[Extension], ada: Client
) -> None:
    session = owned(post_inbound, agents[0], 1, KENYAN)
    day = (timezone.now() + 2 * DAY).date()
    data = {"body": "Good morning", "client_id": "7f6c8d7e-3c56-4f0e-a0bb-000000000001", "later": "on"}
    data |= {"due_at": f"{day}T09:00", "due_zone": "theirs", "until_reply": "on"}
    ada.post(reverse("inbox-reply", args=[session.pk]), data)
    attempt = Attempt.objects.get()
    assert attempt.due_at == datetime.combine(day, time(9), tzinfo=NAIROBI).astimezone(UTC)
    assert attempt.until_reply
    said = text_of(ada.get(reverse("inbox-session", args=[session.pk])).content.decode())
    assert "unless the contact writes first" in said


def test_what_a_time_means_is_said_and_night_is_warned_of(
    post_inbound: Post, agents: list[Extension], ada: Client
) -> None:
    User.objects.filter(pk=agents[0].user_id).update(time_zone="America/New_York")
    Contact.objects.create(address=KENYAN, name="Anna")
    session = owned(post_inbound, agents[0], 1, KENYAN)
    day = (timezone.now() + 3 * DAY).date()

    def said(**asked: str) -> str:
        answer = ada.get(reverse("inbox-later"), {"session": str(session.pk), "words": "", **asked})
        return text_of(answer.content.decode())

    at = datetime.combine(day, time(16), tzinfo=ZoneInfo("America/New_York"))
    words = said(due_at=f"{day}T16:00")
    assert f"{at.astimezone(NAIROBI):%H:%M} for Anna (Nairobi)" in words
    assert "It is night there then." in words
    assert "night" not in said(due_at=f"{day}T05:00")
    assert "now for Anna (Nairobi)" in said()
    assert "In 1 hour" in text_of(ada.get(reverse("inbox-later"), {"session": session.pk}).content.decode())


@pytest.mark.parametrize(
    ("address", "set_to", "zone", "several"),
    [
        (KENYAN, "", "Africa/Nairobi", False),
        ("+18005550123", "", None, True),  # all of North America
        ("+18005550123", "America/Chicago", "America/Chicago", False),
        ("+25402161183", "", None, False),  # no number of any plan
        ("12345", "", None, False),
        ("ACME", "", None, False),
        (KENYAN, "Mars/Olympus", "Africa/Nairobi", False),
    ],
)
def test_zone_is_the_number_s_or_what_an_agent_has_set(
    address: str, set_to: str, zone: str | None, several: bool
) -> None:
    found = zone_of(Contact(address=address, time_zone=set_to))
    assert (found.zone.key if found.zone else None, found.several) == (zone, several)


def test_agent_sets_the_zone_at_the_contact(post_inbound: Post, agents: list[Extension], ada: Client) -> None:
    session = owned(post_inbound, agents[0], 1)
    address = reverse("inbox-contact", args=[session.pk])
    said = ada.post(address, {"name": "Anna", "notes": "", "time_zone": "Africa/Nairobi"})
    assert Contact.objects.get().time_zone == "Africa/Nairobi"
    assert "(Nairobi)" in text_of(said.content.decode())
    actions.save_contact(address=CONTACT, name="Anna", notes="by import")
    assert Contact.objects.get().time_zone == "Africa/Nairobi"
    assert ada.post(address, {"name": "Anna", "time_zone": "Mars/Olympus"}).status_code == 422


# --- presets ---


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=BERLIN)


def test_presets_follow_the_queue_s_hours(queue: MessageQueue) -> None:
    queue.time_zone = "Europe/Berlin"
    queue.save()
    for day in range(5):
        OpeningHours.objects.create(queue=queue, weekday=day, opens_at=time(8, 30), closes_at=time(17))
    queue.closed_days.create(date=date(2026, 11, 30), name="Founders' day")

    def found(now: str) -> list[tuple[str, str]]:
        timetable = timetable_of(queue)
        return [
            (str(one.words), one.until.astimezone(BERLIN).strftime("%a %H:%M"))
            for one in presets(now=at(now).astimezone(UTC), zone=BERLIN, timetable=timetable)
        ]

    assert found("2026-11-25T10:07") == [("In 1 hour", "Wed 11:15"), ("Tomorrow morning", "Thu 08:30")]
    assert found("2026-11-27T18:00") == [("When the queue opens", "Tue 08:30")]  # Monday is closed
    assert found("2026-12-04T16:30") == [("Monday morning", "Mon 08:30")]  # a Friday
    assert found("2026-12-06T12:00") == [("When the queue opens", "Mon 08:30")]  # tomorrow, said once


@pytest.mark.once
def test_night_is_before_eight_and_after_nine_in_the_evening() -> None:
    nights = [is_at_night(at(f"2026-11-25T{hour:02}:59"), BERLIN) for hour in (7, 8, 20, 21)]
    assert nights == [True, False, False, True]
