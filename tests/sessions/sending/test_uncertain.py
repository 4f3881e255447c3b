"""What an ITSP can't tell is never taken for absent: it stays uncertain, its lane goes on, people decide."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from channels.itsp.texts import OutboundSms
from channels.itsp.twilio import Twilio
from health import checks
from routing.models import Extension
from sessions import actions, standstill
from sessions.actions.resuming import resume_after_restore
from sessions.models import Attempt, Lane, Message, Restoration
from sessions.sending import proving, pump, reconcile, references
from tests.factories import CONTACT, OUR_NUMBER, Road
from tests.itsp_doubles import Forgetful, Wordless, become
from tests.servers import Simulator
from tests.sessions.conftest import signed_post
from tests.sessions.sending.test_reconcile import bodies, unknown

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def silent_itsp(simulator: Simulator) -> None:
    simulator.post("/control/settings", {"callbacks": "never", "send_delay_ms": 0, "deliver_delay_ms": 0})
    simulator.post("/control/numbers", {"address": OUR_NUMBER, "rate": "unlimited"})


@pytest.fixture
def it(own_road: Road, monkeypatch: pytest.MonkeyPatch) -> Any:
    """`it(Wordless, tells_characters=False)`: the road's ITSP from now on."""
    return lambda kind, **can: become(monkeypatch, own_road.channel, kind, **can)


def sent_by_another(road: Road, body: str) -> None:
    """Another system's text, from our number to the contact."""
    sender = pump.Pump()._sender(road.channel)
    sender.send(OutboundSms(OUR_NUMBER, CONTACT, body, "https://x.example/w/", "0"), lambda: None)


def given_up(settings: Any) -> int:
    settings.RECONCILE_GIVE_UP_S = 0
    Attempt.objects.filter(check_at__isnull=False).update(check_at=timezone.now())
    return reconcile.check_due()


@pytest.mark.parametrize("tells_characters", [True, False])
def test_only_text_of_a_list_without_words_is_adopted(
    own_road: Road, agents: list[Extension], simulator: Simulator, it: Any, tells_characters: bool
) -> None:
    it(Wordless, tells_characters=tells_characters)
    attempt = unknown(agents[0], own_road, simulator, "drop_after_accept")
    assert reconcile.check_due() == 1
    attempt.refresh_from_db()
    (there,) = simulator.get("/control/messages")["messages"]
    assert attempt.itsp_message_id == there["sid"]


@pytest.mark.parametrize("other", ["Perhaps", "Anothr", "A text that is longer"])
def test_what_a_list_without_words_can_not_tell_apart_is_not_guessed(
    own_road: Road, agents: list[Extension], simulator: Simulator, it: Any, settings: Any, other: str
) -> None:
    """Another system texted the contact meanwhile: ours may be the one that is there, or not."""
    it(Wordless, tells_characters=other != "Anothr")
    attempt = unknown(agents[0], own_road, simulator, "500")
    sent_by_another(own_road, other)
    if other != "A text that is longer":
        sent_by_another(own_road, other)
    assert reconcile.check_due() == 0
    attempt.refresh_from_db()
    assert attempt.status == "unknown"
    assert given_up(settings) == 1
    attempt.refresh_from_db()
    assert (attempt.status, attempt.itsp_message_id) == ("uncertain", None)


def test_list_without_words_proves_absence_where_nothing_is_there(
    own_road: Road, agents: list[Extension], simulator: Simulator, it: Any, settings: Any
) -> None:
    it(Wordless)
    unknown(agents[0], own_road, simulator, "500")
    assert given_up(settings) == 1
    pump.run()
    assert bodies(simulator) == ["Perhaps"]


@pytest.mark.parametrize(
    ("kind", "can"), [(Forgetful, {}), (Twilio, {"can_list_sent": False})], ids=["forgetful", "no list"]
)
@pytest.mark.parametrize("fault", ["500", "drop_after_accept"])
def test_what_nobody_can_tell_is_never_sent_again_by_itself_and_its_lane_goes_on(
    own_road: Road,
    agents: list[Extension],
    simulator: Simulator,
    it: Any,
    settings: Any,
    kind: type[Twilio],
    can: dict[str, Any],
    fault: str,
) -> None:
    it(kind, **can)
    attempt = unknown(agents[0], own_road, simulator, fault)
    actions.start_session(agent=agents[0], number=own_road.number, contact=CONTACT, body="Behind it")
    is_found = kind is Forgetful and fault == "drop_after_accept"
    assert reconcile.check_due() == is_found  # a callback has some time left
    assert given_up(settings) == (not is_found)
    pump.run()
    for _later in range(3):
        given_up(settings)
        pump.run()
    attempt.refresh_from_db()
    assert attempt.status == ("delivered" if is_found else "uncertain")
    arrived = ["Perhaps"] if fault == "drop_after_accept" else []
    assert bodies(simulator) == [*arrived, "Behind it"]


@pytest.fixture
def uncertain(
    own_road: Road, agents: list[Extension], simulator: Simulator, it: Any, settings: Any
) -> Message:
    it(Twilio, can_list_sent=False)
    attempt = unknown(agents[0], own_road, simulator, "drop_after_accept")
    assert given_up(settings) == 1
    attempt.refresh_from_db()
    return attempt.message


def test_late_report_settles_it(
    uncertain: Message, own_road: Road, client: Client, simulator: Simulator
) -> None:
    (there,) = simulator.get("/control/messages")["messages"]
    account = simulator.get("/control/state")
    fields = {"MessageSid": there["sid"], "AccountSid": account["account_sid"], "MessageStatus": "delivered"}
    path = f"{own_road.path}?attempt={references.of(uncertain.attempts.get())}"
    assert signed_post(client, path, fields, token=account["auth_token"]).status_code == 200
    uncertain.refresh_from_db()
    assert (uncertain.status, uncertain.reason) == ("delivered", "")


def test_agents_read_what_it_means_and_may_send_it_again(
    uncertain: Message, agents: list[Extension], simulator: Simulator, client: Client
) -> None:
    client.force_login(agents[0].user)
    page = client.get(f"/inbox/{uncertain.session_id}/").content.decode()
    assert "May have arrived" in page
    assert "can’t tell any more" in page
    assert client.post(f"/inbox/messages/{uncertain.pk}/retry/").status_code in (200, 204, 302)
    pump.run()
    assert bodies(simulator) == ["Perhaps", "Perhaps"]


def test_administrators_are_told_until_it_is_sent_again_or_closed(
    uncertain: Message, own_road: Road, agents: list[Extension]
) -> None:
    (result,) = checks.run(["uncertain"])
    assert (result.state, result.value, result.about) == ("failing", 1, str(own_road.channel.pk))
    actions.retry(uncertain, agent=agents[0])
    assert [one.state for one in checks.run(["uncertain"])] == ["ok"]


def test_nobody_is_told_of_a_session_that_is_closed(uncertain: Message, agents: list[Extension]) -> None:
    actions.close(uncertain.session, agent=agents[0])
    assert [one.state for one in checks.run(["uncertain"])] == ["ok"]


# --- after a restored backup ---


@pytest.mark.parametrize(
    ("former", "kind", "statuses"),
    [
        (["One", "Two"], Wordless, ["delivered", "delivered", "queued"]),
        (["One"], Wordless, ["uncertain", "uncertain", "queued"]),
        (["One", "Anything else"], Wordless, ["uncertain"] * 3),
        (["One"], Forgetful, ["delivered", "uncertain", "uncertain"]),
    ],
)
def test_waiting_texts_are_adopted_only_where_it_can_not_be_wrong(
    own_road: Road,
    agents: list[Extension],
    simulator: Simulator,
    it: Any,
    former: list[str],
    kind: type[Twilio],
    statuses: list[str],
) -> None:
    it(kind)
    for body in ("One", "Two", "Three"):
        actions.start_session(agent=agents[0], number=own_road.number, contact=CONTACT, body=body)
    for body in former:
        sent_by_another(own_road, body)
    now = timezone.now()
    made = Restoration.objects.create(backup_at=now - timedelta(minutes=1), at=now)
    standstill.doubt(Lane.objects.values_list("pk", flat=True), made)
    resume_after_restore(by=None)
    assert proving.prove_due() == 1
    assert list(Attempt.objects.order_by("pk").values_list("status", flat=True)) == statuses
    actions.start_session(agent=agents[0], number=own_road.number, contact=CONTACT, body="Four")
    pump.run()
    assert bodies(simulator) == [*former, *(["Three"] if "queued" in statuses else []), "Four"]
