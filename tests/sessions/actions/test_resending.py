"""Sending a failed text again, and taking one back."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

import pytest
from django.db import connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from channels.itsp.delivery import DeliveryStatus
from routing.models import Extension, MessageQueue
from sessions import actions
from sessions.lanes import progress, seats
from sessions.models import Attempt, CountedChange, Message, MessagingSession
from sessions.sending import claiming, pump, reconcile
from tests.factories import CONTACT, OUR_NUMBER, Road, make_road
from tests.portal import logged_in, text_of
from tests.servers import Simulator
from tests.sessions.conftest import Post
from tests.waiting import wait_until

pytestmark = pytest.mark.django_db

Answer = TypeVar("Answer")


@pytest.fixture
def ada(agents: list[Extension]) -> Client:
    return logged_in(agents[0].user)


def write(agent: Extension, road: Road, body: str = "Hello") -> Message:
    return actions.start_session(agent=agent, number=road.number, contact=CONTACT, body=body)


def end(message: Message, status: DeliveryStatus, reason: str = "") -> None:
    """What delivery makes of the latest attempt."""
    with transaction.atomic():
        attempt = message.attempts.select_related("message__session").order_by("-pk")[0]
        locked = seats.lock([attempt.lane_id])
        progress.advance([progress.Move(attempt, status, reason=reason)], at=timezone.now())
        seats.reseat(locked)
    message.refresh_from_db()


def statuses(message: Message) -> list[str]:
    message.refresh_from_db()
    return [message.status, *message.attempts.order_by("pk").values_list("status", flat=True)]


@pytest.mark.parametrize("status", ["failed", "undelivered", "expired"])
def test_retry_makes_a_new_attempt_at_the_end_of_the_lane(
    road: Road, agents: list[Extension], status: str
) -> None:
    message = write(agents[0], road)
    end(message, DeliveryStatus(status), "No.")
    behind = write(agents[0], road, "Behind")
    attempt = actions.retry(message, agent=agents[0])
    assert statuses(message) == ["queued", status, "queued"]
    assert (message.reason, message.error_code) == ("", "")
    assert attempt.pk > behind.attempts.get().pk
    assert attempt.lane.head == behind.attempts.get()


def test_late_word_on_the_old_attempt_leaves_the_message_to_the_new_one(
    road: Road, agents: list[Extension]
) -> None:
    message = write(agents[0], road)
    end(message, DeliveryStatus.FAILED)
    actions.retry(message, agent=agents[0])
    old = message.attempts.select_related("message__session").order_by("pk")[0]
    seats.lock([old.lane_id])
    progress.advance([progress.Move(old, DeliveryStatus.UNDELIVERED)], at=timezone.now())
    assert statuses(message) == ["queued", "undelivered", "queued"]


@pytest.mark.parametrize("status", ["queued", "sending", "unknown", "accepted", "delivered", "cancelled"])
def test_retry_of_what_waits_or_left_is_refused(road: Road, agents: list[Extension], status: str) -> None:
    message = write(agents[0], road)
    if status != "queued":
        end(message, DeliveryStatus(status))
    with pytest.raises(actions.NotRetryable):
        actions.retry(message, agent=agents[0])
    assert Attempt.objects.count() == 1


@pytest.mark.parametrize(
    ("status", "code", "is_offered"),
    [
        ("undelivered", "30003", True),  # it was switched off
        ("failed", "", True),
        ("failed", "99999", True),  # nobody knows
        ("expired", "", True),
        ("failed", "21408", False),  # its country is not enabled
        ("failed", "21211", False),
        ("failed", "21612", False),
        ("undelivered", "30005", False),
        ("undelivered", "30006", False),
        ("failed", "12300", False),
        ("cancelled", "", False),
    ],
)
def test_retry_is_offered_where_it_can_help(
    road: Road, agents: list[Extension], ada: Client, status: str, code: str, *, is_offered: bool
) -> None:
    message = write(agents[0], road)
    for rows in (Message.objects, Attempt.objects):
        rows.update(status=status, error_code=code)
    html = ada.get(reverse("inbox-session", args=[message.session_id])).content.decode()
    address = reverse("inbox-retry", args=[message.pk])
    assert (address in html) is is_offered
    assert ada.post(address).status_code == 200
    assert Attempt.objects.count() == 1 + is_offered


def test_retry_is_the_owners_and_of_an_open_session(road: Road, agents: list[Extension]) -> None:
    message = write(agents[0], road)
    end(message, DeliveryStatus.FAILED)
    with pytest.raises(actions.NotTheOwner):
        actions.retry(message, agent=agents[1])
    actions.close(message.session, agent=agents[0])
    with pytest.raises(actions.SessionClosed):
        actions.retry(message, agent=agents[0])
    assert Attempt.objects.count() == 1


def test_retry_to_whom_opted_out_is_refused(post_inbound: Post, road: Road, agents: list[Extension]) -> None:
    message = write(agents[0], road)
    end(message, DeliveryStatus.FAILED)
    post_inbound(1, "STOP")
    with pytest.raises(actions.OptedOut):
        actions.retry(message, agent=agents[0])


@pytest.mark.django_db(transaction=True)
def test_eight_clicks_at_once_make_one_attempt(road: Road, agents: list[Extension]) -> None:
    message = write(agents[0], road)
    end(message, DeliveryStatus.FAILED)

    def click(_: int) -> bool:
        try:
            actions.retry(Message.objects.get(pk=message.pk), agent=agents[0])
        except actions.NotRetryable:
            return False
        finally:
            connection.close()
        return True

    with ThreadPoolExecutor(8) as threads:
        assert sorted(threads.map(click, range(8))) == [False] * 7 + [True]
    assert statuses(message) == ["queued", "failed", "queued"]


def test_cancel_takes_a_waiting_text_out_of_the_queue(road: Road, agents: list[Extension]) -> None:
    first, second = write(agents[0], road, "First"), write(agents[0], road, "Second")
    assert actions.cancel(first, agent=agents[0]) is True
    assert statuses(first) == ["cancelled", "cancelled"]
    assert first.reason == "Taken back by Ada."
    assert first.attempts.get().lane.head == second.attempts.get()
    assert CountedChange.objects.count() == 0


def test_contact_waits_again_when_all_that_answered_was_taken_back(
    post_inbound: Post, agents: list[Extension]
) -> None:
    for number in (1, 2):
        post_inbound(number, "Are you open?")
    session = MessagingSession.objects.get()
    since = session.unanswered_since
    actions.pick_up(session, agent=agents[0])
    answers = [actions.reply(session, agent=agents[0], body=body) for body in ("Yes", "Till six")]
    session.refresh_from_db()
    actions.archive(session, agent=agents[0])
    for answer, waits_since in zip(answers, (None, since), strict=True):
        actions.cancel(answer, agent=agents[0])
        session.refresh_from_db()
        assert session.unanswered_since == waits_since
        assert bool(session.archived_at) is (waits_since is None)


@pytest.mark.parametrize(
    ("status", "words"),
    [
        ("sending", "It is being sent at this moment, so it can’t be cancelled."),
        ("unknown", "It is not certain whether it was sent, so it can’t be cancelled."),
        ("delivered", "It can’t be cancelled any more."),
        ("failed", "It can’t be cancelled any more."),
    ],
)
def test_cancel_of_what_is_not_with_us_is_refused_in_words(
    road: Road, agents: list[Extension], ada: Client, status: str, words: str
) -> None:
    message = write(agents[0], road)
    end(message, DeliveryStatus(status))
    answer = ada.post(reverse("inbox-cancel", args=[message.pk]))
    assert words in text_of(answer.content.decode())
    assert statuses(message) == [status, status]


def test_cancel_is_the_owners_also_when_the_session_is_closed(road: Road, agents: list[Extension]) -> None:
    message = write(agents[0], road)
    with pytest.raises(actions.NotTheOwner):
        actions.cancel(message, agent=agents[1])
    actions.close(message.session, agent=agents[0])
    assert actions.cancel(message, agent=agents[0]) is True


@pytest.mark.django_db(transaction=True)
def test_of_a_claim_and_a_cancel_at_once_one_has_it(road: Road, agents: list[Extension]) -> None:
    start: dict[str, Any] = {"agent": agents[0], "number": road.number, "body": "Opens the limiter"}
    actions.start_session(**start, contact="+14155550199")
    assert wait_until(claim_of(road))
    for _ in range(5):
        message = write(agents[0], road)
        with ThreadPoolExecutor(2) as threads:
            cancelled, claimed = threads.submit(cancel_of(message, agents[0])), threads.submit(claim_of(road))
        assert (cancelled.result(), len(claimed.result())) in {(True, 0), (False, 1)}
        after = statuses(message)[1]
        assert after == ("cancelled" if cancelled.result() else "sending")
        end(message, DeliveryStatus.FAILED)


def claim_of(road: Road) -> Callable[[], list[claiming.Claim]]:
    return closing(lambda: claiming.claim({road.channel.pk: 10}))


def cancel_of(message: Message, agent: Extension) -> Callable[[], bool]:
    def cancel() -> bool:
        try:
            return actions.cancel(Message.objects.get(pk=message.pk), agent=agent)
        except actions.NotCancellable:
            return False

    return closing(cancel)


def closing(call: Callable[[], Answer]) -> Callable[[], Answer]:
    """For a thread: leaves no database connection behind."""

    def called() -> Answer:
        try:
            return call()
        finally:
            connection.close()

    return called


@pytest.mark.django_db(transaction=True)
@pytest.mark.long
def test_text_that_left_is_asked_back_at_the_itsp(
    simulator: Simulator, queue: MessageQueue, agents: list[Extension], monkeypatch: pytest.MonkeyPatch
) -> None:
    account = simulator.get("/control/state")
    sid, token = account["account_sid"], account["auth_token"]
    road = make_road(queue, agents[0], rate=225, account_sid=sid, auth_token=token)
    simulator.post("/control/settings", {"callbacks": "never"})
    simulator.post("/control/numbers", {"address": OUR_NUMBER, "rate": 0.01})
    asked: list[int] = []
    monkeypatch.setattr("sessions.actions.resending.nudge_cancel", asked.append)
    start: dict[str, Any] = {"agent": agents[0], "number": road.number, "body": "Keeps the number busy"}
    actions.start_session(**start, contact="+14155550199")
    pump.run()  # first of all, since two lanes' texts may overtake each other on their way
    message = write(agents[0], road)
    pump.run()
    assert actions.cancel(message, agent=agents[0]) is False
    assert asked == [message.attempts.get().pk]
    reconcile.cancel(asked[0])
    assert statuses(message) == ["cancelled", "cancelled"]


# --- the inbox ---


def test_failed_text_has_a_button_that_sends_it_again(
    road: Road, agents: list[Extension], ada: Client
) -> None:
    message = write(agents[0], road)
    end(message, DeliveryStatus.FAILED, "This number does not exist.")
    page, path = (
        reverse("inbox-session", args=[message.session_id]),
        reverse("inbox-retry", args=[message.pk]),
    )
    assert (
        f'hx-post="{path}?composer=reply&amp;session={message.session_id}"' in ada.get(page).content.decode()
    )
    for _ in range(2):
        answer = ada.post(f"{path}?composer=reply")
        assert answer.status_code == 200
        assert "2 attempts" in text_of(answer.content.decode())
        assert f'hx-post="{path}' not in answer.content.decode()
        assert answer.context["composer_changed"] is False
    assert statuses(message) == ["queued", "failed", "queued"]


def test_waiting_text_has_a_button_that_cancels_it(road: Road, agents: list[Extension], ada: Client) -> None:
    message = write(agents[0], road)
    path = reverse("inbox-cancel", args=[message.pk])
    page = reverse("inbox-session", args=[message.session_id])
    assert (
        f'hx-post="{path}?composer=reply&amp;session={message.session_id}"' in ada.get(page).content.decode()
    )
    assert "Taken back by Ada." in text_of(ada.post(path).content.decode())
    assert statuses(message) == ["cancelled", "cancelled"]


def test_text_of_another_agent_is_a_404(road: Road, agents: list[Extension]) -> None:
    message = write(agents[0], road)
    other = logged_in(agents[1].user)
    for name in ("inbox-retry", "inbox-cancel"):
        assert other.post(reverse(name, args=[message.pk])).status_code == 404
        assert other.get(reverse(name, args=[message.pk])).status_code == 405
    assert MessagingSession.objects.count() == 1
    assert statuses(message) == ["queued", "queued"]
