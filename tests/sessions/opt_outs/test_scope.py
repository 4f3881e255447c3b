"""Where an ITSP blocks a contact for a whole account, a wish to one number counts for all of it."""

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import User
from channels.itsp.base import OptOutScope
from channels.itsp.twilio import Twilio
from routing.models import Extension
from sessions import actions
from sessions.models import Attempt, OptOutEntry
from sessions.opt_outs import ledger
from sessions.refused import OptedOut
from tests.factories import CONTACT, Road, make_road
from tests.itsp_doubles import become
from tests.sessions.conftest import inbound_fields, sid_of, signed_post

pytestmark = pytest.mark.django_db

OTHER, FOREIGN = "+12015550111", "+12015550122"


@pytest.fixture
def roads(road: Road, agents: list[Extension], monkeypatch: pytest.MonkeyPatch) -> list[Road]:
    """Two channels of one account, and one of another; all at an ITSP that blocks by account."""
    other = make_road(agents[0], *agents[:2], address=OTHER, name="Other")
    foreign = make_road(agents[0], *agents[:2], address=FOREIGN, name="Foreign", account_sid="AC" + "9" * 32)
    found = [road, other, foreign]
    for one in found:
        become(monkeypatch, one.channel, Twilio, opt_out_scope=OptOutScope.ACCOUNT)
    return found


def post(client: Client, road: Road, number: int, body: str) -> None:
    fields = inbound_fields(sid_of(number), body, To=road.number.address)
    assert signed_post(client, road.path, fields).status_code == 200


def opted_out(roads: list[Road]) -> list[bool]:
    return [ledger.is_opted_out(road.number, CONTACT) for road in roads]


def write(agent: Extension, road: Road, body: str) -> Attempt:
    message = actions.start_session(agent=agent, number=road.number, contact=CONTACT, body=body)
    return message.attempts.get()


def test_stop_to_one_number_counts_for_all_of_the_account(
    client: Client, roads: list[Road], agents: list[Extension]
) -> None:
    waiting = write(agents[0], roads[1], "Waits")
    kept = write(agents[0], roads[2], "Of another account")
    post(client, roads[0], 1, "STOP")
    post(client, roads[1], 2, "Stop")  # says nothing new
    assert opted_out(roads) == [True, True, False]
    assert OptOutEntry.objects.count() == 1
    waiting.refresh_from_db()
    kept.refresh_from_db()
    assert (waiting.status, kept.status) == ("cancelled", "queued")
    with pytest.raises(OptedOut):
        actions.reply(waiting.message.session, agent=agents[0], body="One more")


@pytest.mark.parametrize("to", [0, 1])
def test_start_to_any_number_reopens_all(client: Client, roads: list[Road], to: int) -> None:
    post(client, roads[0], 1, "STOP")
    post(client, roads[to], 2, "START")
    assert opted_out(roads) == [False, False, False]
    assert not ledger.current().filter(opted_out=True).exists()
    post(client, roads[1], 3, "STOP")
    assert opted_out(roads) == [True, True, False]


def test_what_our_people_record_is_about_one_number(roads: list[Road], administrator: User) -> None:
    assert ledger.opt_out(roads[0].number, CONTACT, by=administrator)
    assert opted_out(roads) == [True, False, False]


def test_own_wish_elsewhere_keeps_an_administrator_from_reopening(
    client: Client, roads: list[Road], administrator: User
) -> None:
    ledger.opt_out(roads[1].number, CONTACT, by=administrator)
    post(client, roads[0], 1, "STOP")
    entry = OptOutEntry.objects.get(number=roads[1].number)
    with pytest.raises(ledger.OwnWish):
        ledger.reopen(entry, by=administrator)


def test_number_of_an_archived_channel_does_not_count(client: Client, roads: list[Road]) -> None:
    post(client, roads[0], 1, "STOP")
    roads[0].channel.archived_at = timezone.now()
    roads[0].channel.save()
    assert opted_out(roads[1:]) == [False, False]


def test_pages_say_what_it_counts_for(client: Client, roads: list[Road], admin_page: Client) -> None:
    post(client, roads[0], 1, "STOP")
    assert "Counts for all numbers of the account" in admin_page.get("/opt-outs/").content.decode()
    assert OptOutEntry.objects.get().counts_for_account
