"""Who may ask the API, and what signs webhooks: tokens in change, API keys, regions."""

from __future__ import annotations

import base64
import binascii
import hmac
import re

from aiohttp import web

from simulator.records import Account
from simulator.settings import Settings
from simulator.twilio.errors import ApiError

EDGES = {"ie1": "dublin", "au1": "sydney"}
# What a standard API key is refused: accounts themselves.
_OF_ACCOUNTS = re.compile(r"/2010-04-01/Accounts(?:/AC[0-9a-f]{32})?\.json")


def signing_token(account: Account, settings: Settings) -> str:
    """The primary Auth Token: the promoted one, once there is one."""
    return settings.promoted_token or account.auth_token


def check_login(request: web.Request, account: Account, settings: Settings) -> None:
    """Raises `ApiError`. An account sees itself, and of its sub-accounts little."""
    if not is_let_in(request, account, settings):
        raise ApiError(20003)
    asked = request.match_info.get("account", account.sid)
    if asked == account.sid:
        return
    told = request.path.endswith((f"/{asked}.json", "/IncomingPhoneNumbers.json"))
    if not told or settings.sub_account(asked) is None:
        raise ApiError(20003)


def is_let_in(request: web.Request, account: Account, settings: Settings) -> bool:
    given = _given(request)
    if given is None or not _is_in_region(request, settings):
        return False
    username, password = given
    if username == account.sid:
        tokens = [signing_token(account, settings), settings.secondary_token]
        return any(token and hmac.compare_digest(password, token) for token in tokens)
    return f"{username}:{password}" in settings.api_keys and not _OF_ACCOUNTS.fullmatch(request.path)


def _given(request: web.Request) -> tuple[str, str] | None:
    scheme, _, encoded = request.headers.get("Authorization", "").partition(" ")
    try:
        username, _, password = (
            base64.b64decode(encoded.strip(), validate=True).decode("ascii").partition(":")
        )
    except (binascii.Error, UnicodeDecodeError):
        return None
    return (username, password) if scheme.lower() == "basic" else None


def _is_in_region(request: web.Request, settings: Settings) -> bool:
    """An account in a region is known there alone. Who has us stand in may tell the host that was meant."""
    host = request.headers.get("X-Stands-For", "")
    if not host:
        return True
    if not settings.region:
        return host.count(".") <= 2
    return host.endswith(f".{EDGES.get(settings.region, '')}.{settings.region}.twilio.com")
