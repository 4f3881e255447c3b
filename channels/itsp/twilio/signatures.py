"""Whether a call was signed by Twilio, for the address that it called, with a secret of the channel's."""

import base64
import hashlib
import hmac
import re
from collections.abc import Callable, Iterator
from typing import Any

from channels.itsp.base import Credentials
from channels.itsp.calls import SignedBy, WebhookCall
from channels.itsp.twilio.credentials import keys_of, tokens_of
from channels.itsp.twilio.parameters import of_form

SIGNATURE = "x-twilio-signature"
SETTINGS = "x-twilio-webhooks-signature-settings"  # of a Webhook Setting: key=…,algorithm=…
HEADERS = frozenset({SIGNATURE, SETTINGS})
_HASHES: dict[str, Callable[..., Any]] = {"HMAC_SHA1": hashlib.sha1, "HMAC_SHA256": hashlib.sha256}
_LEGACY = "HMAC_SHA1"
_ORIGIN = re.compile(r"(https?)://([^/?#@:\[\]]+|\[[^\]]*\])(:[0-9]+)?")
_PORTS = {"https": ":443", "http": ":80"}
# A form's signature fits a GET whose address ends with all of the form. No address of Twilio's own has that.
_SHIFTED = "AccountSidAC"
_DEMO, _DEMO_TOO = "http://localhost:", "http://127.0.0.1:"


def is_authentic(call: WebhookCall, credentials: Credentials) -> bool:
    """HMAC over the URL and the sorted parameters of the body, byte for byte as they came."""
    settings = call.headers.get(SETTINGS, "")
    hashed = _HASHES.get(_algorithm(settings))
    secrets = keys_of(credentials) if settings else tokens_of(credentials)
    if hashed is None or not secrets or (call.method == "GET" and _SHIFTED in call.url):
        return False
    parameters = b"".join(name + value for name, value in sorted(set(_signed_parameters(call))))
    given = call.headers.get(SIGNATURE, "").encode()
    signatures = (
        hmac.new(secret.encode(), url.encode("utf-8", "surrogateescape") + parameters, hashed)
        for secret in secrets
        for url in _names_of(call.url)
    )
    return any(hmac.compare_digest(base64.b64encode(one.digest()), given) for one in signatures)


def signed_by(call: WebhookCall) -> SignedBy:
    if call.headers.get(SETTINGS):
        return SignedBy.KEY
    return SignedBy.ACCOUNT if call.headers.get(SIGNATURE) else SignedBy.NOBODY


def _signed_parameters(call: WebhookCall) -> tuple[tuple[bytes, bytes], ...]:
    """Of a GET they are signed as part of its address."""
    return () if call.method == "GET" else of_form(call.body)


def _algorithm(settings: str) -> str:
    """As the `twilio` package reads it: without a word of it, the oldest."""
    for part in settings.split(","):
        name, sign, value = part.partition("=")
        if sign and name.strip() == "algorithm" and value.strip():
            return value.strip().upper()
    return _LEGACY


def _names_of(url: str) -> Iterator[str]:
    """Under which Twilio may have signed it: with the port and without, as its own validators try.

    A demo's own machine has two names.
    """
    urls = [url, url.replace(_DEMO, _DEMO_TOO, 1)] if url.startswith(_DEMO) else [url]
    for one in urls:
        yield one
        if origin := _ORIGIN.match(one):
            scheme, host, port = origin.groups()
            yield f"{scheme}://{host}{'' if port else _PORTS[scheme]}{one[origin.end() :]}"
