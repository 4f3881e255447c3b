"""The form of a provider, its preview, and its set-up check."""

import json
import re
from typing import Any

import pytest
from django.test import Client
from pytest_django.fixtures import Settings
from pytest_django.live_server_helper import LiveServer

from channels.itsp import ITSPS
from channels.itsp.general.shape import Shape
from channels.itsp.set_up import CheckOutcome, SetUp
from channels.models import Channel
from channels.webhook.url import webhook_url_of
from routing.models import Extension
from sessions.models import Message, WebhookRequest
from tests.channels.answering import answering
from tests.channels.itsp.general.conftest import KEY, SECRET, Provider
from tests.factories import make_agent, make_road
from tests.portal import errors_of, text_of

GENERAL = ITSPS["general"]
PREVIEW = "/channels/add/sms/preview/general/"
GIVEN = {"send_url": "https://api.example.com/sms", "api_key": KEY, "secret": SECRET}


def form_of(**said: str) -> Any:
    form = GENERAL.credentials_form(GIVEN | said)
    form.is_valid()
    return form


# --- the form ---


def test_only_what_differs_from_the_interface_is_stored() -> None:
    assert form_of(sent_text="body", answer_id="", second_secret=SECRET).cleaned_data == {
        **GIVEN,
        "sent_text": "body",
    }
    assert Shape.of(form_of(sent_text="body").cleaned_data) == Shape(sent_text="body")


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("send_url", "http://api.example.com/sms"),
        ("send_url", "https://user@api.example.com/sms"),
        ("send_url", "ftp://api.example.com"),
        ("send_url", "api.example.com/sms"),
        ("verify_url", "https://"),
        ("sent_text", "a..b"),
        ("sent_text", "a/b"),
        ("answer_id", ".id"),
        ("auth_header", "X_Token"),
        ("auth_header", "X-Token:"),
        ("auth_format", "Bearer"),
        ("auth_format", "{key} {key}"),
        ("auth_format", "Bearer {key}\r\nX: 1"),
        ("auth_format", "Schlüssel {key}"),
        ("status_words", "DELIVRD"),
        ("status_words", "DELIVRD = arrived"),
        ("signature_header", "Cookie"),
        ("signature_header", "Acme_Proof"),
        ("timestamp_header", "Authorization"),
        ("timestamp_header", "X-Forwarded-For"),
        ("timestamp_header", "x-signature-256"),
    ],
)
def test_what_cannot_be_used_is_an_error_of_its_field(field: str, value: str) -> None:
    assert list(form_of(**{field: value}).errors) == [field]


@pytest.mark.parametrize(
    ("one", "other"), [("sent_text", "to"), ("sent_text", "to.text"), ("sent_reference", "media.0")]
)
def test_two_fields_have_not_the_same_place(one: str, other: str) -> None:
    assert list(errors_of(form_of(**{one: other}))) == ["__all__"]


def test_address_on_another_port_is_one() -> None:
    assert form_of(send_url="https://api.example.com:8443/sms").errors == {}


# --- the preview ---


def preview(admin_page: Client, sample: str = "", *, by_script: bool = True, **said: str) -> str:
    headers = {"HX-Request": "true"} if by_script else {}
    answer = admin_page.post(PREVIEW, {"preview_sample": sample, **said}, headers=headers)
    assert answer.status_code == 200
    html = answer.content.decode()
    assert ("<html" in html) is not by_script
    return html


def blocks(html: str) -> list[str]:
    return [text_of(one) for one in re.findall(r"<pre[^>]*>(.*?)</pre>", html, re.DOTALL)]


@pytest.mark.parametrize("by_script", [True, False])
def test_preview_shows_the_request_and_never_the_key(admin_page: Client, by_script: bool) -> None:
    html = preview(admin_page, by_script=by_script, **GIVEN, sent_text="body", auth_header="X-Token")
    request = blocks(html)[0]
    assert request.startswith("POST https://api.example.com/sms X-Token: Bearer ••••••••")
    assert '"body": "Yes, till six."' in request
    assert KEY not in html
    assert SECRET not in html


def test_preview_reads_a_pasted_call_by_the_settings(admin_page: Client) -> None:
    sample = json.dumps({"uid": "t-9", "src": "+447700900123", "to": "+14155550100", "text": "Hi <b>"})
    html = preview(admin_page, sample, inbound_id="uid", inbound_from="src")
    terms = re.findall(r"<dt>(.*?)</dt>\s*<dd[^>]*>(.*?)</dd>", html)
    assert ("The text’s id", "t-9") in terms
    assert ("The contact’s number", "+447700900123") in terms
    assert ("Text", "Hi &lt;b&gt;") in terms


def test_preview_of_nothing_is_what_pbx_expects(admin_page: Client) -> None:
    html = preview(admin_page, result_status="state")
    assert '"state": "delivered"' in blocks(html)[1].replace("&quot;", '"')
    assert [text_of(one) for one in re.findall(r"<strong>(.*?)</strong>", html)] == [
        "An inbound text",
        "The result of a text of ours",
    ]


@pytest.mark.parametrize(
    ("sample", "words"),
    [
        ("{", "The call is no JSON."),
        ('{"type": "ping"}', "It is neither a text nor a result"),
        ('{"id": "m1", "status": "en route"}', "is not among the words for statuses"),
    ],
)
def test_preview_says_what_is_wrong(admin_page: Client, sample: str, words: str) -> None:
    assert words in text_of(preview(admin_page, sample))


def test_preview_names_mistakes_of_the_form(admin_page: Client) -> None:
    html = text_of(preview(admin_page, auth_format="Bearer"))
    assert "What is in that header:" in html
    assert "Write {key} once, where the API Key goes." in html


def test_preview_is_for_administrators_and_some_itsps(admin_page: Client, client: Client) -> None:
    assert client.post(PREVIEW).status_code == 302
    without = next(one for one in ITSPS.values() if not one.has_preview)
    for code in (without.code, "nobody"):
        assert admin_page.post(f"/channels/add/sms/preview/{code}/").status_code == 404


# --- the set-up check ---


def found(credentials: dict[str, str], url: str) -> dict[str, Any]:
    findings = GENERAL.check_set_up(credentials, SetUp([], url))
    return {finding.check.value: finding for finding in findings}


@pytest.fixture
def ada(transactional_db: None) -> Extension:
    return make_agent("1001", "Ada")


@pytest.fixture
def channel(ada: Extension, provider: Provider, live_server: LiveServer, settings: Settings) -> Channel:
    """At PBX as it answers now."""
    settings.PUBLIC_URL = live_server.url
    channel = make_road(ada).channel
    channel.itsp, channel.credentials = "general", {**GIVEN, "send_url": f"{provider.url}/send"}
    channel.save()
    return channel


@pytest.mark.parametrize("theirs", [{}, {"timestamp_header": "X-Timestamp", "signature_format": "hex"}])
def test_signed_call_of_our_own_is_taken_and_stores_nothing(channel: Channel, theirs: dict[str, str]) -> None:
    channel.credentials |= theirs
    channel.save()
    signed = found(channel.credentials, webhook_url_of(channel, GENERAL))["signed"]
    assert (signed.outcome, Message.objects.count()) == (CheckOutcome.PASS, 0)
    assert [row.outcome for row in WebhookRequest.objects.all()] == ["ignored"]


def test_signature_that_is_lost_on_the_way_is_found(channel: Channel) -> None:
    other = {**channel.credentials, "secret": "what PBX does not know"}
    signed = found(other, webhook_url_of(channel, GENERAL))["signed"]
    assert (signed.outcome, "X-Signature-256" in signed.why) == (CheckOutcome.FAIL, True)


def test_webhook_that_is_not_reached_tells_nothing(provider: Provider, credentials: dict[str, str]) -> None:
    assert found(credentials, "http://127.0.0.1:9/w/t/")["signed"].outcome is CheckOutcome.CANNOT_TELL
    with answering() as url:  # something else, which takes no POST
        assert found(credentials, f"{url}/w/t/")["signed"].outcome is CheckOutcome.CANNOT_TELL


@pytest.mark.parametrize(
    ("status", "outcome", "stops"),
    [(200, CheckOutcome.PASS, False), (401, CheckOutcome.FAIL, True), (500, CheckOutcome.CANNOT_TELL, False)],
)
def test_key_is_checked_where_the_provider_tells(
    provider: Provider, credentials: dict[str, str], status: int, outcome: CheckOutcome, stops: bool
) -> None:
    provider.says(status, {})
    asked = credentials | {"verify_url": f"{provider.url}/verify"}
    finding = found(asked, "http://127.0.0.1:9/w/t/")["credentials"]
    assert (finding.outcome, finding.stops) == (outcome, stops)


def test_key_at_a_provider_that_tells_nothing_is_unknown(
    provider: Provider, credentials: dict[str, str]
) -> None:
    finding = found(credentials, "http://127.0.0.1:9/w/t/")["credentials"]
    assert (finding.outcome, provider.asked) == (CheckOutcome.CANNOT_TELL, [])
