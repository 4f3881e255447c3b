"""JSON and dates as the simulator writes them."""

from __future__ import annotations

import json
import secrets
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any

from aiohttp import web

_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


def dumps(value: Any) -> str:
    """Compact JSON."""
    return _encode(value)


def json_response(value: Any, status: int = 200) -> web.Response:
    return web.Response(text=dumps(value), status=status, content_type="application/json")


def rfc2822(at: float | None) -> str | None:
    """`Sun, 22 Nov 2026 10:03:12 +0000`, as Twilio's 2010 API writes dates."""
    return None if at is None else format_datetime(datetime.fromtimestamp(int(at), UTC))


def iso8601(at: float | None) -> str | None:
    """`2026-11-22T10:03:12Z`, as Twilio's newer APIs write dates."""
    return None if at is None else datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def new_sid(prefix: str) -> str:
    """A SID: two letters and 32 hexadecimal digits."""
    return prefix + secrets.token_hex(16)
