"""Where the ITSP leaves it to us, a STOP is confirmed once, at once; else the contact hears nothing of us."""

from datetime import timedelta

import pytest
from django.utils import timezone

from channels.itsp.errors import Advice, ItspError
from channels.itsp.texts import Accepted
from channels.itsp.twilio import Twilio
from channels.models import Channel
from routing.models import Extension
from sessions import actions
from sessions.models import Attempt, Message, OptOutEntry
from sessions.opt_outs import ledger
from sessions.sending import claiming, validity
from tests.factories import CONTACT, Road, make_road
from tests.itsp_doubles import become
from tests.sessions.conftest import Post
from tests.waiting import wait_until

pytestmark = pytest.mark.django_db

STOPPED = (
    "Main: You are opted out and will get no more texts from this number. Text START to opt in again, or "
    "HELP for help."
)
STARTED = "Main: You will get texts from this number again. Text STOP to opt out, or HELP for help."


@pytest.fixture
def silent(road: Road, monkeypatch: pytest.MonkeyPatch) -> Road:
    """Its ITSP answers no STOP."""
    become(monkeypatch, road.channel, Twilio, answers_stop=lambda _itsp, _number: False)
    return road


def answers() -> list[str]:
    return list(Message.objects.filter(kind="outbound").order_by("pk").values_list("body", flat=True))


def claimed(road: Road) -> list[claiming.Claim]:
    return wait_until(lambda: claiming.claim({road.channel.pk: 10}))


def test_stop_is_confirmed_once_though_the_contact_has_opted_out(
    silent: Road, post_inbound: Post, agents: list[Extension]
) -> None:
    post_inbound(1, "Hello")
    post_inbound(2, "STOP")
    post_inbound(3, "stop")
    assert answers() == [STOPPED]
    assert ledger.is_opted_out(silent.number, CONTACT)
    (claim,) = claimed(silent)
    assert (claim.sms.body, claim.sms.recipient) == (STOPPED, CONTACT)
    claiming.settle([claiming.Result(claim, Accepted("SM1"))])
    assert Attempt.objects.get().status == "accepted"


def test_where_the_itsp_answers_we_do_not(road: Road, post_inbound: Post) -> None:
    post_inbound(1, "STOP")
    post_inbound(2, "START")
    assert answers() == []


def test_start_is_confirmed_and_takes_the_place_of_what_waits(silent: Road, post_inbound: Post) -> None:
    post_inbound(1, "STOP")
    post_inbound(2, "START")
    assert answers() == [STOPPED, STARTED]
    post_inbound(3, "STOP")  # a machine, or somebody who has heard it a moment ago
    assert answers() == [STOPPED, STARTED]
    assert set(Attempt.objects.values_list("status", flat=True)) == {"cancelled"}


def test_name_of_the_business_is_told_where_it_is_known(
    silent: Road, post_inbound: Post, settings: object
) -> None:
    settings.BUSINESS_NAME = "Kilima Dairy"  # type: ignore[attr-defined]
    post_inbound(1, "STOP")
    assert answers() == [STOPPED.replace("Main", "Kilima Dairy", 1)]


@pytest.mark.parametrize("sender", ["72345", "Kilima", "+12015550111"])
def test_machines_are_not_answered(
    silent: Road, post_inbound: Post, agents: list[Extension], sender: str
) -> None:
    make_road(agents[0], address="+12015550111", name="Other")
    post_inbound(1, "STOP", From=sender)
    assert answers() == []


def test_confirmation_that_the_itsp_gives_back_is_tried_again(silent: Road, post_inbound: Post) -> None:
    post_inbound(1, "STOP")
    (claim,) = claimed(silent)
    claiming.settle([claiming.Result(claim, ItspError(Advice.LATER, "Not now."))])
    assert Attempt.objects.get().status == "queued"


def test_confirmation_never_comes_late(silent: Road, post_inbound: Post) -> None:
    """Five minutes after the STOP at the latest, though the channel is paused meanwhile."""
    post_inbound(1, "STOP")
    Channel.objects.update(paused_at=timezone.now())
    now = timezone.now()
    assert validity.expire(now=now + timedelta(minutes=3, seconds=59)) == 0
    assert validity.expire(now=now + timedelta(minutes=4, seconds=1)) == 1
    attempt = Attempt.objects.get()
    assert (attempt.status, attempt.reason) == (
        "expired",
        "It could not be sent within five minutes of the contact’s wish.",
    )


def test_what_was_given_back_late_is_cancelled(silent: Road, post_inbound: Post) -> None:
    post_inbound(1, "STOP")
    (claim,) = claimed(silent)
    Attempt.objects.update(queued_at=timezone.now() - timedelta(minutes=5))
    claiming.settle([claiming.Result(claim, ItspError(Advice.RETRY, "Not now."))])
    assert Attempt.objects.get().status == "cancelled"


def test_what_agents_record_is_not_confirmed(
    silent: Road, post_inbound: Post, agents: list[Extension]
) -> None:
    post_inbound(1, "Leave me alone")
    session = Message.objects.get().session
    actions.pick_up(session, agent=agents[0])
    actions.opt_out(session, agent=agents[0], reason="He said so.")
    assert OptOutEntry.objects.count() == 1
    assert answers() == []
