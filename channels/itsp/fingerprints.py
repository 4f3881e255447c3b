"""What is kept of a header that is a password itself: enough to compare it by, nothing to use it by."""

import hmac

from django.conf import settings

_PREFIX = "fingerprint:"


def of(value: str) -> str:
    """Always the same for the same value and `SECRET_KEY`."""
    return _made(settings.SECRET_KEY, value)


def is_of(kept: str, value: str) -> bool:
    """Whether `kept` is the fingerprint of the value, made with the present key or a former one."""
    keys = (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)
    return any(hmac.compare_digest(kept.encode(), _made(key, value).encode()) for key in keys)


def _made(key: str, value: str) -> str:
    return _PREFIX + hmac.digest(f"webhook header {key}".encode(), value.encode(), "sha256").hex()
