"""Which token a webhook's address carries, however somebody wrote it, and what is wrong with the writing.

A Webhook URL is copied by hand: its last slash is lost, a slash is doubled, what stands behind the # is
encoded and so becomes a part of the path. An ITSP signs the address that it calls, so all of them can be
verified.
"""

import re
from typing import NamedTuple
from urllib.parse import unquote

from pbx_messaging.said import Kind
from sessions.receiving import reasons

_ADDRESS = re.compile(r"(/+)w(/+)([A-Za-z0-9_-]+)(.*)", re.DOTALL)
_IS_WEBHOOK = re.compile(r"/+w/")
_HASH = re.compile(r"/*(?:#|%23)", re.IGNORECASE)  # encoded once, or twice


class Written(NamedTuple):
    """`mistakes` are of `reasons`; the token is "" where there is none."""

    token: str
    mistakes: tuple[Kind, ...] = ()


def is_webhook(path: str) -> bool:
    return bool(_IS_WEBHOOK.match(path))


def written(path: str, *, method: str = "POST") -> Written:
    """Of the path as it was asked for, escapes and all, without its query."""
    found = _ADDRESS.fullmatch(unquote(path))
    if found is None:
        return Written("")
    before, between, token, rest = found.groups()
    mistakes = {
        reasons.BY_GET: method == "GET",
        reasons.DOUBLE_SLASH: len(before + between) > 2 or rest.startswith("//"),
        reasons.ENCODED_OVERRIDES: bool(_HASH.match(rest)),
        reasons.NO_SLASH: rest == "",
        reasons.APPENDED: bool(rest.strip("/")) and not _HASH.match(rest),
    }
    return Written(token, tuple(says for says, is_there in mistakes.items() if is_there))
