"""What texts cost: told at once or late, once or again, of texts sent and received; none is counted twice."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db.models import Sum
from django.test import Client
from django.utils import timezone

from channels.itsp.texts import Charge
from routing.models import Extension, MessageQueue
from sessions import actions, charges
from sessions.charges import MEASURES, Place, Told
from sessions.models import Attempt, ChargedChange, ChargeReading, Message, TextCharge
from sessions.sending import charging, pump
from tests.api.conftest import Caller
from tests.factories import CONTACT, OUR_NUMBER, Road, make_road
from tests.portal import logged_in, text_of
from tests.servers import Simulator
from tests.sessions.conftest import inbound_fields, signed_post

pytestmark = pytest.mark.django_db(transaction=True)

LONG = "A" * 200  # two segments


@pytest.fixture(autouse=True)
def quick_itsp(simulator: Simulator) -> None:
    quick = {"callbacks": "never", "send_delay_ms": 0, "deliver_delay_ms": 0, "price_after_s": 0}
    simulator.post("/control/settings", quick)


@pytest.fixture
def later(own_road: Road, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Has the lists of the last day read, as if what is in them were old enough."""
    monkeypatch.setattr(charging, "LAGS_H", (0, 48))

    def read() -> int:
        charging._begin()
        a_day_ago = timezone.now() - timedelta(days=1)
        ChargeReading.objects.update(read_until=a_day_ago, next_at=timezone.now(), span_s=3600 * 25)
        return charging.read_due()

    return read


def sums() -> dict[str, int]:
    return ChargedChange.objects.aggregate(**{name: Sum(name, default=0) for name in MEASURES})


def write(agent: Extension, road: Road, body: str) -> Message:
    message = actions.start_session(agent=agent, number=road.number, contact=CONTACT, body=body)
    pump.run()
    return message


def test_text_counts_once_when_the_itsp_has_it_and_its_price_when_that_is_told(
    own_road: Road, agents: list[Extension], simulator: Simulator, later: Any
) -> None:
    message = write(agents[0], own_road, LONG)
    assert sums() == {"texts": 1, "segments": 2, "parts": 0, "counted": 0, "priced": 0, "micros": 0}
    assert later() == 1
    charge = TextCharge.objects.get(message=message)
    assert (charge.parts, charge.price, charge.currency) == (2, Decimal("0.0158"), "USD")
    whole = {"texts": 1, "segments": 2, "parts": 2, "counted": 1, "priced": 1, "micros": 15_800}
    assert sums() == whole
    assert later() == 1  # the list is read once more, and says the same
    assert sums() == whole
    assert set(ChargedChange.objects.values_list("currency", flat=True)) == {"", "USD"}


def test_contacts_text_has_its_parts_at_once_and_its_price_later(
    client: Client, own_road: Road, simulator: Simulator, later: Any
) -> None:
    simulator.post("/control/inbound", {"from": CONTACT, "to": OUR_NUMBER, "body": "Hello"})
    (there,) = simulator.get("/control/messages")["messages"]
    account, token = (own_road.channel.credentials[name] for name in ("account_sid", "auth_token"))
    fields = inbound_fields(there["sid"], "Hello") | {"NumSegments": "1", "AccountSid": account}
    assert signed_post(client, own_road.path, fields, token).status_code == 200
    assert sums() == {"texts": 1, "segments": 1, "parts": 1, "counted": 1, "priced": 0, "micros": 0}
    assert later() == 1
    assert sums() == {"texts": 1, "segments": 1, "parts": 1, "counted": 1, "priced": 1, "micros": 7_900}
    assert set(ChargedChange.objects.values_list("is_inbound", flat=True)) == {True}


def test_price_that_is_not_known_yet_is_asked_for_again(
    own_road: Road, agents: list[Extension], simulator: Simulator, later: Any
) -> None:
    simulator.post("/control/settings", {"price_after_s": 3600})
    write(agents[0], own_road, "Hello")
    assert later() == 1
    assert TextCharge.objects.get().price is None
    simulator.post("/control/settings", {"price_after_s": 0})
    later()
    assert TextCharge.objects.get().price == Decimal("0.0079")
    assert sums()["priced"] == 1


def test_text_that_the_itsp_never_took_costs_nothing(
    own_road: Road, agents: list[Extension], simulator: Simulator
) -> None:
    simulator.post("/control/faults", {"kind": "refuse", "code": 21614, "count": 1})
    write(agents[0], own_road, "To a landline")
    assert Attempt.objects.get().status == "failed"
    assert sums()["texts"] == 0


def test_what_changes_is_corrected_and_nothing_told_is_forgotten(
    own_road: Road, agents: list[Extension], simulator: Simulator
) -> None:
    message = write(agents[0], own_road, "Hello")
    attempt = message.attempts.get()
    place = Place.of(message, own_road.channel.pk, at=timezone.now())
    for charge in (
        Charge(parts=1, price=Decimal("0.01"), currency="USD"),
        Charge(),
        Charge(parts=3, price=Decimal("0.02"), currency="EUR"),
        Charge(parts=3),
    ):
        charges.note([], [Told(place, message, str(attempt.itsp_message_id), charge)])
    stored = TextCharge.objects.get()
    assert (stored.parts, stored.price, stored.currency) == (3, Decimal("0.02"), "EUR")
    by_currency = dict(
        ChargedChange.objects.values_list("currency")
        .annotate(sum=Sum("micros"))
        .values_list("currency", "sum")
    )
    assert by_currency == {"": 0, "USD": 0, "EUR": 20_000}
    assert sums() | {"micros": 0} == {
        "texts": 1, "segments": 1, "parts": 3, "counted": 1, "priced": 1, "micros": 0
    }  # fmt: skip


def test_list_that_is_too_long_is_read_in_shorter_spans(
    own_road: Road, agents: list[Extension], simulator: Simulator, later: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("channels.itsp.twilio.charges.PAGE", 1)
    monkeypatch.setattr(charging, "MOST_CALLS", 2)
    for _number in range(4):
        write(agents[0], own_road, "Hello")
    later()
    (soon, *_others) = ChargeReading.objects.order_by("lag_h")
    assert soon.span_s == 3600 * 25 // 4
    assert soon.read_until < timezone.now() - timedelta(hours=23)
    assert soon.next_at <= timezone.now()


def test_one_run_reads_some_lists_and_the_next_ones_those_that_wait_for_longest(
    own_road: Road,
    agents: list[Extension],
    queue: MessageQueue,
    simulator: Simulator,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """One that is behind comes after the others, though it is due again at once."""
    monkeypatch.setattr(charging, "LISTS_MOST", 2)
    account = simulator.get("/control/state")
    for n in range(2):
        make_road(
            queue,
            address=f"+1201555010{n}",
            name=f"Other {n}",
            account_sid=account["account_sid"],
            auth_token=account["auth_token"],
        )
    charging._begin()
    long_ago = timezone.now() - timedelta(days=9)
    readings = list(ChargeReading.objects.order_by("pk"))
    for place, reading in enumerate(readings):
        due = timezone.now() - timedelta(minutes=9 - place)
        ChargeReading.objects.filter(pk=reading.pk).update(read_until=long_ago, next_at=due)

    def read() -> list[int]:
        before = dict(ChargeReading.objects.values_list("pk", "read_until"))
        charging.read_due()
        after = dict(ChargeReading.objects.values_list("pk", "read_until"))
        return [place for place, one in enumerate(readings) if before[one.pk] != after[one.pk]]

    assert len(readings) == 6
    assert [read() for _run in range(4)] == [[0, 1], [2, 3], [4, 5], [0, 1]]


def test_itsp_that_does_not_answer_is_asked_later(
    own_road: Road, agents: list[Extension], simulator: Simulator, later: Any
) -> None:
    write(agents[0], own_road, "Hello")
    simulator.post("/control/faults", {"kind": "500", "on": "api", "count": 9})
    assert later() == 0
    assert ChargeReading.objects.filter(next_at__gt=timezone.now() + timedelta(minutes=50)).count() == 2
    simulator.delete("/control/faults")
    assert later() == 1


def test_price_stands_at_the_text_in_the_thread_and_in_the_api(
    own_road: Road, agents: list[Extension], simulator: Simulator, later: Any
) -> None:
    message = write(agents[0], own_road, LONG)
    later()
    page = logged_in(agents[0].user).get(f"/inbox/{message.session_id}/").text
    words = text_of(page)
    assert "Price 0.0158 USD" in words
    assert 'data-each="0.0079" data-currency="USD"' in page
    told = Caller(agents[0].user).get(f"sessions/{message.session_id}/messages").json()
    texts = [one for one in told["items"] if one["kind"] == "outbound"]
    assert [one["prices"] for one in texts] == [[{"amount": "0.0158", "currency": "USD"}]]
