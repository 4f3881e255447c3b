"""HMAC-SHA256 over the raw body, as the general interface has it."""

from __future__ import annotations

import hashlib
import hmac

HEADER = "X-Signature-256"


def signature(body: bytes, secret: str) -> str:
    return f"sha256={hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()}"


def is_signed(body: bytes, given: str, secret: str) -> bool:
    return hmac.compare_digest(signature(body, secret).encode(), given.strip().encode())
