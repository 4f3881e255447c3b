"""Signatures of ours over a few bytes: made by SECRET_KEY, believed by SECRET_KEY_FALLBACKS as well."""

import hashlib
import hmac

from django.conf import settings

SHORTEST = 12  # bytes


def sign(signed: bytes, *, purpose: bytes, length: int) -> bytes:
    """`purpose` keeps what is signed for one thing from being used for another."""
    return _signature(settings.SECRET_KEY, signed, purpose)[:length]


def is_signature(signature: bytes, signed: bytes, *, purpose: bytes) -> bool:
    if len(signature) < SHORTEST:
        return False
    keys = (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)
    ours = [_signature(key, signed, purpose)[: len(signature)] for key in keys]
    return any(hmac.compare_digest(signature, one) for one in ours)


def _signature(secret_key: str, signed: bytes, purpose: bytes) -> bytes:
    key = hashlib.sha256(purpose + secret_key.encode()).digest()
    return hmac.new(key, signed, hashlib.sha256).digest()
