"""What the ITSP reports of a text: it only moves forward, whatever order it comes in."""

from datetime import timedelta
from importlib import import_module
from itertools import permutations

import pytest
from django.apps import apps
from django.test import Client

from channels.itsp.delivery import DeliveryStatus
from routing.models import Extension
from sessions import actions
from sessions.models import Attempt, CountedChange, Lane, Message
from sessions.sending import claiming, references
from stats.queries import Counts, counts_by_channel
from tests.factories import ACCOUNT_SID, CONTACT, OUR_NUMBER, Road
from tests.sessions.conftest import sid_of, signed_post
from tests.waiting import wait_until

pytestmark = pytest.mark.django_db


@pytest.fixture
def attempt(road: Road, agents: list[Extension]) -> Attempt:
    message = actions.start_session(agent=agents[0], number=road.number, contact=CONTACT, body="Hi")
    attempt = message.attempts.get()
    Attempt.objects.update(status=DeliveryStatus.ACCEPTED, itsp_message_id=sid_of(7))
    return attempt


def report(client: Client, road: Road, attempt: Attempt, status: str, **others: str) -> int:
    fields = {
        "MessageSid": sid_of(7),
        "SmsSid": sid_of(7),
        "MessageStatus": status,
        "SmsStatus": status,
        "AccountSid": ACCOUNT_SID,
        "From": OUR_NUMBER,
        "To": CONTACT,
        "ApiVersion": "2010-04-01",
        **others,
    }
    answer = signed_post(client, f"{road.path}?attempt={attempt.pk}", fields)
    assert answer.content == b""
    return int(answer.status_code)


def state(attempt: Attempt) -> tuple[str, str, str]:
    message = Message.objects.get(pk=attempt.message_id)
    return message.status, message.error_code, message.reason


@pytest.mark.parametrize("order", list(permutations(["queued", "sent", "delivered"])))
def test_reports_in_any_order_end_in_delivered(
    client: Client, road: Road, attempt: Attempt, order: tuple[str, ...]
) -> None:
    for status in order + order:
        assert report(client, road, attempt, status) == 200
    assert state(attempt) == ("delivered", "", "")
    assert counts_by_channel(None, None) == {road.channel.pk: Counts(success=1, segments=1)}


@pytest.mark.parametrize("status", ["sent", "delivered", "read"])
@pytest.mark.parametrize("code", ["30003", "30008", "30410", "99999"])
def test_text_that_got_there_has_no_error_whatever_code_comes_along(
    client: Client, road: Road, attempt: Attempt, agents: list[Extension], status: str, code: str
) -> None:
    assert report(client, road, attempt, status, ErrorCode=code) == 200
    assert state(attempt) == (status, "", "")
    assert counts_by_channel(None, None) == {road.channel.pk: Counts(success=1, segments=1)}
    client.force_login(agents[0].user)
    page = client.get(f"/inbox/{attempt.message.session_id}/").content.decode()
    shown = page.partition(f'id="message-{attempt.message_id}"')[2].partition("</li>")[0]
    assert ("Hi" in shown, "message-reason" in shown, code in shown) == (True, False, False)


def test_code_of_a_failure_goes_when_the_text_gets_there_after_all(
    client: Client, road: Road, attempt: Attempt
) -> None:
    report(client, road, attempt, "undelivered", ErrorCode="30008")
    assert state(attempt)[1] == "30008"
    report(client, road, attempt, "delivered", ErrorCode="30008")
    assert state(attempt) == ("delivered", "", "")
    assert counts_by_channel(None, None) == {road.channel.pk: Counts(success=1, segments=1)}


def test_codes_that_stood_beside_delivered_texts_are_forgotten_by_the_update(attempt: Attempt) -> None:
    forget = import_module("sessions.migrations.0029_delivered_has_no_error").forget
    told = {"error_code": "30008", "reason": "The carrier could not deliver it and did not say why."}
    for status, left in (("delivered", ""), ("sent", ""), ("undelivered", "30008")):
        Message.objects.filter(pk=attempt.message_id).update(status=status, **told)
        forget(apps, None)
        assert state(attempt) == (status, left, left and told["reason"])


def test_undelivered_after_sent_moves_the_count(client: Client, road: Road, attempt: Attempt) -> None:
    report(client, road, attempt, "sent")
    assert counts_by_channel(None, None) == {road.channel.pk: Counts(success=1, segments=1)}
    report(client, road, attempt, "undelivered", ErrorCode="30003")
    assert state(attempt) == (
        "undelivered",
        "30003",
        "The contact's phone is switched off or out of reach.",
    )
    assert counts_by_channel(None, None) == {road.channel.pk: Counts(failed=1)}
    assert CountedChange.objects.values("at").distinct().count() == 1


def test_report_of_an_unknown_attempt_adopts_it_and_frees_its_lane(
    client: Client, road: Road, attempt: Attempt
) -> None:
    Attempt.objects.update(status=DeliveryStatus.UNKNOWN, itsp_message_id=None)
    Lane.objects.update(head=None, in_flight=attempt)
    report(client, road, attempt, "sent")
    assert state(attempt) == ("sent", "", "")
    assert Attempt.objects.get().itsp_message_id == sid_of(7)
    assert Lane.objects.get().in_flight is None


def test_report_before_our_own_commit_of_the_id_is_kept(client: Client, road: Road, attempt: Attempt) -> None:
    Attempt.objects.update(status=DeliveryStatus.SENDING, itsp_message_id=None)
    report(client, road, attempt, "delivered")
    assert state(attempt)[0] == "delivered"


def test_report_of_an_attempt_that_was_given_up_for_absent_keeps_it_from_being_sent_again(
    client: Client, road: Road, attempt: Attempt, agents: list[Extension]
) -> None:
    Attempt.objects.update(status=DeliveryStatus.QUEUED, itsp_message_id=None)
    behind = actions.reply(attempt.message.session, agent=agents[0], body="Behind it")
    report(client, road, attempt, "sent")
    claims = wait_until(lambda: claiming.claim({road.channel.pk: 10}))
    assert [claim.sms.body for claim in claims] == ["Behind it"]
    assert Lane.objects.get().in_flight == behind.attempts.get()


def test_report_of_a_text_that_had_its_id_before_a_restored_backup_moves_nothing(
    client: Client, road: Road, attempt: Attempt
) -> None:
    Attempt.objects.update(status=DeliveryStatus.QUEUED, itsp_message_id=None)
    before = Attempt(pk=attempt.pk, created_at=attempt.created_at - timedelta(hours=3))
    fields = {"MessageSid": sid_of(8), "MessageStatus": "delivered", "AccountSid": ACCOUNT_SID}
    for reference, status in ((references.of(before), "queued"), (references.of(attempt), "delivered")):
        assert signed_post(client, f"{road.path}?attempt={reference}", fields).status_code == 200
        assert Attempt.objects.get().status == status


def test_report_of_a_message_that_is_not_ours_is_ignored(
    client: Client, road: Road, attempt: Attempt
) -> None:
    assert report(client, road, attempt, "failed", MessageSid=sid_of(8)) == 200
    assert state(attempt)[0] == "queued"  # what the message said before
    assert Attempt.objects.get().status == "accepted"
