"""After a restored backup: what the ITSP has is adopted, what it has not is sent, and nothing before both."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone

from channels.itsp.texts import OutboundSms
from channels.models import Channel
from routing.models import Extension
from sessions import actions, standstill
from sessions.actions.resuming import resume_after_restore
from sessions.ending import closing
from sessions.lanes import standing
from sessions.models import Attempt, Lane, Message, MessagingSession, Restoration
from sessions.opened import open_session
from sessions.sending import automatic, claiming, proving, pump, validity
from tests.factories import CONTACT, OUR_NUMBER, Road
from tests.servers import Simulator

pytestmark = pytest.mark.django_db(transaction=True)

Restore = Callable[[], Restoration]


@pytest.fixture(autouse=True)
def silent_itsp(simulator: Simulator) -> None:
    simulator.post("/control/settings", {"callbacks": "never", "send_delay_ms": 0, "deliver_delay_ms": 0})
    simulator.post("/control/numbers", {"address": OUR_NUMBER, "rate": "unlimited"})


def write(agent: Extension, road: Road, body: str, contact: str = CONTACT) -> Message:
    return actions.start_session(agent=agent, number=road.number, contact=contact, body=body)


def bodies(simulator: Simulator) -> list[str]:
    return [one["body"] for one in simulator.get("/control/messages")["messages"]]


@transaction.atomic
def answer(session: MessagingSession) -> None:
    """As out of hours."""
    assert automatic.write(session, session.number, "We are closed.")


@pytest.fixture
def former(own_road: Road) -> Callable[[str], None]:
    """The former installation sends a text that is not known here."""
    sender = pump.Pump()._sender(own_road.channel)

    def send(body: str, contact: str = CONTACT) -> None:
        sender.send(OutboundSms(OUR_NUMBER, contact, body, "https://x.example/w/", "0"), lambda: None)

    return send


@pytest.fixture
def restore() -> Restore:
    """As a restore leaves it: of a backup that was made a moment before what is here was written."""

    def restored() -> Restoration:
        now = timezone.now()
        made = Restoration.objects.create(backup_at=now - timedelta(minutes=1), at=now)
        standstill.doubt(Lane.objects.values_list("pk", flat=True), made)
        return made

    return restored


def test_what_was_sent_since_the_backup_is_adopted_in_order_and_the_rest_is_sent(
    own_road: Road,
    agents: list[Extension],
    simulator: Simulator,
    restore: Restore,
    former: Callable[..., None],
) -> None:
    for body in ("One", "Two", "Two", "Three"):
        write(agents[0], own_road, body)
    for body in ("One", "Two"):
        former(body)
    restoration = restore()
    write(agents[0], own_road, "One")  # again, by an agent who has not seen the first one leave

    pump.run()
    assert bodies(simulator) == ["One", "Two"]
    assert resume_after_restore(by=None)
    pump.run()
    assert bodies(simulator) == ["One", "Two"]  # the lane is in doubt still
    waiting = Attempt.objects.filter(status="queued").order_by("pk")
    assert "until the ITSP has told" in standing.places_of(waiting[:1])[waiting[0].pk].held

    assert proving.prove_due() == 1
    statuses = Attempt.objects.order_by("pk").values_list("status", flat=True)
    assert list(statuses) == ["delivered", "delivered", "queued", "queued", "queued"]
    pump.run()
    assert bodies(simulator) == ["One", "Two", "Two", "Three", "One"]
    restoration.refresh_from_db()
    assert restoration.adopted == 2
    assert not resume_after_restore(by=None)


def test_nothing_is_claimed_and_no_validity_ends_in_a_standstill(
    own_road: Road, agents: list[Extension], restore: Restore
) -> None:
    write(agents[0], own_road, "Waits")
    Attempt.objects.update(queued_at=timezone.now() - timedelta(hours=3))
    restoration = restore()
    Restoration.objects.update(at=timezone.now() - timedelta(hours=2))
    assert (list(claiming.channels_with_work()), validity.expire(now=timezone.now())) == ([], 0)
    attempt = Attempt.objects.get()
    assert "an administrator has to let texts go" in standing.places_of([attempt])[attempt.pk].held
    resume_after_restore(by=None)
    assert validity.expire(now=timezone.now() + timedelta(hours=2)) == 0
    assert validity.expire(now=timezone.now() + timedelta(hours=4)) == 1
    assert restoration.pk


def test_itsp_that_does_not_answer_keeps_its_lanes_and_no_others(
    own_road: Road,
    agents: list[Extension],
    simulator: Simulator,
    restore: Restore,
    former: Callable[..., None],
) -> None:
    write(agents[0], own_road, "One")
    former("One")
    restore()
    resume_after_restore(by=None)
    simulator.post("/control/faults", {"kind": "503", "on": "api"})
    assert proving.prove_due() == 0
    assert Lane.objects.get().unproven_since
    simulator.delete("/control/faults")
    Lane.objects.update(prove_at=timezone.now())
    assert proving.prove_due() == 1
    pump.run()
    assert bodies(simulator) == ["One"]


def test_what_pbx_writes_by_itself_is_not_written_twice(
    own_road: Road, simulator: Simulator, restore: Restore, former: Callable[..., None]
) -> None:
    """The former installation had answered out of hours, and closed another session with words."""
    Channel.objects.update(closing_text="Good bye.", session_timeout_days=1)
    long_ago = timezone.now() - timedelta(days=2)
    session = open_session(own_road.number, CONTACT, at=timezone.now())
    open_session(own_road.number, "+14155550199", at=long_ago)
    MessagingSession.objects.exclude(pk=session.pk).update(last_active_at=long_ago)
    former("We are closed.")
    former("Good bye.", "+14155550199")
    restore()
    answer(session)
    resume_after_restore(by=None)
    assert closing.close_idle(now=timezone.now()) == 1
    assert Lane.objects.exclude(unproven_since=None).count() == 2
    assert proving.prove_due() == 2
    pump.run()
    assert sorted(bodies(simulator)) == ["Good bye.", "We are closed."]
    new = open_session(own_road.number, "+14155550188", at=timezone.now())
    answer(new)
    pump.run()
    assert len(bodies(simulator)) == 3
