"""Requests that are taken in together: each fares as it would alone."""

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

import pytest
from django.conf import settings as django_settings
from django.db import DataError, OperationalError, connection, transaction
from django.db.models import Sum
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pytest_django.fixtures import DjangoAssertNumQueries
from twilio.request_validator import RequestValidator

from channels.itsp import ITSPS
from channels.itsp.calls import Unreadable, WebhookCall
from channels.itsp.texts import InboundSms, StatusUpdate
from channels.itsp.twilio import Twilio
from channels.models import Number
from routing.models import Extension
from sessions import actions
from sessions.models import (
    Attempt,
    AttemptEvent,
    CountedChange,
    Event,
    Lane,
    Message,
    MessagingSession,
    OptOutEntry,
    WebhookRequest,
)
from sessions.receiving import inbound, intake, replaying
from sessions.receiving.arrivals import Arrival
from tests.factories import ACCOUNT_SID, AUTH_TOKEN, CONTACT, OUR_NUMBER, Road
from tests.sessions.conftest import inbound_fields, sid_of
from tests.sessions.receiving.test_webhook import journal

pytestmark = pytest.mark.django_db

OTHERS = ("+14155550124", "+14155550125")
BROKEN = "break"  # a text with these words can't be stored, as of a defect of ours
Fields = dict[str, str]


def arrival(road: Road, fields: Fields, *, query: str = "", forged: bool = False) -> Arrival:
    url = django_settings.PUBLIC_URL + road.path + query
    signature = RequestValidator("f" * 32 if forged else AUTH_TOKEN).compute_signature(url, fields)
    call = WebhookCall(
        "POST", url, {"x-twilio-signature": signature}, urlencode(fields).encode(), timezone.now()
    )
    return Arrival(road.token, call, timezone.now())


def text(road: Road, number: int, body: str = "Hello", **others: str) -> Arrival:
    return arrival(road, inbound_fields(sid_of(number), body, **others))


@pytest.fixture
def breaking(monkeypatch: pytest.MonkeyPatch) -> None:
    made = inbound._text

    def text_or_defect(item: Any, sms: InboundSms, *rest: Any) -> Any:
        if sms.body == BROKEN:
            raise RuntimeError("a defect")
        return made(item, sms, *rest)

    monkeypatch.setattr(inbound, "_text", text_or_defect)


@contextmanager
def undone() -> Iterator[None]:
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


# --- any cut into batches ---


@st.composite
def calls(draw: st.DrawFn) -> list[dict[str, Any]]:
    """Texts, some twice, broken, forged, for others, or opting out and in; and reports of two texts."""
    texts = st.fixed_dictionaries(
        {
            "sid": st.integers(1, 6),
            "From": st.sampled_from([CONTACT, *OTHERS]),
            "Body": st.sampled_from(["Hello", "Hello", "Hello", BROKEN, "STOP", "START", ""]),
        },
        optional={
            "To": st.just("+14155550199"),
            "AccountSid": st.just("AC" + "f" * 32),
            "MessageSid": st.just("SM1"),
            "forged": st.just(True),
        },
    )
    reports = st.fixed_dictionaries(
        {
            "attempt": st.integers(0, 2),
            "MessageStatus": st.sampled_from(["queued", "sent", "delivered", "undelivered", "failed"]),
        }
    )
    return draw(st.lists(texts | reports, min_size=1, max_size=14))


@st.composite
def cuts(draw: st.DrawFn) -> list[int]:
    return draw(st.lists(st.integers(1, 6), min_size=14, max_size=14))


def made_of(road: Road, call: dict[str, Any], attempts: Sequence[Attempt]) -> Arrival:
    if "attempt" in call:
        number = call["attempt"]
        attempt = attempts[number].pk if number < len(attempts) else 10**9
        fields = {"MessageSid": sid_of(100 + number), "AccountSid": ACCOUNT_SID}
        fields |= {"From": OUR_NUMBER, "To": CONTACT, "MessageStatus": call["MessageStatus"]}
        return arrival(road, fields, query=f"?attempt={attempt}")
    others = {name: value for name, value in call.items() if name[0].isupper() and name != "Body"}
    fields = inbound_fields(sid_of(call["sid"]), call["Body"]) | others
    return arrival(road, fields, forged=call.get("forged", False))


def rows() -> dict[str, Any]:
    """All that a sequence of calls leaves, without ids and times."""
    sessions = MessagingSession.objects.order_by("contact")
    told = WebhookRequest.objects.values_list("outcome", "reason", "kind", "contact", "itsp_message_id")
    return {
        "threads": {
            one.contact: [
                (message.itsp_message_id, message.body, message.status, message.system_line)
                for message in one.messages.order_by("pk")
            ]
            for one in sessions
        },
        "sessions": [
            (
                one.contact,
                one.unread,
                one.unanswered_since is None,
                getattr(one.last_message, "body", ""),
            )
            for one in sessions
        ],
        "journal": sorted(map(str, told)),
        "counted": CountedChange.objects.aggregate(
            received=Sum("received"), success=Sum("success"), failed=Sum("failed")
        ),
        "attempts": list(Attempt.objects.order_by("pk").values_list("status", "itsp_message_id")),
        "reported": sorted(AttemptEvent.objects.values_list("attempt__message", "status")),
        "opt_outs": list(OptOutEntry.objects.order_by("pk").values_list("contact", "opted_out")),
        "lanes": list(Lane.objects.order_by("contact").values_list("contact", "head", "in_flight")),
        "told": sorted(set(Event.objects.values_list("kind", "session__contact"))),
    }


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(calls=calls(), sizes=cuts())
def test_any_cut_into_batches_leaves_the_same_rows(
    road: Road,
    agents: list[Extension],
    breaking: None,
    unlimited_rejects: None,
    calls: list[dict[str, Any]],
    sizes: list[int],
) -> None:
    with undone():
        attempts = []
        for contact in OTHERS:
            sent = actions.start_session(agent=agents[0], number=road.number, contact=contact, body="Hi")
            attempts.append(sent.attempts.get())
        Attempt.objects.filter(pk=attempts[0].pk).update(status="sending")
        Attempt.objects.filter(pk=attempts[1].pk).update(status="accepted", itsp_message_id=sid_of(101))
        found = []
        for most in ([1] * len(calls), sizes):
            with undone():
                waiting = [made_of(road, call, attempts) for call in calls]
                for size in most:
                    intake.take_in(waiting[:size])
                    waiting = waiting[size:]
                found.append(rows())
        assert found[0] == found[1]


@pytest.fixture
def unlimited_rejects(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sessions.receiving.journal._reject_budget.per_s", 10**6)
    monkeypatch.setattr("sessions.receiving.held._budget.per_s", 10**6)


def test_a_batch_costs_as_many_statements_as_one_text(
    road: Road, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    intake.take_in([text(road, 1)])  # the session is there
    with django_assert_max_num_queries(15) as alone:
        intake.take_in([text(road, 2)])
    with django_assert_max_num_queries(len(alone)):
        intake.take_in([text(road, number) for number in range(3, 50)])
    assert MessagingSession.objects.get().unread == 49


def test_a_batch_of_reports_costs_as_many_statements_as_one(
    road: Road, agents: list[Extension], django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    attempts = []
    for number in range(30):
        message = actions.start_session(
            agent=agents[0], number=road.number, contact=f"+1415555{number:04}", body="Hello"
        )
        attempts.append(Attempt.objects.get(message=message))
    calls = [made_of(road, {"attempt": at, "MessageStatus": "sent"}, attempts) for at in range(30)]
    with CaptureQueriesContext(connection) as alone:
        intake.take_in(calls[:1])
    with django_assert_max_num_queries(len(alone)):
        intake.take_in(calls[1:])
    assert set(Attempt.objects.values_list("status", flat=True)) == {"sent"}


def test_what_is_broken_costs_the_others_in_its_batch_nothing(
    road: Road, breaking: None, unlimited_rejects: None
) -> None:
    bodies = ["One", BROKEN, "Two", "Three"]
    arrivals = [text(road, number, body) for number, body in enumerate(bodies, 1)]
    forged = arrival(road, inbound_fields(sid_of(9), "Forged"), forged=True)
    intake.take_in([*arrivals, forged])
    assert [message.body for message in Message.objects.order_by("pk")] == ["One", "Two", "Three"]
    verdicts = [one.verdict for one in [*arrivals, forged] if one.verdict]
    outcomes = [verdict.outcome.value for verdict in verdicts]
    assert outcomes == ["processed", "failed", "processed", "processed", "held"]
    assert [verdict.status for verdict in verdicts] == [200, 200, 200, 200, 403]


def test_deadlock_is_no_reason_to_call_the_database_away(road: Road, monkeypatch: pytest.MonkeyPatch) -> None:
    class Deadlock(Exception):
        pgcode = "40P01"

    act, tries = intake.act, []

    def once_in_a_deadlock(items: Any) -> None:
        tries.append(len(items))
        if len(tries) == 1:
            raise OperationalError("deadlock detected") from Deadlock()
        act(items)

    monkeypatch.setattr(intake, "act", once_in_a_deadlock)
    intake.take_in([text(road, 1), text(road, 2)])
    assert (tries, Message.objects.count()) == ([2, 1, 1], 2)


# --- requests with several items, as other ITSPs post them ---


class Listing(Twilio):
    """Posts a list of items as JSON; a signature is not asked for."""

    def is_authentic(self, call: WebhookCall, credentials: Any) -> bool:
        return True

    def read(self, call: WebhookCall, credentials: Any) -> list[InboundSms | StatusUpdate | Unreadable]:
        return [
            Unreadable("It has no sender.", item["sid"])
            if item.get("sender") == ""
            else InboundSms(
                itsp_message_id=item["sid"],
                account_id=item.get("account", ACCOUNT_SID),
                sender=CONTACT,
                recipient=item.get("to", OUR_NUMBER),
                body=item.get("body", "Hello"),
            )
            for item in json.loads(call.body)
        ]


@pytest.fixture
def listing(road: Road, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(ITSPS, "twilio", Listing())


def posted(road: Road, *items: dict[str, str]) -> Arrival:
    call = WebhookCall(
        "POST", django_settings.PUBLIC_URL + road.path, {}, json.dumps(items).encode(), timezone.now()
    )
    one = Arrival(road.token, call, timezone.now())
    intake.take_in([one])
    return one


GOOD = {"sid": "good", "body": "Good"}
UNKNOWN_NUMBER = "This channel does not have the number +14155550199."


@pytest.mark.parametrize("good_first", [True, False])
@pytest.mark.parametrize(
    ("other", "outcome", "reason"),
    [
        ({"sid": "known"}, "processed", "The text is already stored."),
        ({"sid": "foreign", "account": "AC" + "f" * 32}, "processed", "It names another account."),
        ({"sid": "nowhere", "to": "+14155550199"}, "ignored", UNKNOWN_NUMBER),
        ({"sid": "broken", "body": BROKEN}, "failed", "RuntimeError; it is tried again."),
        ({"sid": "unreadable", "sender": ""}, "processed", "It has no sender."),
    ],
)
def test_item_that_comes_to_nothing_costs_the_others_nothing(
    road: Road,
    listing: None,
    breaking: None,
    other: dict[str, str],
    outcome: str,
    reason: str,
    good_first: bool,
) -> None:
    posted(road, {"sid": "known", "body": "Known"})
    one = posted(road, *([GOOD, other] if good_first else [other, GOOD]))
    assert one.verdict is not None
    assert one.verdict.status == 200
    assert [message.body for message in Message.objects.order_by("pk")] == ["Known", "Good"]
    assert journal()[1:] == [(outcome, f"{reason} 1 of 2 items were taken in.")]


def test_item_for_a_missing_number_is_taken_in_when_it_is_replayed(road: Road, listing: None) -> None:
    posted(road, GOOD, {"sid": "nowhere", "to": "+14155550199", "body": "Late"})
    Number.objects.create(channel=road.channel, address="+14155550199", queue=road.number.queue)
    assert replaying.replay(WebhookRequest.objects.get().pk)
    assert sorted(message.body for message in Message.objects.all()) == ["Good", "Late"]
    assert journal() == [("processed", "The text is already stored. 1 of 2 items were taken in.")]


def test_items_of_foreign_accounts_alone_are_refused(road: Road, listing: None) -> None:
    foreign = {"sid": "1", "account": "AC" + "f" * 32}
    one = posted(road, foreign, foreign | {"sid": "2"})
    assert one.verdict is not None
    assert one.verdict.status == 403
    assert journal() == [("rejected", "It names another account.")]


# --- what can never succeed ---


def test_what_the_database_can_not_hold_is_final(road: Road, monkeypatch: pytest.MonkeyPatch) -> None:
    def too_long(*_arguments: Any) -> None:
        raise DataError("value too long for type character varying(64)")

    monkeypatch.setattr(inbound, "_text", too_long)
    intake.take_in([text(road, 1)])
    row = WebhookRequest.objects.get()
    assert (row.outcome, row.reason, row.next_try_at) == (
        "unreadable",
        "The database can't hold what it says.",
        None,
    )
    assert not replaying.replay(row.pk)


@pytest.mark.parametrize(
    "fields",
    [
        {"MessageSid": "SM" + "0" * 63},
        {"From": "+" + "1" * 70},
        {"From": "x" * 300},
        {"MessageSid": "x" * 5000},
    ],
)
def test_long_values_fare_the_same_on_both_databases(road: Road, fields: Fields) -> None:
    intake.take_in([text(road, 1, **fields), text(road, 2)])
    assert [outcome for outcome, _ in journal()] == ["unreadable", "processed"]
    assert replaying.retry_failed() == 0


def test_thousands_of_digits_are_read_as_nothing(road: Road) -> None:
    intake.take_in([text(road, 1, NumMedia="9" * 5000)])
    update = {"MessageSid": sid_of(9), "AccountSid": ACCOUNT_SID, "MessageStatus": "failed"}
    intake.take_in([arrival(road, update | {"ErrorCode": "7" * 4000}, query=f"?attempt={'8' * 4000}")])
    assert [outcome for outcome, _ in journal()] == ["processed", "ignored"]


def test_reject_keeps_the_beginning_of_its_body_only(road: Road, unlimited_rejects: None) -> None:
    one = arrival(road, inbound_fields(sid_of(1), "x" * 100_000), forged=True)
    headers = {**one.call.headers, "i-twilio-idempotency-token": "y" * 9000}
    one.call = replace(one.call, headers=headers)
    intake.take_in([one])
    row = WebhookRequest.objects.get()
    assert (len(bytes(row.body)), max(map(len, row.headers.values()))) == (2048, 1024)
