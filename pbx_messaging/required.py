"""Settings that stop the start when they are missing or can't be used: later it would cost data or texts."""

import logging
import re
import zoneinfo

from cryptography.fernet import Fernet
from django.core.exceptions import ImproperlyConfigured

from pbx_messaging.archives.sealed import key_of

ORIGIN = re.compile(r"https?://[A-Za-z0-9._\-:\[\]]+")
REDIS = re.compile(r"(rediss?|unix)://\S+")
TOKEN_LEAST = 20  # characters of one that opens something


def check(*, secret_key: str, credentials_keys: list[str], public_url: str, redis_url: str) -> None:
    """Raises `ImproperlyConfigured`, in words that say what to set."""
    if not secret_key:
        raise ImproperlyConfigured("SECRET_KEY is empty. Set it to a long random text; see .env.example.")
    if not credentials_keys or not all(map(_is_key, credentials_keys)):
        raise ImproperlyConfigured(
            "CREDENTIALS_KEYS must be Fernet keys, separated by commas; .env.example says how to make one."
        )
    if not ORIGIN.fullmatch(public_url):
        raise ImproperlyConfigured(
            "PUBLIC_URL must be a scheme and a host, such as https://pbx.example.com; "
            "a host with other letters is written as it is called, such as https://xn--prfung-4ya.example.com."
        )
    if not redis_url:
        raise ImproperlyConfigured("REDIS_URL is empty. Set it, such as redis://:PASSWORD@HOST:6379/0.")
    if not REDIS.fullmatch(redis_url):
        raise ImproperlyConfigured("REDIS_URL must be an address such as redis://:PASSWORD@HOST:6379/0.")


def check_more(*, time_zone: str, log_level: str, tokens: dict[str, str], backup_key: str) -> None:
    """Raises `ImproperlyConfigured`, in words that say what to set."""
    if time_zone not in zoneinfo.available_timezones():
        raise ImproperlyConfigured("TIME_ZONE must be the name of a zone, such as UTC or Europe/Berlin.")
    if log_level not in logging.getLevelNamesMapping():
        raise ImproperlyConfigured("LOG_LEVEL must be DEBUG, INFO, WARNING or ERROR.")
    for name, token in tokens.items():
        if 0 < len(token) < TOKEN_LEAST:
            raise ImproperlyConfigured(f"{name} must be at least {TOKEN_LEAST} characters long.")
    try:
        _ = backup_key and key_of(backup_key)
    except ValueError as error:
        raise ImproperlyConfigured(
            "BACKUP_KEY must be 32 random bytes in base64; .env.example says how to make one."
        ) from error


def _is_key(text: str) -> bool:
    try:
        Fernet(text)
    except ValueError:
        return False
    return True
