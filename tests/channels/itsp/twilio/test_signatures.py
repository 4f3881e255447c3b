"""What is authentic, as Twilio's own validator says."""

from urllib.parse import urlencode, urlsplit

import pytest
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from twilio.request_validator import HMAC_SHA1, HMAC_SHA256, RequestValidator, get_signature_algorithm

from channels.itsp.calls import SignedBy, WebhookCall
from channels.itsp.twilio import Twilio
from tests.factories import ACCOUNT_SID, AUTH_TOKEN

pytestmark = pytest.mark.once
FIELDS = {"MessageSid": "SM" + "0123456789abcdef" * 2, "Body": "Grüße & mehr", "AccountSid": ACCOUNT_SID}
KEY = "shared-key-of-a-setting"
CREDENTIALS = {"account_sid": ACCOUNT_SID, "auth_token": AUTH_TOKEN}
SETTINGS = "x-twilio-webhooks-signature-settings"

hosts = st.sampled_from(["pbx.example.com", "localhost", "127.0.0.1", "sub.pbx.example.co.uk"])
ports = st.sampled_from(["", ":443", ":80", ":8443", ":8000"])
paths = st.sampled_from(
    [
        *("/w/token/", "/w/token", "//w/token/", "/w//token/", "/w/token/%23rc=2&rp=ct"),
        *("/w/t%7E/", "/w/t%7e/", "/w/t~/", "/w/pr%C3%BCfung/", "/w/prüfung/"),
    ]
)
urls = st.builds(
    lambda scheme, host, port, path, query: f"{scheme}://{host}{port}{path}{query}",
    st.sampled_from(["https", "http"]),
    hosts,
    ports,
    paths,
    st.sampled_from(["", "?attempt=17", "?a=%20b&c=", "?a=~&b=%7E", "?ö=ü", "?%C3%B6=%c3%bc"]),
)


def call_of(url: str, signature: str, settings_header: str = "", method: str = "POST") -> WebhookCall:
    headers = {"x-twilio-signature": signature} | ({SETTINGS: settings_header} if settings_header else {})
    return WebhookCall(
        method, url, headers, urlencode(FIELDS).encode() if method == "POST" else b"", timezone.now()
    )


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(signed=urls, called=urls)
def test_port_is_there_or_not_as_twilio_s_validator_tries_it(signed: str, called: str) -> None:
    """For the address that was called, or what differs from it by its port alone."""
    validator = RequestValidator(AUTH_TOKEN)
    signature = validator.compute_signature(signed, FIELDS)
    theirs = validator.validate(called, FIELDS, signature) or signed == called
    is_demo = called.startswith("http://localhost:")  # which has two names, by ours alone
    if not is_demo or theirs:
        assert Twilio().is_authentic(call_of(called, signature), CREDENTIALS) is theirs


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(url=urls)
def test_same_address_with_and_without_its_own_port(url: str) -> None:
    parts = urlsplit(url)
    if parts.port:
        bare = url.replace(f":{parts.port}", "", 1)
        signature = RequestValidator(AUTH_TOKEN).compute_signature(bare, FIELDS)
        assert Twilio().is_authentic(call_of(url, signature), CREDENTIALS)


@pytest.mark.parametrize("port", ["", ":443"])
def test_get_is_signed_by_its_address_alone(port: str) -> None:
    url = f"https://pbx.example.com{port}/w/token/?{urlencode(FIELDS)}"
    signature = RequestValidator(AUTH_TOKEN).compute_signature(url, {})
    assert Twilio().is_authentic(call_of(url, signature, method="GET"), CREDENTIALS)
    assert not Twilio().is_authentic(call_of(url + "0", signature, method="GET"), CREDENTIALS)


@pytest.mark.parametrize(
    "base", ["https://pbx.example.com/w/token/", "https://pbx.example.com/w/token/?attempt=1"]
)
def test_signature_of_a_form_fits_no_get(base: str) -> None:
    """What is signed has no border between the address and the form."""
    fields = {**FIELDS, "Body": "?&MessageSid=SM" + "f" * 32 + "&Body=forged&From=1&To=2"}
    signature = RequestValidator(AUTH_TOKEN).compute_signature(base, fields)
    shifted = base + "".join(name + fields[name] for name in sorted(fields))
    assert not Twilio().is_authentic(call_of(shifted, signature, method="GET"), CREDENTIALS)


# --- tokens and keys ---

OTHER, THIRD = "0" * 32, "1" * 32


@pytest.mark.parametrize(
    ("signed_with", "credentials", "is_authentic"),
    [
        (OTHER, {}, False),
        (OTHER, {"second_auth_token": OTHER}, True),
        (AUTH_TOKEN, {"second_auth_token": OTHER}, True),
        (THIRD, {"second_auth_token": OTHER}, False),
        (OTHER, {"webhook_key": OTHER}, False),  # without the header it is no key's signature
        (OTHER, {"api_key_sid": "SK", "api_key_secret": OTHER}, False),  # API keys never sign
        ("", {"second_auth_token": ""}, False),
    ],
)
def test_either_token_verifies(signed_with: str, credentials: dict[str, str], *, is_authentic: bool) -> None:
    url = "https://pbx.example.com/w/token/"
    signature = RequestValidator(signed_with).compute_signature(url, FIELDS)
    assert Twilio().is_authentic(call_of(url, signature), {**CREDENTIALS, **credentials}) is is_authentic


@pytest.mark.parametrize(
    ("header", "signed_with"),
    [
        ("key=webhooks_sharedkey_01,algorithm=HMAC_SHA256", HMAC_SHA256),
        ("algorithm=HMAC_SHA256", HMAC_SHA256),
        (" key = x , algorithm = hmac_sha256 ", HMAC_SHA256),
        ("key=webhooks_sharedkey_01,algorithm=HMAC_SHA1", HMAC_SHA1),
        ("key=webhooks_sharedkey_01", HMAC_SHA1),
        ("key=webhooks_sharedkey_01,algorithm=HMAC_SHA512", HMAC_SHA256),
        ("key=webhooks_sharedkey_01,algorithm=HMAC_SHA512", HMAC_SHA1),
        ("key=webhooks_sharedkey_01,algorithm=HMAC_SHA256", HMAC_SHA1),
    ],
)
@pytest.mark.parametrize("known", [KEY, "another key", ""])
def test_keys_agree_with_twilio_s_validator(header: str, signed_with: str, known: str) -> None:
    url = "https://pbx.example.com/w/token/"
    signature = RequestValidator(KEY).compute_signature(url, FIELDS, signed_with)
    algorithm = get_signature_algorithm(header)
    theirs = bool(known) and RequestValidator(known).validate(url, FIELDS, signature, algorithm)
    credentials = {**CREDENTIALS, **({"webhook_key": known} if known else {})}
    assert Twilio().is_authentic(call_of(url, signature, header), credentials) is theirs


def test_token_does_not_stand_in_for_a_key() -> None:
    url = "https://pbx.example.com/w/token/"
    signature = RequestValidator(AUTH_TOKEN).compute_signature(url, FIELDS, HMAC_SHA256)
    call = call_of(url, signature, "key=x,algorithm=HMAC_SHA256")
    assert not Twilio().is_authentic(call, {**CREDENTIALS, "webhook_key": KEY})


@pytest.mark.parametrize(
    ("headers", "said"),
    [
        ({}, SignedBy.NOBODY),
        ({"x-twilio-signature": "a"}, SignedBy.ACCOUNT),
        ({"x-twilio-signature": "a", SETTINGS: "key=x"}, SignedBy.KEY),
    ],
)
def test_call_says_what_it_was_signed_with(headers: dict[str, str], said: SignedBy) -> None:
    assert Twilio().signed_by(WebhookCall("POST", "https://x/", headers, b"", timezone.now()), {}) is said
