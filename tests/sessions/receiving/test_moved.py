"""A number that has moved to another channel, while its webhook at the ITSP still names the old one."""

from collections.abc import Callable

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone

from channels.itsp.texts import InboundSms
from channels.models import Channel, Number
from channels.set_up import preflight
from routing.models import Extension
from sessions.models import Message, MessagingSession, WebhookRequest
from tests.channels.itsp import example
from tests.factories import ACCOUNT_SID, AUTH_TOKEN, CONTACT, OUR_NUMBER, Road, make_road
from tests.portal import rows_of, text_of
from tests.servers import Simulator
from tests.sessions.conftest import Post, inbound_fields, sid_of, signed_post

pytestmark = pytest.mark.django_db

OTHER_ACCOUNT = "AC" + "9" * 32
ADDRESSES = [OUR_NUMBER, "+12015550188", "72345"]


@pytest.fixture
def move(road: Road, agents: list[Extension]) -> Callable[..., Road]:
    """The number leaves its channel for another one, as by two saves."""

    def to_another(address: str = OUR_NUMBER, account_sid: str = ACCOUNT_SID) -> Road:
        Number.objects.filter(pk=road.number.pk).update(address=address)
        other = make_road(agents[2], address="+12015550999", name="New", account_sid=account_sid)
        Number.objects.filter(pk=road.number.pk).update(channel=other.channel)
        return other

    return to_another


def judged() -> tuple[str, str]:
    row = WebhookRequest.objects.latest("pk")
    return row.outcome, row.reason


@pytest.mark.parametrize("address", ADDRESSES)
def test_text_to_the_old_address_is_the_new_channels(
    post_inbound: Post, move: Callable[..., Road], address: str
) -> None:
    new = move(address)
    answer = post_inbound(1, "Hello", To=address)
    message = Message.objects.get()
    assert (answer.status_code, message.body, message.channel) == (200, "Hello", new.channel)
    assert message.session.number.address == address
    assert message.session.queue is not None
    assert judged() == (
        "processed",
        "It came to the Webhook URL of the number's former channel, and was taken in for New.",
    )


def test_text_is_stored_once_by_whichever_address_it_comes(
    client: Client, road: Road, post_inbound: Post, move: Callable[..., Road]
) -> None:
    post_inbound(1, "Before it moved")
    new = move()
    post_inbound(1, "Before it moved")
    post_inbound(2, "By the old one")
    signed_post(client, new.path, inbound_fields(sid_of(2), "By the old one"))
    signed_post(client, new.path, inbound_fields(sid_of(3), "By the new one"))
    post_inbound(3, "By the new one")
    assert [one.body for one in Message.objects.order_by("pk")] == [
        "Before it moved",
        "By the old one",
        "By the new one",
    ]
    assert MessagingSession.objects.count() == 1


def test_text_of_another_account_is_not_taken(
    post_inbound: Post, move: Callable[..., Road], admin_page: Client
) -> None:
    move(account_sid=OTHER_ACCOUNT)
    answer = post_inbound(1, "Hello")
    assert (answer.status_code, Message.objects.count()) == (200, 0)
    assert judged() == ("ignored", "The number is, with another account, that of the channel New.")
    page = admin_page.get(f"/journal/{WebhookRequest.objects.get().pk}/").content.decode()
    assert "remove it from that channel, add it to this one, and replay this request" in text_of(page)


def test_signature_is_judged_by_the_channel_that_was_called(
    client: Client, road: Road, move: Callable[..., Road]
) -> None:
    """The new channel's secret opens nothing at the old one's address."""
    new = move()
    secret = "a" * 32
    credentials = {**new.channel.credentials, "auth_token": secret}
    Channel.objects.filter(pk=new.channel.pk).update(credentials=credentials)
    fields = inbound_fields(sid_of(1), "Hello")
    assert signed_post(client, road.path, fields, token=secret).status_code == 403
    assert signed_post(client, road.path, fields, token=AUTH_TOKEN).status_code == 200
    assert Message.objects.get().channel == new.channel


@pytest.mark.parametrize("gone", ["number", "channel"])
def test_number_that_no_live_channel_has_is_nobodys(
    post_inbound: Post, move: Callable[..., Road], gone: str
) -> None:
    new = move()
    if gone == "number":
        Number.objects.update(archived_at=timezone.now())
    else:
        Channel.objects.filter(pk=new.channel.pk).update(archived_at=timezone.now())
    post_inbound(1, "Hello")
    assert Message.objects.count() == 0
    assert judged() == ("ignored", f"This channel does not have the number {OUR_NUMBER}.")


def test_text_that_was_ignored_arrives_by_replay_once_the_number_has_a_channel(
    post_inbound: Post, move: Callable[..., Road], admin_page: Client
) -> None:
    new = move()
    Number.objects.update(archived_at=timezone.now())
    post_inbound(1, "Hello")
    Number.objects.update(archived_at=None)
    admin_page.post(f"/journal/{WebhookRequest.objects.get().pk}/replay/")
    assert (Message.objects.get().channel, judged()[0]) == (new.channel, "processed")


def test_contact_writes_on_in_the_session_that_the_number_had(
    post_inbound: Post, move: Callable[..., Road]
) -> None:
    post_inbound(1, "Hello")
    move()
    post_inbound(2, "Are you there?")
    assert MessagingSession.objects.get(contact=CONTACT).messages.filter(kind="inbound").count() == 2


def test_check_names_the_channel_that_the_webhook_belongs_to(
    own_road: Road, agents: list[Extension], simulator: Simulator, admin_page: Client
) -> None:
    account = own_road.channel.credentials
    other = make_road(agents[2], address="+12015550999", name="Old", **account)
    url = f"{settings.PUBLIC_URL}{other.path}"
    simulator.post("/control/numbers", {"address": OUR_NUMBER, "sms_url": f"{url}#rc=2"})
    preflight.run(own_road.channel.pk)
    result = own_road.channel.set_up_results.get(check_name="webhook")
    assert (result.outcome, result.why) == (
        "fail",
        "Texts to the number go to the Webhook URL of the channel “Old”.",
    )
    assert result.changes
    assert rows_of(admin_page.get("/channels/"))[0][0] == "Main"


def test_where_no_account_is_named_the_same_credentials_are_the_same_account(
    client: Client, road: Road, move: Callable[..., Road], monkeypatch: pytest.MonkeyPatch
) -> None:
    example.register(monkeypatch)
    example.moved_to_example(road)
    new = example.moved_to_example(move())
    assert example.post(client, road.path, [example.text(1, "Moved", to=OUR_NUMBER)]) == 200
    assert [(one.body, one.channel) for one in Message.objects.all()] == [("Moved", new.channel)]
    Channel.objects.filter(pk=new.channel.pk).update(credentials={**example.CREDENTIALS, "user": "other"})
    assert example.post(client, road.path, [example.text(2, "Not ours", to=OUR_NUMBER)]) == 200
    assert judged() == ("ignored", "The number is, with another account, that of the channel New.")


@pytest.mark.parametrize(
    ("named", "own", "taken"), [("", "a", 1), ("a", "", 1), ("a", "a", 1), ("a", "b", 0)]
)
def test_account_is_compared_where_both_name_one(
    client: Client, road: Road, monkeypatch: pytest.MonkeyPatch, named: str, own: str, taken: int
) -> None:
    example.register(monkeypatch)
    example.moved_to_example(road)
    monkeypatch.setattr(example.Example, "account_id", lambda *_: own)
    text = InboundSms("text-1", named, CONTACT, OUR_NUMBER, "Hello")
    monkeypatch.setattr(example.Example, "read", lambda *_: [text])
    assert example.post(client, road.path, [{}]) == (200 if taken else 403)
    assert Message.objects.count() == taken
