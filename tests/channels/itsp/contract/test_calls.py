"""What calls say: texts, statuses, lists of them, and bytes that say nothing."""

from itertools import permutations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from channels.itsp.delivery import DeliveryStatus
from channels.models import Channel
from routing.models import Extension
from sessions import actions
from sessions.models import Attempt, AttemptEvent, Message, WebhookRequest
from sessions.sending import references
from tests.channels.itsp.contract.conftest import Door, received
from tests.channels.itsp.contract.kit import Kit, Status, Text, Told
from tests.channels.itsp.contract.kits import KITS, name_of
from tests.factories import CONTACT, Road

pytestmark = pytest.mark.django_db

CONTACTS = [f"+141555501{place:02}" for place in range(6)]
EACH_STATUS = [(kit, word) for kit in KITS for word in kit.statuses]
BROKEN = [b"\xff\xfe\x00", b"{", b"[", b"[[[[", b"null", b"[null]", b"{}", b"[{}]", b"0", b'"', b"=", b"&&&&"]
BROKEN += [b"%", b"%ff=%fe", b"<xml/>", b"[" * 5000, b'{"data":{"payload":[]}}', b"[1,2,3]", b"\xed\xa0\x80"]


@pytest.fixture
def attempt(road: Road, ada: Extension) -> Attempt:
    message = actions.start_session(agent=ada, number=road.number, contact=CONTACT, body="Hi")
    return message.attempts.get()


def told_of(attempt: Attempt, word: str, *, number: int = 7, error_code: str = "") -> Status:
    return Status(number, word, references.of(attempt), error_code)


def status_of(attempt: Attempt) -> str:
    return Message.objects.get(pk=attempt.message_id).status


def word_for(kit: Kit, status: DeliveryStatus) -> str:
    return next(word for word, meaning in kit.statuses.items() if meaning is status)


def test_text_is_read_as_it_was_sent(door: Door, kit: Kit) -> None:
    bodies = ["Plain", "Zwei\nZeilen & mehr = 100 %", "🎉 \N{ZERO WIDTH JOINER}", "+1 %20", "עברית"]
    for number, body in enumerate(bodies, 1):
        assert door.post(Text(number, body)) == 200
    assert received() == bodies
    stored = Message.objects.filter(kind=Message.Kind.INBOUND).order_by("pk")
    assert [one.itsp_message_id for one in stored] == [kit.id_of(number) for number in range(1, 6)]


def test_text_posted_again_is_stored_once(door: Door) -> None:
    assert [door.post(Text(1)) for _ in range(3)] == [200] * 3
    assert received() == ["Hello"]


@pytest.mark.parametrize("body", BROKEN, ids=lambda body: ascii(body[:12]))
def test_broken_bytes_are_kept_and_do_no_harm(door: Door, body: bytes) -> None:
    assert door.post_body(body) == 200
    assert WebhookRequest.objects.get().outcome in {"ignored", "unreadable"}
    assert door.post(Text(1)) == 200
    assert received() == ["Hello"]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_call_that_was_spoiled_on_its_way_is_never_an_error(
    door: Door, kit: Kit, data: st.DataObject
) -> None:
    told = [Text(1)] if data.draw(st.booleans()) else [Status(2, next(iter(kit.statuses)), "17-1a")]
    body = bytearray(kit.body_of(told))
    for _ in range(data.draw(st.integers(1, 4))):
        place = data.draw(st.integers(0, len(body) - 1))
        body[place] = data.draw(st.integers(1, 255))
    assert door.post_body(bytes(body), url=door.url(*told)) in {200, 403}
    assert not WebhookRequest.objects.filter(outcome="failed").exists()


@pytest.mark.parametrize(("kit", "word"), EACH_STATUS, ids=name_of, indirect=["kit"])
def test_status_moves_a_text_where_it_says(door: Door, kit: Kit, attempt: Attempt, word: str) -> None:
    Attempt.objects.update(status=DeliveryStatus.SENDING)
    Message.objects.update(status=DeliveryStatus.SENDING)
    assert door.post(told_of(attempt, word)) == 200
    assert status_of(attempt) == kit.statuses[word]


def test_status_that_nobody_has_documented_is_of_no_use(door: Door, kit: Kit, attempt: Attempt) -> None:
    before = status_of(attempt)
    assert door.post(told_of(attempt, "teleported")) == 200
    assert status_of(attempt) == before
    assert WebhookRequest.objects.get().outcome in {"ignored", "unreadable"}


def test_status_that_comes_before_our_commit_of_the_id_is_taken(
    door: Door, kit: Kit, attempt: Attempt
) -> None:
    Attempt.objects.update(status=DeliveryStatus.SENDING)
    assert door.post(told_of(attempt, word_for(kit, DeliveryStatus.DELIVERED))) == 200
    attempt.refresh_from_db()
    assert (attempt.itsp_message_id, status_of(attempt)) == (kit.id_of(7), "delivered")


def test_statuses_shuffled_and_doubled_end_where_the_last_one_would(
    door: Door, kit: Kit, road: Road, ada: Extension
) -> None:
    wanted = (DeliveryStatus.ACCEPTED, DeliveryStatus.SENT, DeliveryStatus.DELIVERED)
    words = [word_for(kit, one) for one in wanted if one in kit.statuses.values()]
    assert len(words) > 1
    for place, order in enumerate(permutations(words)):
        message = actions.start_session(
            agent=ada, number=road.number, contact=f"+141555501{place:02}", body="Hi"
        )
        attempt = message.attempts.get()
        for word in order + order:
            assert door.post(told_of(attempt, word, number=100 + place)) == 200
        assert status_of(attempt) == "delivered"
        assert AttemptEvent.objects.filter(attempt=attempt).count() == len(words)


def test_status_of_a_text_that_is_not_ours_is_of_no_use(door: Door, kit: Kit) -> None:
    for reference in ("", "999999999-1", "somebody-elses"):
        assert door.post(Status(9, next(iter(kit.statuses)), reference)) == 200
    assert set(WebhookRequest.objects.values_list("outcome", flat=True)) == {"ignored"}
    assert Channel.objects.get().status == Channel.Status.CONNECTED


def test_items_fare_each_for_itself_in_one_call_or_in_several(door: Door, kit: Kit, attempt: Attempt) -> None:
    items: list[Told] = [Text(1, "One"), Text(1, "One"), Text(2, "Nowhere", recipient="+14155550199")]
    items += [told_of(attempt, "teleported"), Text(3, "Two")]
    items += [told_of(attempt, word_for(kit, DeliveryStatus.DELIVERED))]
    for call in [items] if kit.takes_lists else [[item] for item in items]:
        assert door.post(*call) == 200
    assert (received(), status_of(attempt)) == (["One", "Two"], "delivered")
    assert "ignored" in WebhookRequest.objects.values_list("outcome", flat=True)  # one can be replayed
