"""Settings that stop the start when they are missing or can't be used: later it would cost data or texts."""

import re

from cryptography.fernet import Fernet
from django.core.exceptions import ImproperlyConfigured

ORIGIN = re.compile(r"https?://[^/\s?#@]+")


def check(*, secret_key: str, credentials_keys: list[str], public_url: str, redis_url: str) -> None:
    """Raises `ImproperlyConfigured`, in words that say what to set."""
    if not secret_key:
        raise ImproperlyConfigured("SECRET_KEY is empty. Set it to a long random text; see .env.example.")
    if not credentials_keys or not all(map(_is_key, credentials_keys)):
        raise ImproperlyConfigured(
            "CREDENTIALS_KEYS must be Fernet keys, separated by commas; .env.example says how to make one."
        )
    if not ORIGIN.fullmatch(public_url):
        raise ImproperlyConfigured("PUBLIC_URL must be a scheme and a host, such as https://pbx.example.com.")
    if not redis_url:
        raise ImproperlyConfigured("REDIS_URL is empty. Set it, such as redis://:PASSWORD@HOST:6379/0.")


def _is_key(text: str) -> bool:
    try:
        Fernet(text)
    except ValueError:
        return False
    return True
