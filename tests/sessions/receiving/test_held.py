"""Texts signed with another Auth Token: held, shown, and taken in once that token is entered."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client, override_settings
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pytest_django.fixtures import Settings

from channels import actions
from channels.models import Channel
from retention.sweeping import others
from retention.sweeping.pace import Pace
from routing.models import MessageQueue
from sessions import watch
from sessions.models import Message, MessagingSession, WebhookRequest
from sessions.receiving import budget, held, verifying
from sessions.receiving.arrivals import Outcome
from tests.factories import AUTH_TOKEN, CONTACT, Road, make_road
from tests.sessions.conftest import inbound_fields, sid_of, signed_post
from tests.sessions.receiving.test_webhook import journal

pytestmark = pytest.mark.django_db
NEW_TOKEN = "0a1b2c3d4e5f6789" * 2
VERIFIED = "It was held until its Auth Token or key was entered, and taken in then."


@pytest.fixture(autouse=True)
def no_pace(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a second bounds is tried by itself."""
    monkeypatch.setattr(held, "_budget", budget.Budget(10_000))


def post(client: Client, road: Road, number: int, body: str, token: str = NEW_TOKEN, **others: str) -> int:
    fields = inbound_fields(sid_of(number), body, **others)
    return int(signed_post(client, road.path, fields, token=token).status_code)


def change(road: Road, **credentials: str) -> None:
    """As the channel's page does, when an admin saves it."""
    channel = Channel.objects.get(pk=road.channel.pk)
    actions.update_channel(
        channel,
        verification=actions.Verification(Channel.Status.CONNECTED),
        rules=[{"number": road.number.address, **_rule_of(road)}],
        credentials={**channel.credentials, **credentials},
    )


def _rule_of(road: Road) -> dict[str, Any]:
    number = road.number
    return {
        "extension": number.extension,
        "queue": number.queue,
        "initiators": list(number.initiators.all()),
        "number_rate": None,
    }


def marked(road: Road) -> int:
    return Channel.objects.get(pk=road.channel.pk).held_texts


def bodies() -> list[str]:
    return [message.body for message in Message.objects.order_by("pk")]


def test_text_signed_with_the_second_token_is_taken_in(client: Client, road: Road) -> None:
    change(road, second_auth_token=NEW_TOKEN)
    assert [post(client, road, 1, "By the new one"), post(client, road, 2, "Old", AUTH_TOKEN)] == [200, 200]
    assert (bodies(), journal()) == (["By the new one", "Old"], [("processed", "")] * 2)
    assert post(client, road, 3, "By neither", "f" * 32) == 403


def test_held_texts_arrive_in_their_order_once_the_token_is_changed(client: Client, road: Road) -> None:
    assert [post(client, road, number, f"Text {number}") for number in range(1, 6)] == [403] * 5
    assert post(client, road, 6, "A stranger’s", "f" * 32) == 403
    assert (bodies(), marked(road)) == ([], 6)
    change(road, auth_token=NEW_TOKEN)
    assert verifying.verify_due() == 5
    assert bodies() == [f"Text {number}" for number in range(1, 6)]
    assert (MessagingSession.objects.get().unread, marked(road)) == (5, 1)
    assert journal()[:5] == [("processed", VERIFIED)] * 5
    assert [outcome for outcome, _reason in journal()[5:]] == ["held"]


def test_held_text_that_came_by_another_way_is_stored_once(client: Client, road: Road) -> None:
    post(client, road, 1, "Hello")
    post(client, road, 1, "Hello")  # by the fallback URL
    assert marked(road) == 1
    post(client, road, 1, "Hello", AUTH_TOKEN)
    change(road, auth_token=NEW_TOKEN)
    verifying.verify_due()
    assert (bodies(), marked(road)) == (["Hello"], 0)
    assert [outcome for outcome, _reason in journal()] == ["duplicate", "duplicate", "processed"]


def test_held_text_keeps_its_time_and_its_session_moves_up(client: Client, road: Road) -> None:
    post(client, road, 1, "Hello")
    before = timezone.now() - timedelta(hours=30)
    WebhookRequest.objects.update(received_at=before)
    change(road, auth_token=NEW_TOKEN)
    verifying.verify_due()
    session = MessagingSession.objects.get()
    assert Message.objects.get().created_at == before
    assert timezone.now() - session.last_active_at < timedelta(minutes=5)


def test_verifying_goes_on_until_the_change_has_settled(client: Client, road: Road) -> None:
    """A process that still had the former credentials may write down what it refused a moment later."""
    change(road, auth_token=NEW_TOKEN)
    verifying.verify_due()
    assert verifying.due().exists()
    Channel.objects.update(credentials_changed_at=timezone.now() - 2 * verifying.SETTLED)
    verifying.verify_due()
    assert not verifying.due().exists()


def test_change_is_found_by_the_clock(client: Client, road: Road) -> None:
    is_due = watch.DUE["sessions.tasks.verify_held"]
    assert not is_due()
    change(road, auth_token=NEW_TOKEN)
    assert is_due()


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(st.lists(st.integers(0, 300), max_size=40), st.integers(1, 200))
def test_flood_of_many_hours_never_fills_more_than_there_is(hours: list[int], most: int) -> None:
    rows = 0
    with override_settings(WEBHOOK_HELD_KEPT=most):
        for comes in hours:
            room = held._Standing(rows, 0, 0, None).room
            assert room >= (1 if rows < most else 0)
            assert room <= (most - rows + 1) // 2
            taken = min(room, comes)
            assert held._Standing(rows + taken, taken, 0, None).room == room - taken
            rows += taken
        assert rows <= most


def test_saving_the_channel_as_it_is_verifies_nothing(road: Road) -> None:
    change(road)
    assert not verifying.due().exists()


@pytest.mark.parametrize(
    ("body", "others"),
    [("x" * 20_000, {}), ("Hi", {"MessageSid": "SM1"}), ("Hi", {"From": "1" * 40})],
)
def test_what_can_t_prove_to_be_a_text_leaves_a_trace_alone(
    client: Client, road: Road, body: str, others: dict[str, str]
) -> None:
    post(client, road, 1, body, **others)
    assert ([outcome for outcome, _reason in journal()], marked(road)) == (["rejected"], 0)


def test_status_callback_is_not_held(client: Client, road: Road) -> None:
    fields = {"MessageSid": sid_of(1), "MessageStatus": "delivered", "AccountSid": "AC"}
    assert signed_post(client, f"{road.path}?attempt=1", fields, token=NEW_TOKEN).status_code == 403
    assert [outcome for outcome, _reason in journal()] == ["rejected"]


def test_body_of_a_held_text_is_kept_whole(client: Client, road: Road) -> None:
    post(client, road, 1, "é" * 1600)
    change(road, auth_token=NEW_TOKEN)
    verifying.verify_due()
    assert bodies() == ["é" * 1600]


# --- a stranger who knows the address ---


def test_flood_pushes_out_nothing_and_leaves_room(client: Client, road: Road, settings: Settings) -> None:
    settings.WEBHOOK_HELD_KEPT = 40
    post(client, road, 1, "Before")
    for number in range(100, 160):
        post(client, road, number, "Flood", "f" * 32, From=f"+1415555{number:04}")
    assert WebhookRequest.objects.filter(outcome=Outcome.HELD).count() == 20
    WebhookRequest.objects.update(received_at=timezone.now() - timedelta(hours=2))  # the next hour
    assert [post(client, road, number, "After", From="+14155559999") for number in (2, 3)] == [403] * 2
    change(road, auth_token=NEW_TOKEN)
    verifying.verify_due()
    assert bodies() == ["Before", "After", "After"]


def test_one_sender_fills_no_more_than_its_share(
    client: Client, road: Road, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(held, "OF_SENDER", 5)
    for number in range(1, 12):
        post(client, road, number, "Flood", "f" * 32)
    post(client, road, 50, "Mine", From="+14155559999")
    kept = WebhookRequest.objects.filter(outcome=Outcome.HELD).order_by("pk")
    assert [row.contact for row in kept] == [CONTACT] * 5 + ["+14155559999"]


def test_second_bounds_what_a_process_holds(
    client: Client, road: Road, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(held, "_budget", budget.Budget(3))
    for number in range(1, 31):
        post(client, road, number, "Flood", From=f"+1415555{number:04}")
    kept = WebhookRequest.objects.filter(outcome=Outcome.HELD).count()
    assert 3 <= kept < 30


def test_channels_have_room_of_their_own(
    client: Client, road: Road, queue: MessageQueue, settings: Settings
) -> None:
    settings.WEBHOOK_HELD_KEPT = 4
    other = make_road(queue, address="+14155550999", name="Other")
    for number in range(1, 9):
        post(client, road, number, "Flood", "f" * 32)
    post(client, other, 20, "Mine")
    assert (marked(road), marked(other)) == (2, 1)


# --- what administrators see ---


def test_list_and_page_say_how_many_came_since_when(client: Client, road: Road, admin_page: Client) -> None:
    post(client, road, 1, "One")
    one = said(admin_page, road)
    post(client, road, 2, "Two")
    assert [one, said(admin_page, road)] == [
        ["1 text came with another Auth Token"] * 2,
        ["2 texts came with another Auth Token"] * 2,
    ]
    change(road, auth_token=NEW_TOKEN)
    verifying.verify_due()
    assert said(admin_page, road) == []


def said(browser: Client, road: Road) -> list[str]:
    pages = (browser.get("/channels/"), browser.get(f"/channels/{road.channel.pk}/"))
    return [
        words
        for page in pages
        for words in re.findall(r"\d+ texts? came with another Auth Token", page.content.decode())
    ]


def test_discarded_texts_are_never_taken_in(client: Client, road: Road, admin_page: Client) -> None:
    for number in (1, 2, 3):
        post(client, road, number, f"Text {number}")
    one = WebhookRequest.objects.order_by("pk")[0]
    admin_page.post(f"/journal/{one.pk}/dismiss/")
    assert marked(road) == 2
    admin_page.post(f"/journal/discard/?channel={road.channel.pk}")
    change(road, auth_token=NEW_TOKEN)
    assert verifying.verify_due() == 0
    assert ({outcome for outcome, _reason in journal()}, marked(road), bodies()) == ({"rejected"}, 0, [])


def test_held_text_can_t_be_replayed_by_hand(client: Client, road: Road, admin_page: Client) -> None:
    post(client, road, 1, "Hello")
    row = WebhookRequest.objects.get()
    admin_page.post(f"/journal/{row.pk}/replay/")
    row.refresh_from_db()
    assert (row.outcome, bodies()) == ("held", [])


def test_what_is_forgotten_is_marked_no_more(client: Client, road: Road) -> None:
    post(client, road, 1, "Hello")
    others.sweep(Pace(9), now=timezone.now() + timedelta(days=400))
    assert marked(road) == 0
