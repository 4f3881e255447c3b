"""An ITSP's own list of opt-outs, compared with the ledger: the simulator's Telnyx has one."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import User
from channels import actions as channel_actions
from channels.itsp import ITSPS
from channels.itsp.set_up import Check
from channels.models import Channel, OptOutReading
from channels.set_up import preflight
from channels.set_up.checklist import Checklist
from routing.models import Extension
from sessions import actions
from sessions.models import OptOutEntry
from sessions.opt_outs import comparing, ledger
from tests.factories import CONTACT, Road, make_road
from tests.servers import Simulator
from tests.telnyx_account import OUR_NUMBER, moved_to_telnyx

pytestmark = pytest.mark.django_db

OTHER_CONTACT = "+14155550199"
SECOND = "+13125550151"
Source = OptOutEntry.Source


@pytest.fixture
def telnyx(simulator: Simulator, agents: list[Extension]) -> Road:
    return moved_to_telnyx(make_road(agents[0], *agents, address=OUR_NUMBER, name="Telnyx"), simulator)


def block(simulator: Simulator, *contacts: str, number: str = OUR_NUMBER) -> None:
    """Without a call to the webhook."""
    simulator.post("/control/telnyx", {"opt_outs": dict.fromkeys(contacts, number)})


def compare(road: Road) -> OptOutReading:
    """As after a set-up check."""
    channel_actions.ask_for_opt_outs(road.channel)
    while comparing.compare_due():
        pass
    return OptOutReading.objects.get(channel=road.channel)


def entries() -> list[tuple[str, str, bool, str]]:
    rows = OptOutEntry.objects.order_by("pk").select_related("number")
    return [(one.contact, one.number.address, one.opted_out, one.source) for one in rows]


def enter(road: Road, *, opted_out: bool, source: str = Source.KEYWORD, days_ago: float = 0) -> None:
    at = timezone.now() - timedelta(days=days_ago)
    assert ledger.record(road.number, CONTACT, opted_out=opted_out, source=Source(source), at=at)


def finding(channel: Channel) -> tuple[str, str]:
    found = Checklist(channel, ITSPS["telnyx"]).results
    return next((one.outcome, one.why) for one in found if one.check_name == Check.OPT_OUTS)


def test_whom_the_itsp_blocks_is_opted_out_here(
    simulator: Simulator, telnyx: Road, agents: list[Extension]
) -> None:
    waiting = actions.start_session(agent=agents[0], number=telnyx.number, contact=CONTACT, body="Hello?")
    block(simulator, CONTACT, OTHER_CONTACT)
    reading = compare(telnyx)
    assert entries() == [(one, OUR_NUMBER, True, "list") for one in (CONTACT, OTHER_CONTACT)]
    waiting.refresh_from_db()
    assert (waiting.status, reading.found_new) == ("cancelled", 2)
    assert finding(telnyx.channel) == (
        "pass",
        "Whoever the ITSP’s own list blocks is opted out here, too. 2 contacts were missing here, and are "
        "recorded now.",
    )


def test_what_is_known_is_recorded_once(simulator: Simulator, telnyx: Road) -> None:
    enter(telnyx, opted_out=True)
    block(simulator, CONTACT)
    compare(telnyx)
    compare(telnyx)
    assert entries() == [(CONTACT, OUR_NUMBER, True, "keyword")]


def test_list_is_read_page_by_page_to_its_end(
    simulator: Simulator, telnyx: Road, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("channels.itsp.telnyx.opt_outs.PAGE", 2)
    contacts = [f"+1415555{number:04}" for number in range(200, 205)]
    block(simulator, *contacts)
    reading = compare(telnyx)
    assert [one[0] for one in entries()] == contacts
    assert (reading.pages, reading.began_at) == (3, None)


def test_entry_of_ours_becomes_the_contacts_own(
    simulator: Simulator, telnyx: Road, administrator: User
) -> None:
    ledger.opt_out(telnyx.number, CONTACT, by=administrator)
    block(simulator, CONTACT)
    compare(telnyx)
    with pytest.raises(ledger.OwnWish):
        ledger.reopen(OptOutEntry.objects.latest("pk"), by=administrator)


def test_who_is_in_our_ledger_only_stays_opted_out_and_is_counted(telnyx: Road) -> None:
    enter(telnyx, opted_out=True)
    compare(telnyx)
    assert ledger.is_opted_out(telnyx.number, CONTACT)
    assert finding(telnyx.channel) == (
        "pass",
        "Whoever the ITSP’s own list blocks is opted out here, too. 1 contact who opted out here is not in "
        "its list: PBX sends them nothing anyway.",
    )


def test_stop_that_is_newer_than_our_start_counts(simulator: Simulator, telnyx: Road) -> None:
    enter(telnyx, opted_out=True, days_ago=2)
    enter(telnyx, opted_out=False, days_ago=1)
    block(simulator, CONTACT)
    compare(telnyx)
    assert ledger.is_opted_out(telnyx.number, CONTACT)


def test_who_opted_in_again_is_told_as_blocked_at_the_itsp_only(
    simulator: Simulator, telnyx: Road, admin_page: Client
) -> None:
    block(simulator, CONTACT)
    compare(telnyx)
    enter(telnyx, opted_out=False)
    reading = compare(telnyx)
    assert not ledger.is_opted_out(telnyx.number, CONTACT)
    assert (reading.only_theirs, finding(telnyx.channel)) == (
        1,
        ("fail", "The ITSP blocks 1 contact who has opted in again here: it lets no text through."),
    )
    assert "Blocked at the ITSP only" in admin_page.get("/opt-outs/").content.decode()
    shown = admin_page.get("/opt-outs/?show=blocked").content.decode()
    assert CONTACT in shown
    assert "ask for a START to this number" in shown
    assert "Re-open" not in shown

    simulator.post("/control/inbound", {"from": CONTACT, "to": OUR_NUMBER, "body": "START"})
    assert compare(telnyx).only_theirs == 0
    assert CONTACT not in admin_page.get("/opt-outs/?show=blocked").content.decode()


def test_wish_to_another_number_of_the_account_is_known(
    simulator: Simulator, telnyx: Road, agents: list[Extension]
) -> None:
    second = moved_to_telnyx(make_road(agents[0], address=SECOND, name="Second"), simulator)
    block(simulator, CONTACT, number=SECOND)
    compare(telnyx)
    compare(second)
    assert entries() == [(CONTACT, SECOND, True, "list")]
    assert ledger.is_opted_out(telnyx.number, CONTACT)


def test_number_that_is_not_ours_any_more_stands_for_the_account(
    simulator: Simulator, telnyx: Road, agents: list[Extension]
) -> None:
    simulator.post("/control/numbers", {"address": SECOND, "itsp": "telnyx", "belongs_to": _profile(telnyx)})
    block(simulator, CONTACT, number=SECOND)
    compare(telnyx)
    assert entries() == [(CONTACT, OUR_NUMBER, True, "list")]


def _profile(road: Road) -> str:
    return str(road.channel.credentials["messaging_profile_id"])


def test_list_is_asked_less_often_while_it_brings_nothing_new(simulator: Simulator, telnyx: Road) -> None:
    waits = [compare(telnyx).wait_s for _ in range(9)]
    assert waits == [900, 1800, 3600, 7200, 14400, 28800, 57600, 86400, 86400]
    block(simulator, CONTACT)
    reading = compare(telnyx)
    assert (reading.wait_s, reading.due_at > timezone.now() + timedelta(minutes=14)) == (900, True)


def test_list_that_is_refused_is_asked_for_later_and_the_finding_says_so(
    simulator: Simulator, telnyx: Road
) -> None:
    simulator.post("/control/faults", {"kind": "503", "path": "messaging_optouts", "count": 1})
    reading = compare(telnyx)
    assert (reading.tries, reading.due_at > timezone.now() + timedelta(seconds=50)) == (1, True)
    assert finding(telnyx.channel)[0] == "cannot_tell"
    assert compare(telnyx).tries == 0
    assert finding(telnyx.channel)[0] == "pass"


def test_set_up_check_asks_for_the_list(simulator: Simulator, telnyx: Road, road: Road) -> None:
    block(simulator, CONTACT)
    preflight.run(telnyx.channel.pk)
    preflight.run(road.channel.pk)
    assert [one.channel for one in OptOutReading.objects.all()] == [telnyx.channel]
    assert Checklist(telnyx.channel, ITSPS["telnyx"]).poll_s > 0
    assert not comparing.compare_due()
    assert entries() == [(CONTACT, OUR_NUMBER, True, "list")]


def test_channel_that_moved_to_an_itsp_without_a_list_is_not_asked(telnyx: Road) -> None:
    compare(telnyx)
    Channel.objects.filter(pk=telnyx.channel.pk).update(itsp="general")
    OptOutReading.objects.update(due_at=timezone.now())
    assert not comparing.compare_due()
    assert not OptOutReading.objects.exists()
