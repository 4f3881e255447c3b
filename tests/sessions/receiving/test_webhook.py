"""The webhook: who is let in, what is stored, what is answered."""

import base64
import hashlib
import hmac
import re
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import unquote_to_bytes, urlencode

import pytest
from django.conf import settings as django_settings
from django.db import connection
from django.test import Client
from pytest_django.fixtures import Settings

from channels.itsp import ITSPS
from channels.webhook import url as webhook_url
from routing.models import Extension
from sessions.models import Message, MessagingSession, WebhookRequest
from sessions.receiving import inbound, replaying
from stats.queries import counts_by_channel
from tests.factories import AUTH_TOKEN, CONTACT, OUR_NUMBER, Road
from tests.sessions.conftest import Post, inbound_fields, sid_of, signed_post

pytestmark = pytest.mark.django_db
TWIML = b'<?xml version="1.0" encoding="UTF-8"?><Response/>'


def give_time(monkeypatch: pytest.MonkeyPatch, settings: Settings) -> None:
    """A busy machine is not too slow for the ITSP."""
    settings.WEBHOOK_DATABASE_TIMEOUT_S = 60
    for itsp in ITSPS.values():
        monkeypatch.setattr(type(itsp), "answers_within_s", 60.0)


def journal() -> list[tuple[str, str]]:
    return list(WebhookRequest.objects.order_by("pk").values_list("outcome", "reason"))


def test_inbound_text_is_stored_and_answered_with_empty_twiml(post_inbound: Post, road: Road) -> None:
    answer = post_inbound(1, "Are you open today?")
    assert (answer.status_code, answer["Content-Type"], answer.content) == (200, "text/xml", TWIML)
    message = Message.objects.get()
    assert (message.body, message.kind, message.itsp_message_id) == (
        "Are you open today?",
        "inbound",
        sid_of(1),
    )
    session = MessagingSession.objects.get()
    assert (session.number, session.contact, session.unread) == (road.number, CONTACT, 1)
    assert (session.queue, session.agent) == (road.number.queue, None)
    assert journal() == [("processed", "")]


def test_second_text_joins_the_open_session(post_inbound: Post) -> None:
    post_inbound(1, "First")
    post_inbound(2, "Second")
    session = MessagingSession.objects.get()
    assert [message.body for message in session.messages.order_by("pk")] == ["First", "Second"]
    assert session.unread == 2
    assert session.last_message is not None
    assert session.last_message.body == "Second"


def test_text_seen_twice_is_stored_once(post_inbound: Post) -> None:
    post_inbound(1, "Are you open today?")
    assert post_inbound(1, "Are you open today?").status_code == 200
    assert [message.body for message in Message.objects.all()] == ["Are you open today?"]
    assert MessagingSession.objects.get().unread == 1
    assert journal() == [("processed", ""), ("duplicate", "The text is already stored.")]


def test_number_of_an_extension_opens_a_session_that_it_owns(
    road: Road, agents: list[Extension], post_inbound: Post
) -> None:
    road.number.extension, road.number.queue = agents[2], None
    road.number.save()
    post_inbound(1, "For Cleo")
    session = MessagingSession.objects.get()
    assert (session.agent, session.queue) == (agents[2], None)


def test_text_after_closing_opens_a_new_session(post_inbound: Post) -> None:
    post_inbound(1, "First")
    first = MessagingSession.objects.get()
    MessagingSession.objects.update(closed_at=first.opened_at)
    post_inbound(2, "Second")
    assert MessagingSession.objects.open().get() != first


def test_unknown_token_is_404_and_leaves_a_trace(client: Client, db: None) -> None:
    answer = signed_post(client, "/w/nobodyknowsthis/", inbound_fields(sid_of(1), "Hello"))
    assert answer.status_code == 404
    assert journal() == [("rejected", "The URL is unknown.")]


def test_text_to_a_form_that_was_never_saved_is_told_apart(client: Client, agents: list[Extension]) -> None:
    path = f"/w/{webhook_url.new_token(agents[0].user)}/"
    assert signed_post(client, path, inbound_fields(sid_of(1), "Hello")).status_code == 404
    assert journal() == [("rejected", "The URL belongs to a form that was never saved.")]


def test_wrong_signature_is_403_and_leaves_a_trace(client: Client, road: Road) -> None:
    answer = signed_post(client, road.path, inbound_fields(sid_of(1), "Hello"), token="f" * 32)
    assert answer.status_code == 403
    assert Message.objects.count() == 0
    assert [outcome for outcome, _ in journal()] == ["held"]


def test_missing_signature_is_403_and_leaves_a_trace(client: Client, road: Road) -> None:
    assert client.post(road.path, inbound_fields(sid_of(1), "Hello")).status_code == 403
    assert journal() == [("rejected", "It has no signature.")]


def test_another_account_is_403(post_inbound: Post) -> None:
    assert post_inbound(1, "Hello", AccountSid="AC" + "f" * 32).status_code == 403
    assert journal() == [("rejected", "It names another account.")]


def test_wrong_method_is_405(client: Client, road: Road) -> None:
    assert client.get(road.path).status_code == 405


def test_oversized_body_is_413(client: Client, road: Road) -> None:
    assert signed_post(client, road.path, inbound_fields(sid_of(1), "x" * 300_000)).status_code == 413
    assert journal() == []


def test_flood_of_forgeries_leaves_few_traces(client: Client, road: Road) -> None:
    for number in range(60):
        client.post(road.path, inbound_fields(sid_of(number), "Forged"))
    assert len(journal()) <= 20


def test_text_for_a_number_that_the_channel_does_not_have_is_journalled(post_inbound: Post) -> None:
    assert post_inbound(1, "Hello", To="+14155550199").status_code == 200
    assert journal() == [("ignored", "This channel does not have the number +14155550199.")]
    assert Message.objects.count() == 0


def test_emoji_and_unknown_fields_survive(post_inbound: Post) -> None:
    post_inbound(1, "Café 🎉", NewField="später 🎈")
    assert Message.objects.get().body == "Café 🎉"
    assert b"NewField=sp%C3%A4ter" in bytes(WebhookRequest.objects.get().body)


@pytest.mark.parametrize(
    ("sent", "stored"),
    [(b"a%00b", "a\ufffdb"), (b"a%FFb", "a\ufffdb"), (b"a\xffb", "a\ufffdb"), (b"%ED%A0%80", "\ufffd" * 3)],
)
def test_nul_and_broken_encodings_survive(client: Client, road: Road, sent: bytes, stored: str) -> None:
    fields = inbound_fields(sid_of(1), "")
    del fields["Body"]
    raw = {name.encode(): value.encode() for name, value in fields.items()} | {
        b"Body": unquote_to_bytes(sent)
    }
    signed = (django_settings.PUBLIC_URL + road.path).encode() + b"".join(
        k + v for k, v in sorted(raw.items())
    )
    signature = base64.b64encode(hmac.new(AUTH_TOKEN.encode(), signed, hashlib.sha1).digest()).decode()
    answer = client.generic(
        "POST",
        road.path,
        urlencode(fields).encode() + b"&Body=" + sent,
        content_type="application/x-www-form-urlencoded",
        headers={"X-Twilio-Signature": signature},
    )
    assert answer.status_code == 200
    assert Message.objects.get().body == stored


@pytest.mark.parametrize("body", ["", " \n"])
def test_text_with_nothing_to_show_becomes_a_system_line(
    post_inbound: Post, agents: list[Extension], body: str
) -> None:
    post_inbound(1, body, MessageType="location", Latitude="-1.28")
    message, session = Message.objects.get(), MessagingSession.objects.get()
    assert (message.kind, message.system_line, session.unread) == ("inbound", "unsupported", 1)
    browser, line = Client(), "The contact sent something that can&#x27;t be shown."
    browser.force_login(agents[0].user)
    page = browser.get(f"/inbox/{session.pk}/").content.decode()
    assert re.findall(r'(?s)<li class="system-line"[^>]*><svg.*?</svg> (.*?) <time', page) == [line]
    assert re.findall(r'(?s)<span class="inbox-preview" dir="auto">\s*(.*?)\s*</span>', page) == [line]
    assert counts_by_channel(None, None)[session.number.channel_id].received == 1


def test_ten_media_are_kept_as_references(post_inbound: Post) -> None:
    media = {f"MediaUrl{n}": f"https://api.twilio.com/m/{n}" for n in range(10)}
    types = {f"MediaContentType{n}": "image/png" for n in range(10)}
    post_inbound(1, "", NumMedia="10", **media, **types)
    kept = [(one.position, one.url, one.content_type) for one in Message.objects.get().attachments.all()]
    assert kept == [(n, f"https://api.twilio.com/m/{n}", "image/png") for n in range(10)]
    assert Message.objects.get().system_line == ""


def test_processing_that_fails_is_journalled_and_succeeds_later(
    post_inbound: Post, road: Road, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_args: object, **_kwargs: object) -> None:
        raise RuntimeError("a defect")

    monkeypatch.setattr(inbound, "_text", broken)
    assert post_inbound(1, "Hello").status_code == 200
    assert journal() == [("failed", "RuntimeError; it is tried again.")]
    monkeypatch.undo()
    WebhookRequest.objects.update(next_try_at=WebhookRequest.objects.get().received_at)
    assert replaying.retry_failed() == 1
    assert [message.body for message in Message.objects.all()] == ["Hello"]
    assert journal() == [("processed", "")]


@pytest.mark.django_db(transaction=True)
def test_same_text_posted_fifty_times_at_once_is_stored_once(
    road: Road, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    give_time(monkeypatch, settings)

    def post(_number: int) -> object:
        try:
            return signed_post(Client(), road.path, inbound_fields(sid_of(1), "Once")).status_code
        finally:
            connection.close()

    with ThreadPoolExecutor(16) as threads:
        assert list(threads.map(post, range(50))) == [200] * 50
    assert [message.body for message in Message.objects.all()] == ["Once"]
    assert MessagingSession.objects.get().unread == 1
    outcomes = sorted(outcome for outcome, _ in journal())
    assert outcomes == ["duplicate"] * 49 + ["processed"]


@pytest.mark.django_db(transaction=True)
def test_twenty_first_texts_of_a_contact_at_once_open_one_session(
    road: Road, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    give_time(monkeypatch, settings)

    def post(number: int) -> object:
        try:
            fields = inbound_fields(sid_of(number), f"Text {number}", To=OUR_NUMBER)
            return signed_post(Client(), road.path, fields).status_code
        finally:
            connection.close()

    with ThreadPoolExecutor(16) as threads:
        assert list(threads.map(post, range(20))) == [200] * 20
    session = MessagingSession.objects.get()
    assert sorted(session.messages.values_list("body", flat=True)) == sorted(f"Text {n}" for n in range(20))
    assert session.unread == 20
