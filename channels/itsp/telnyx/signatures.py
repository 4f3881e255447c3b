"""Whether a call was signed by Telnyx with the account's key, for the address that it called."""

import base64
import binascii
import json
from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from channels.itsp.api import UNREADABLE
from channels.itsp.base import Credentials
from channels.itsp.calls import SignedBy, WebhookCall
from channels.itsp.telnyx.credentials import key_bytes

SIGNATURE, TIMESTAMP = "telnyx-signature-ed25519", "telnyx-timestamp"
HEADERS = frozenset({SIGNATURE, TIMESTAMP})
MOST_AGE_S = 300


def is_authentic(call: WebhookCall, credentials: Credentials) -> bool:
    """Ed25519 over timestamp, | and body. By when it came in, however late it is verified again."""
    stamp = call.headers.get(TIMESTAMP, "")
    key = _key(str(credentials.get("public_key", "")))
    if key is None or not (stamp.isascii() and stamp.isdecimal() and len(stamp) <= 12):
        return False
    if abs(call.at.timestamp() - int(stamp)) > MOST_AGE_S:
        return False
    try:
        signature = base64.b64decode(call.headers.get(SIGNATURE, ""), validate=True)
        key.verify(signature, stamp.encode() + b"|" + call.body)
    except (InvalidSignature, binascii.Error, ValueError):
        return False
    return _is_for_this_address(call)


def signed_by(call: WebhookCall) -> SignedBy:
    return SignedBy.ACCOUNT if call.headers.get(SIGNATURE) else SignedBy.NOBODY


def _is_for_this_address(call: WebhookCall) -> bool:
    """The address is not signed by itself, but the body names it: another channel's call is none of ours."""
    meant = _delivered_to(call.body)
    return not isinstance(meant, str) or urlsplit(meant).path == urlsplit(call.url).path


def _delivered_to(body: bytes) -> Any:
    try:
        return json.loads(body)["meta"]["delivered_to"]
    except UNREADABLE:
        return None


@lru_cache(maxsize=256)
def _key(text: str) -> Ed25519PublicKey | None:
    found = key_bytes(text)
    return Ed25519PublicKey.from_public_bytes(found) if found else None
