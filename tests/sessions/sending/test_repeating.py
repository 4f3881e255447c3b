"""A text without a clear answer is sent once more where that is one text to the ITSP, and never otherwise."""

import random
import time
from collections import defaultdict
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from channels.models import Channel, WebhookAddress
from channels.webhook import url as webhook_url
from routing.models import Extension
from sessions import actions, standstill
from sessions.actions.resuming import resume_after_restore
from sessions.models import Attempt, Lane, Message, Restoration
from sessions.opt_outs import ledger
from sessions.sending import claiming, proving, pump, reconcile
from tests.factories import CONTACT, OUR_NUMBER, Road
from tests.itsp_doubles import Once, Repeating, become, once
from tests.servers import Simulator
from tests.sessions.media.pictures import OUR_US_NUMBER, picture

pytestmark = pytest.mark.django_db(transaction=True)

THERE = ("accepted", "delivered")
WINDOW = timedelta(hours=2)


@pytest.fixture
def door(
    own_road: Road, simulator: Simulator, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Once]:
    """The road's ITSP takes the same text twice as one, for two hours."""
    simulator.post("/control/settings", {"callbacks": "never", "send_delay_ms": 0, "deliver_delay_ms": 0})
    simulator.post("/control/numbers", {"address": OUR_NUMBER, "rate": "unlimited", "mms": True})
    become(monkeypatch, own_road.channel, Repeating, repeats_safely_for=WINDOW, can_list_sent=False)
    with once(simulator.url) as opened:
        settings.ITSP_API_URLS = {"twilio": opened.url}
        yield opened


def write(agent: Extension, road: Road, body: str, *files: Any, contact: str = CONTACT) -> Message:
    return actions.start_session(agent=agent, number=road.number, contact=contact, body=body, files=files)


def bodies(simulator: Simulator) -> list[str]:
    return [one["body"] for one in simulator.get("/control/messages?limit=0")["messages"]]


def unknown(agent: Extension, road: Road, door: Once, fault: str, *files: Any) -> Attempt:
    door.faults.append(fault)
    write(agent, road, "Perhaps", *files)
    pump.run()
    return Attempt.objects.get(status="unknown")


def ask() -> int:
    Attempt.objects.filter(check_at__isnull=False).update(check_at=timezone.now())
    return reconcile.check_due()


def claimed(ago: timedelta) -> None:
    Attempt.objects.update(claimed_at=timezone.now() - ago)


@pytest.mark.parametrize(("fault", "again"), [("lost answer", 1), ("lost request", 0)])
def test_repeat_settles_it_whether_it_had_arrived_or_not(
    own_road: Road, agents: list[Extension], simulator: Simulator, door: Once, fault: str, again: int
) -> None:
    attempt = unknown(agents[0], own_road, door, fault)
    write(agents[0], own_road, "Behind it")
    assert ask() == 1
    attempt.refresh_from_db()
    there = simulator.get("/control/messages")["messages"][0]
    assert (attempt.status, attempt.itsp_message_id) == ("accepted", there["sid"])
    pump.run()
    assert bodies(simulator) == ["Perhaps", "Behind it"]
    assert (door.told["again"], door.told["other bytes"]) == (again, 0)


def test_files_have_the_same_addresses_again(
    own_road: Road, agents: list[Extension], simulator: Simulator, door: Once
) -> None:
    simulator.post("/control/numbers", {"address": OUR_US_NUMBER, "rate": "unlimited", "mms": True})
    own_road.number.address = OUR_US_NUMBER
    own_road.number.save()
    attempt = unknown(agents[0], own_road, door, "lost answer", picture())
    assert ask() == 1
    attempt.refresh_from_db()
    assert attempt.status == "accepted"
    assert (len(bodies(simulator)), door.told["again"]) == (1, 1)


@pytest.mark.parametrize("ago_s", [WINDOW.total_seconds() - 29, WINDOW.total_seconds() + 1])
def test_nothing_is_repeated_when_its_window_may_be_over(
    own_road: Road, agents: list[Extension], simulator: Simulator, door: Once, ago_s: float
) -> None:
    """The first second is kept from being the last: the call itself may take 30 s."""
    attempt = unknown(agents[0], own_road, door, "lost request")
    write(agents[0], own_road, "Behind it")
    claimed(timedelta(seconds=ago_s))
    assert ask() == 1
    attempt.refresh_from_db()
    assert (attempt.status, attempt.check_at) == ("uncertain", None)
    pump.run()
    assert bodies(simulator) == ["Behind it"]


def test_repeat_within_the_window_is_made_but_not_of_a_stale_text(
    own_road: Road, agents: list[Extension], simulator: Simulator, door: Once
) -> None:
    attempt = unknown(agents[0], own_road, door, "lost request")
    claimed(WINDOW - timedelta(seconds=60))
    Attempt.objects.update(queued_at=timezone.now() - timedelta(hours=4, seconds=1))
    assert ask() == 1
    attempt.refresh_from_db()
    assert attempt.status == "uncertain"
    second = unknown(agents[0], own_road, door, "lost request")
    Attempt.objects.filter(pk=second.pk).update(claimed_at=timezone.now() - WINDOW + timedelta(seconds=60))
    assert ask() == 1
    assert bodies(simulator) == ["Perhaps"]


def test_repeat_that_would_be_another_text_is_not_made(
    own_road: Road, agents: list[Extension], simulator: Simulator, door: Once, settings: Any
) -> None:
    """The webhook has a new address: until nobody can tell any more, a callback may."""
    attempt = unknown(agents[0], own_road, door, "lost answer")
    token = webhook_url.new_token(agents[0].user)
    WebhookAddress.objects.create(
        channel=own_road.channel, token=token, token_hash=webhook_url.hash_of(token)
    )
    assert ask() == 0
    attempt.refresh_from_db()
    assert attempt.status == "unknown"
    claimed(timedelta(seconds=settings.RECONCILE_GIVE_UP_S + 1))
    assert ask() == 1
    attempt.refresh_from_db()
    assert attempt.status == "uncertain"
    assert (len(bodies(simulator)), door.told.total()) == (1, 1)


def test_contact_who_opted_out_meanwhile_gets_no_repeat(
    own_road: Road, agents: list[Extension], simulator: Simulator, door: Once
) -> None:
    unknown(agents[0], own_road, door, "lost request")
    assert ledger.opt_out(own_road.number, CONTACT, by=agents[0].user)
    claimed(timedelta(hours=1))
    assert ask() == 1
    assert Attempt.objects.get().status == "uncertain"
    assert bodies(simulator) == []


@pytest.mark.parametrize("fault", ["busy", "429", "lost answer", "lost request"])
def test_repeat_without_a_clear_answer_is_made_again_later_and_later(
    own_road: Road,
    agents: list[Extension],
    simulator: Simulator,
    door: Once,
    redis_client: Any,
    fault: str,
) -> None:
    attempt = unknown(agents[0], own_road, door, "lost answer")
    waits = []
    for passed_s in (0, 200, 3600):
        claimed(timedelta(seconds=passed_s))
        door.faults.append(fault)
        now = timezone.now()
        redis_client.hset(f"pace:{own_road.channel.pk}", mapping={"paused": 0, "refusals": 0})
        assert ask() == 0
        attempt.refresh_from_db()
        assert attempt.status == "unknown"
        assert attempt.check_at is not None
        waits.append((attempt.check_at - now).total_seconds())
    assert waits == pytest.approx([30, 100, 300], abs=3)
    assert len(bodies(simulator)) == 1


@pytest.mark.parametrize("held", [{"paused_at": timezone.now()}, {"status": Channel.Status.FAILING}])
def test_channel_that_sends_nothing_repeats_nothing(
    own_road: Road, agents: list[Extension], simulator: Simulator, door: Once, held: dict[str, Any]
) -> None:
    unknown(agents[0], own_road, door, "lost request")
    Channel.objects.update(**held)
    assert ask() == 0
    assert bodies(simulator) == []
    Channel.objects.update(paused_at=None, status=Channel.Status.CONNECTED)
    assert ask() == 1
    assert bodies(simulator) == ["Perhaps"]


def test_repeat_that_is_refused_has_failed_in_words(
    own_road: Road, agents: list[Extension], simulator: Simulator, door: Once
) -> None:
    attempt = unknown(agents[0], own_road, door, "lost request")
    simulator.post("/control/faults", {"kind": "refuse", "code": 21211, "count": 1})
    assert ask() == 1
    attempt.refresh_from_db()
    assert (attempt.status, attempt.error_code) == ("failed", "21211")


def test_repeat_is_paced_like_any_text(
    own_road: Road, agents: list[Extension], simulator: Simulator, door: Once
) -> None:
    """Two slots of a channel with one a second are a second apart, however late the first is used."""
    Channel.objects.update(sending_rate=1)
    door.faults += ["lost request", "lost request"]
    for contact in (CONTACT, "+14155550177"):
        write(agents[0], own_road, "Perhaps", contact=contact)
    while Attempt.objects.filter(status="queued").exists():
        pump.run()
    began = time.time()
    while Attempt.objects.filter(status="unknown").exists():
        ask()
    sent = simulator.get("/control/requests?kind=api&limit=0")["requests"]
    assert max(one["at"] for one in sent if one["method"] == "POST") - began > 1.0


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.long
def test_nothing_is_lost_doubled_or_out_of_order_whatever_goes_wrong(
    own_road: Road,
    agents: list[Extension],
    simulator: Simulator,
    door: Once,
    monkeypatch: pytest.MonkeyPatch,
    seed: int,
) -> None:
    """Lost requests and answers, pushing back, and workers that are killed before and after they sent."""
    monkeypatch.setattr(claiming, "LEASE", timedelta(0))
    chance = random.Random(seed)
    kinds = ["lost request", "lost answer", "busy", ""]
    written: dict[str, list[str]] = defaultdict(list)
    for number in range(18):
        contact = f"+1415556000{number % 3}"
        written[contact].append(f"Text {number}")
        write(agents[0], own_road, f"Text {number}", contact=contact)
    for _round in range(60):
        door.faults[:] = [chance.choice(kinds) for _text in range(4)]
        if chance.random() < 0.4:
            _killed(own_road.channel, sends=chance.random() < 0.5)
        else:
            pump.run()
        claiming.settle_lost_claims()
        ask()
        if not Attempt.objects.exclude(status__in=THERE).exists():
            break
    there: dict[str, list[str]] = defaultdict(list)
    for one in simulator.get("/control/messages?limit=0")["messages"]:
        there[one["to"]].append(one["body"])
    assert there == written
    assert door.told["other bytes"] == 0
    assert not Attempt.objects.exclude(status__in=THERE).exists()


def _killed(channel: Channel, *, sends: bool) -> None:
    """A worker claims, may send what it claimed, and is killed before it can write down a word of it."""
    for claim in claiming.claim({channel.pk: 4}):
        if sends:
            try:
                pump.Pump()._sender(channel).send(claim.sms, lambda: None)
            except Exception:  # noqa: S112  nobody is there to hear of it
                continue


# --- after a restored backup ---


@pytest.fixture
def restored(own_road: Road, agents: list[Extension], door: Once) -> Restoration:
    """Three texts wait as in the backup, of which the former installation has sent the first since."""
    for body in ("One", "Two", "Three"):
        write(agents[0], own_road, body)
    waiting = list(Attempt.objects.order_by("pk"))
    (claim,) = claiming.claim({own_road.channel.pk: 1})
    pump.Pump()._sender(own_road.channel).send(claim.sms, lambda: None)
    Attempt.objects.filter(pk=waiting[0].pk).update(status="queued", claimed_at=None, sent_as="")
    now = timezone.now()
    Lane.objects.update(in_flight=None, head=waiting[0])
    made = Restoration.objects.create(backup_at=now - timedelta(minutes=20), at=now)
    standstill.doubt(Lane.objects.values_list("pk", flat=True), made)
    return made


def prove() -> None:
    for _question in range(8):
        Lane.objects.filter(prove_at__isnull=False).update(prove_at=timezone.now())
        proving.prove_due()
        ask()


def test_repeats_prove_what_was_sent_since_the_backup(
    own_road: Road, agents: list[Extension], simulator: Simulator, door: Once, restored: Restoration
) -> None:
    prove()
    assert bodies(simulator) == ["One"]  # nothing is sent before an administrator says so
    resume_after_restore(by=None)
    write(agents[0], own_road, "Four")
    prove()
    pump.run()
    assert bodies(simulator) == ["One", "Two", "Three", "Four"]
    assert (door.told["again"], door.told["other bytes"]) == (1, 0)
    assert Lane.objects.get().unproven_since is None


def test_backup_older_than_the_window_leaves_the_decision_to_people(
    own_road: Road, agents: list[Extension], simulator: Simulator, door: Once, restored: Restoration
) -> None:
    resume_after_restore(by=None)
    Lane.objects.update(unproven_since=timezone.now() - WINDOW)
    write(agents[0], own_road, "Four")
    prove()
    pump.run()
    assert bodies(simulator) == ["One", "Four"]
    found = Attempt.objects.order_by("pk").values_list("status", flat=True)
    assert list(found) == ["uncertain", "uncertain", "uncertain", "accepted"]
