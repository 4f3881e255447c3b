"""Who has posted a call: HMAC-SHA256 over its body as it came, with the channel's secret.

Without a time in it, a call may be posted again for ever: the text's id, which is stored once, is what makes
that harmless.
"""

import base64
import hashlib
import hmac
from datetime import UTC, datetime, timedelta

from django.utils.translation import gettext_lazy as _

from channels.itsp.calls import WebhookCall
from channels.itsp.general.shape import Shape

# By which a call is known to be signed, even if the channel's settings name another header.
SIGNATURE_HEADERS = frozenset(
    {
        "x-signature-256",
        "x-hub-signature-256",
        "x-signature",
        "x-signature-sha256",
        "x-hmac-sha256",
        "x-webhook-signature",
        "webhook-signature",
    }
)
FORMATS = [
    ("", "sha256=…"),
    ("hex", _("Hexadecimal")),
    ("base64", "Base64"),
]
OLDEST = timedelta(minutes=5)


def is_authentic(call: WebhookCall, shape: Shape, secrets: list[bytes]) -> bool:
    if call.method != "POST" or not _is_in_time(call, shape):
        return False
    given = call.headers.get(shape.signature_header.lower(), "").strip().encode()
    time = _time_of(call, shape)
    return any(
        hmac.compare_digest(signature(call.body, secret, shape, time).encode(), given) for secret in secrets
    )


def signature(body: bytes, secret: bytes, shape: Shape, time: str = "") -> str:
    """What stands in the header. `time` is that of the other header, "" if there is none."""
    digest = hmac.new(secret, f"{time}.".encode() + body if time else body, hashlib.sha256)
    if shape.signature_format == "base64":
        return base64.b64encode(digest.digest()).decode()
    return digest.hexdigest() if shape.signature_format == "hex" else f"sha256={digest.hexdigest()}"


def headers_of(shape: Shape) -> frozenset[str]:
    """Those that hold the signature and, where there is one, the time."""
    return frozenset(filter(None, (shape.signature_header.lower(), shape.timestamp_header.lower())))


def is_signed(call: WebhookCall, shape: Shape) -> bool:
    return any(call.headers.get(name) for name in {shape.signature_header.lower(), *SIGNATURE_HEADERS})


def _time_of(call: WebhookCall, shape: Shape) -> str:
    return call.headers.get(shape.timestamp_header.lower(), "") if shape.timestamp_header else ""


def _is_in_time(call: WebhookCall, shape: Shape) -> bool:
    """By when it came in, however late it is looked at."""
    if not shape.timestamp_header:
        return True
    told = _time_of(call, shape)
    if not (told.isascii() and told.isdecimal() and len(told) <= 11):
        return False
    return abs(call.at - datetime.fromtimestamp(int(told), UTC)) <= OLDEST
