"""Numbers at two ITSPs: while one is away the other sends; no text is lost, there twice or overtaken."""

from collections import Counter

import pytest

from channels.actions import order_standby, reconnect_channel
from channels.itsp.delivery import DeliveryStatus
from channels.models import Channel, Number
from sessions.models import Attempt
from tests.faults.conftest import StartDrain
from tests.faults.drain import Drain
from tests.servers import Simulator
from tests.telnyx_account import make_standby
from tests.waiting import wait_until

pytestmark = [pytest.mark.processes, pytest.mark.django_db(transaction=True)]

TWILIO, TELNYX = "twilio", "telnyx"
OF_TWILIO = "/2010-04-01/"
LATE_MS = 12_000  # reports must not settle what the ITSP shall be asked about
SOON = {"STANDBY_AFTER_S": "3"}


@pytest.fixture
def drain(start_drain: StartDrain, simulator: Simulator) -> Drain:
    """Of three numbers at Twilio, each of which is at Telnyx, too."""
    return start_drain(prepare=lambda road: make_standby(road, simulator), **SOON)


def carried(drain: Drain) -> Counter[str]:
    """How many texts each ITSP has."""
    return Counter(one["itsp"] for one in drain.accepted())


def go_over(drain: Drain) -> None:
    wait_until(lambda: Number.objects.filter(on_standby_since=None).count() == 0, timeout_s=60)


@pytest.mark.parametrize(
    "fault",
    [
        pytest.param({"kind": "reject_credentials"}, marks=pytest.mark.short, id="refused"),
        pytest.param({"kind": "503", "on": "create"}, id="away"),
        pytest.param({"kind": "hang", "on": "create"}, id="accepts and never answers"),
    ],
)
@pytest.mark.long
def test_standby_takes_over_and_gives_back(drain: Drain, fault: dict[str, str]) -> None:
    drain.wait_for(0.2)
    broken = drain.simulator.post("/control/faults", {"path": OF_TWILIO, **fault})
    go_over(drain)
    wait_until(lambda: carried(drain)[TELNYX] > 0, timeout_s=60)
    failing = Channel.objects.exclude(itsp=TELNYX)
    wait_until(lambda: not failing.exclude(status=Channel.Status.FAILING).exists(), timeout_s=60)
    drain.simulator.delete(f"/control/faults/{broken['id']}")
    drain.ends_well()

    for channel in failing:
        reconnect_channel(channel)
    wait_until(lambda: not Number.objects.exclude(on_standby_since=None).exists(), timeout_s=60)
    before = carried(drain)
    drain.write_more(15)
    drain.ends_well()
    assert carried(drain) - before == Counter({TWILIO: 15})


def test_text_that_may_have_arrived_stays_with_the_itsp_that_may_have_it(drain: Drain) -> None:
    drain.simulator.post("/control/settings", {"callbacks": "late", "callback_late_ms": LATE_MS})
    lost = {"kind": "drop_after_accept", "on": "create", "path": OF_TWILIO}
    drain.simulator.post("/control/faults", lost)
    go_over(drain)
    unknown = set(Attempt.objects.filter(status=DeliveryStatus.UNKNOWN).values_list("pk", flat=True))
    drain.ends_well()
    assert carried(drain)[TELNYX] > 0
    assert unknown
    theirs = Attempt.objects.filter(pk__in=unknown).values_list("channel__itsp", flat=True)
    assert set(theirs) == {TWILIO}


@pytest.mark.short
@pytest.mark.long
def test_order_moves_what_waits_at_once_and_back(drain: Drain) -> None:
    drain.wait_for(0.2)
    for number in Number.objects.all():
        order_standby(number, ordered=True)
    drain.wait_for(0.6)
    assert carried(drain)[TELNYX] > 0
    for number in Number.objects.all():
        order_standby(number, ordered=False)
    drain.ends_well()
    assert set(carried(drain)) == {TWILIO, TELNYX}


def test_kills_while_texts_go_over_lose_and_double_nothing(drain: Drain) -> None:
    drain.wait_for(0.1)
    for number, ordered in zip([*Number.objects.all()] * 2, [True] * 3 + [False] * 3, strict=True):
        order_standby(number, ordered=ordered)
        name = drain.senders[0]
        drain.stack.kill(name)
        drain.stack.children[name].start()
        wait_until(lambda number=number: _has_gone(number), timeout_s=60)  # type: ignore[misc]
    drain.ends_well()


def _has_gone(number: Number) -> bool:
    number.refresh_from_db()
    return bool(number.on_standby_since) == number.standby_ordered
