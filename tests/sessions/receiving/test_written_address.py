"""Webhook addresses as people copy them: taken in where they are authentic, else a trace with the mistake."""

from typing import Any
from urllib.parse import urlencode

import pytest
from django.conf import settings as django_settings
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st
from twilio.request_validator import HMAC_SHA256, RequestValidator

from channels.models import Channel
from pbx_messaging.said import Kind
from sessions.models import Message, WebhookRequest
from sessions.receiving import reasons
from sessions.receiving.written_address import is_webhook, written
from tests.factories import AUTH_TOKEN, Road
from tests.sessions.conftest import inbound_fields, sid_of
from tests.sessions.receiving.test_webhook import TWIML, journal

pytestmark = pytest.mark.django_db
TOKEN = "AbC-_9" * 6 + "AbCd"
FORM = "application/x-www-form-urlencoded"
WRITINGS = [
    ("/w/TOKEN/", []),
    ("/w/TOKEN", [reasons.NO_SLASH]),
    ("//w/TOKEN/", [reasons.DOUBLE_SLASH]),
    ("/w//TOKEN/", [reasons.DOUBLE_SLASH]),
    ("/w/TOKEN//", [reasons.DOUBLE_SLASH]),
    ("///w///TOKEN", [reasons.DOUBLE_SLASH, reasons.NO_SLASH]),
    ("/w/TOKEN/%23rc=2&rp=ct,rt,5xx&ct=2000&rt=3000", [reasons.ENCODED_OVERRIDES]),
    ("/w/TOKEN%23rc=2&rp=ct", [reasons.ENCODED_OVERRIDES]),
    ("/w/TOKEN/%2523rc%3D2", [reasons.ENCODED_OVERRIDES]),
    ("/w/TOKEN/%20", [reasons.APPENDED]),
    ("/w/TOKEN/sms/", [reasons.APPENDED]),
    ("/w/TOKEN/%22", [reasons.APPENDED]),
]


@pytest.mark.parametrize(("path", "mistakes"), WRITINGS)
def test_token_is_found_and_what_is_wrong_is_named(path: str, mistakes: list[Kind]) -> None:
    path = path.replace("TOKEN", TOKEN)
    assert (is_webhook(path), written(path)) == (True, (TOKEN, tuple(mistakes)))
    assert written(path, method="GET").mistakes == (reasons.BY_GET, *mistakes)


@given(st.text(max_size=40))
def test_any_path_is_read(rest: str) -> None:
    written(f"/w/{rest}")
    assert written(f"/w/{TOKEN}/{rest}").token == TOKEN
    assert not is_webhook(f"/inbox/w/{rest}")


def post(client: Client, path: str, signed: str) -> Any:
    """As gunicorn gives a request to Django: with its address as it was asked for."""
    fields = inbound_fields(sid_of(1), "Hello")
    headers = {"X-Twilio-Signature": RequestValidator(AUTH_TOKEN).compute_signature(signed, fields)}
    return client.post(f"http://testserver{path}", urlencode(fields), FORM, headers=headers, RAW_URI=path)


@pytest.mark.parametrize(("path", "mistakes"), WRITINGS)
def test_authentic_text_is_taken_in_however_its_address_is_written(
    client: Client, road: Road, path: str, mistakes: list[Kind]
) -> None:
    path = path.replace("TOKEN", road.token)
    answer = post(client, path, django_settings.PUBLIC_URL + path)
    assert (answer.status_code, answer.content, answer["Content-Type"]) == (200, TWIML, "text/xml")
    assert [message.body for message in Message.objects.all()] == ["Hello"]
    said = reasons.odd(mistakes)
    assert journal() == [("processed", said)]


@pytest.mark.parametrize(("path", "mistakes"), WRITINGS[1:])
def test_what_is_not_authentic_leaves_a_trace_that_names_the_mistake(
    client: Client, road: Road, admin_page: Client, path: str, mistakes: list[Kind]
) -> None:
    """Such as a proxy that has written the address anew: then the signature is of another one."""
    path = path.replace("TOKEN", road.token)
    assert post(client, path, "https://elsewhere.example.com/").status_code == 403
    ((_outcome, reason),) = journal()
    assert reason == f"{reasons.WRONG_SIGNATURE()} {reasons.odd(mistakes)}"
    page = admin_page.get(f"/journal/{WebhookRequest.objects.get().pk}/").content.decode()
    assert "What to do:" in page


def get(client: Client, path: str, fields: dict[str, str], token: str = AUTH_TOKEN) -> Any:
    path = f"{path}?{urlencode(fields)}"
    signature = RequestValidator(token).compute_signature(django_settings.PUBLIC_URL + path, {})
    return client.get(path, headers={"X-Twilio-Signature": signature})


def test_text_by_get_is_taken_in(client: Client, road: Road, admin_page: Client) -> None:
    answer = get(client, road.path, inbound_fields(sid_of(1), "Grüße & 100 % mehr"))
    assert (answer.status_code, answer.content) == (200, TWIML)
    assert [message.body for message in Message.objects.all()] == ["Grüße & 100 % mehr"]
    assert journal() == [("processed", reasons.odd([reasons.BY_GET]))]
    page = admin_page.get(f"/journal/{WebhookRequest.objects.get().pk}/").content.decode()
    assert ("Grüße &amp; 100 % mehr" in page, "HTTP POST" in page) == (True, True)


def test_text_by_get_that_is_not_authentic_is_held(client: Client, road: Road) -> None:
    assert get(client, road.path, inbound_fields(sid_of(1), "Hello"), token="f" * 32).status_code == 403
    assert [outcome for outcome, _reason in journal()] == ["held"]


def test_status_by_get_is_read_and_answered_empty(client: Client, road: Road) -> None:
    fields = {
        "MessageSid": sid_of(1),
        "MessageStatus": "sent",
        "AccountSid": inbound_fields("", "")["AccountSid"],
    }
    answer = get(client, road.path, fields)
    assert (answer.status_code, answer.content) == (200, b"")


def test_somebody_who_opens_the_address_in_a_browser_leaves_no_trace(client: Client, road: Road) -> None:
    assert [client.get(road.path).status_code, client.head(road.path).status_code] == [405, 405]
    assert client.get(f"{road.path}?utm=1").status_code == 403
    assert journal() == [("rejected", f"It has no signature. {reasons.odd([reasons.BY_GET])}")]


@pytest.mark.parametrize("port", [":443", ""])
def test_text_signed_with_or_without_the_port(client: Client, road: Road, settings: Any, port: str) -> None:
    settings.PUBLIC_URL = "https://pbx.example.com" + (":443" if not port else "")
    fields = inbound_fields(sid_of(1), "Hello")
    url = f"https://pbx.example.com{port}{road.path}"
    signature = RequestValidator(AUTH_TOKEN).compute_signature(url, fields)
    answer = client.post(road.path, urlencode(fields), FORM, headers={"X-Twilio-Signature": signature})
    assert (answer.status_code, journal()) == (200, [("processed", "")])


# --- keys of Webhook Settings ---


def keyed(client: Client, road: Road, number: int, key: str) -> int:
    fields = inbound_fields(sid_of(number), f"Text {number}")
    url = django_settings.PUBLIC_URL + road.path
    signature = RequestValidator(key).compute_signature(url, fields, HMAC_SHA256)
    told = "key=webhooks_sharedkey_01k,algorithm=HMAC_SHA256"
    headers = {"X-Twilio-Signature": signature, "X-Twilio-Webhooks-Signature-Settings": told}
    return int(client.post(road.path, urlencode(fields), FORM, headers=headers).status_code)


def test_text_signed_with_the_channel_s_key_is_taken_in(client: Client, road: Road) -> None:
    assert keyed(client, road, 1, "the-key") == 403
    assert journal() == [("held", reasons.UNKNOWN_KEY())]
    Channel.objects.update(credentials={**road.channel.credentials, "webhook_key": "the-key"})
    assert [keyed(client, road, 2, "the-key"), keyed(client, road, 3, "another")] == [200, 403]
    assert [message.body for message in Message.objects.all()] == ["Text 2"]
