"""X-Twilio-Signature: base64(HMAC-SHA1(token, URL + names and values, names sorted)).

With a SharedKey of a Webhook Setting it is HMAC-SHA256 by that key.
"""

from __future__ import annotations

import base64
import hmac
from collections.abc import Mapping

KEY_NAME = "webhooks_sharedkey_01simulator"


def signed_headers(token: str, key: str, url: str, params: Mapping[str, str]) -> dict[str, str]:
    """By the key, where there is one."""
    if not key:
        return {"X-Twilio-Signature": sign(token, url, params)}
    settings = f"key={KEY_NAME},algorithm=HMAC_SHA256"
    signature = sign(key, url, params, "sha256")
    return {"X-Twilio-Signature": signature, "X-Twilio-Webhooks-Signature-Settings": settings}


def sign(secret: str, url: str, params: Mapping[str, str], algorithm: str = "sha1") -> str:
    """`url` without its fragment, with its query string and explicit port; `params` of the POST body."""
    signed = url + "".join(name + params[name] for name in sorted(params))
    digest = hmac.new(secret.encode(), signed.encode(), algorithm).digest()
    return base64.b64encode(digest).decode()
