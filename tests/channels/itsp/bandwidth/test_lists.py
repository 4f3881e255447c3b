"""What Bandwidth's list tells of our texts: no words, and nothing yet of what was just sent."""

import time
from datetime import timedelta
from itertools import count

import pytest
from django.utils import timezone

from channels.itsp import ITSPS
from channels.itsp.bandwidth import lists
from channels.itsp.bandwidth.client import Account
from channels.itsp.base import Credentials
from channels.itsp.delivery import DeliveryStatus
from channels.itsp.errors import Advice, ItspError
from channels.itsp.lists import Found, SentList
from channels.itsp.texts import Charge, OutboundSms
from tests.channels.itsp.bandwidth.account import CONTACT, OURS, TOLL_FREE, Receiver
from tests.servers import Simulator
from tests.waiting import wait_until

BANDWIDTH = ITSPS["bandwidth"]
HOUR = timedelta(hours=1)


def send(credentials: Credentials, body: str, sender: str = OURS, recipient: str = CONTACT) -> str:
    sms = OutboundSms(sender, recipient, body, "https://pbx.example.com/w/token/", "18-2f")
    return BANDWIDTH.sender(credentials).send(sms, lambda: None).itsp_message_id


def sent(credentials: Credentials) -> SentList:
    since = timezone.now() - HOUR
    return BANDWIDTH.list_sent(credentials, sender=OURS, recipient=CONTACT, since=since)


def test_list_tells_size_and_segments_and_proves_no_absence(
    credentials: Credentials, receiver: Receiver
) -> None:
    ids = [send(credentials, body) for body in ("Grüße 😀", "x" * 161)]
    send(credentials, "From another", sender=TOLL_FREE)
    send(credentials, "To another", recipient="+19195550199")
    receiver.wait_for(8)
    listed = sent(credentials)
    assert [(one.itsp_message_id, one.body, one.characters, one.charge) for one in listed.texts] == [
        (ids[1], None, 161, Charge(2)),
        (ids[0], None, 7, Charge(1)),
    ]
    assert not listed.proves_absence
    assert {one.status for one in listed.texts} == {DeliveryStatus.DELIVERED}
    assert {one.media_count for one in listed.texts} == {0}


def test_text_is_in_the_list_some_time_later(simulator: Simulator, credentials: Credentials) -> None:
    simulator.post("/control/bandwidth", {"list_after_s": 1.0})
    send(credentials, "Soon")
    assert sent(credentials) == SentList([], proves_absence=False)
    assert [one.characters for one in wait_until(lambda: sent(credentials).texts)] == [4]


def test_failed_text_has_its_code(simulator: Simulator, credentials: Credentials, receiver: Receiver) -> None:
    simulator.post("/control/faults", {"kind": "undeliver", "code": 4770, "status": "failed", "count": 1})
    sid = send(credentials, "Spam")
    receiver.wait_for(2)
    found = BANDWIDTH.look_up(credentials, sid)
    assert (found.status, found.error_code) == (DeliveryStatus.UNDELIVERED, "4770")
    assert found.reason


def test_what_the_list_does_not_have_is_refused_for_that_text_alone(credentials: Credentials) -> None:
    with pytest.raises(ItspError) as error:
        BANDWIDTH.look_up(credentials, "1661365814859loidf7mcwd4qacn7")
    assert error.value.advice is Advice.FAIL


def test_all_pages_are_read_newest_first(
    simulator: Simulator, credentials: Credentials, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Though what an answer tells of the two clocks is rounded, and another one with each page."""
    monkeypatch.setattr(lists, "PAGE", 2)
    ask, measured = Account.ask, count()
    monkeypatch.setattr(Account, "ask", lambda *asked: (ask(*asked)[0], timedelta(seconds=next(measured))))
    ids = []
    for n in range(7):
        ids.append(send(credentials, f"No. {n}"))
        time.sleep(0.002)  # the list tells milliseconds
    simulator.post("/control/inbound", {"from": CONTACT, "to": OURS, "body": "Not ours"})
    recent = BANDWIDTH.list_recent(credentials, since=timezone.now() - HOUR)
    assert [one.itsp_message_id for one in recent] == ids[::-1]
    assert recent[0].created_at - recent[-1].created_at < timedelta(seconds=1)
    monkeypatch.setattr(lists, "MOST_PAGES", 2)
    assert len(BANDWIDTH.list_recent(credentials, since=timezone.now() - HOUR)) == 4
    with pytest.raises(ItspError) as error:
        sent(credentials)
    assert error.value.advice is Advice.RETRY


@pytest.mark.parametrize("behind_s", [0, 3600])
def test_moments_are_by_our_clock(simulator: Simulator, credentials: Credentials, behind_s: int) -> None:
    simulator.post("/control/settings", {"clock_behind_s": behind_s})
    began = timezone.now()
    send(credentials, "When?")
    (found,) = BANDWIDTH.list_sent(credentials, sender=OURS, recipient=CONTACT, since=began).texts
    assert abs(found.created_at - began) < timedelta(seconds=5)
    state = BANDWIDTH.account_state(credentials)
    assert state.ahead is not None
    assert abs(state.ahead - timedelta(seconds=behind_s)) < timedelta(seconds=5)


@pytest.mark.parametrize("kind", ["500", "404", "429", "drop_after_accept"])
def test_list_that_is_not_told_is_an_error_that_proves_nothing(
    simulator: Simulator, credentials: Credentials, kind: str
) -> None:
    send(credentials, "There")
    simulator.post("/control/faults", {"kind": kind, "on": "api"})
    with pytest.raises(ItspError) as error:
        sent(credentials)
    assert error.value.advice is not Advice.UNKNOWN


@pytest.mark.parametrize(
    "row",
    [
        {},
        {"messageDirection": "OUTBOUND"},
        {"messageDirection": "OUTBOUND", "messageId": "a", "messageStatus": "SENT", "receiveTime": "noon"},
        {"messageDirection": "OUTBOUND", "messageId": "a", "messageStatus": [], "receiveTime": "2026-01-01"},
        7,
    ],
)
def test_row_that_can_not_be_read_is_an_error(row: object) -> None:
    with pytest.raises(ItspError):
        lists._texts({"messages": [row]}, timedelta())


def test_row_with_no_more_than_it_needs_is_read() -> None:
    row = {"messageId": "a", "messageDirection": "OUTBOUND", "messageStatus": "NEW ONE"}
    (found,) = lists._texts({"messages": [{**row, "receiveTime": "2026-01-02T03:04:05Z"}]}, timedelta())
    assert found == Found("a", None, found.created_at, DeliveryStatus.ACCEPTED, media_count=0)
