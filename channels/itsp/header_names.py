"""Which headers of a call may be one that a channel's own settings name, such as that of a signature."""

import re

LONGEST_VALUE = 512
_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,63}")
# What every client and proxy sends, and what is a secret of somebody else's.
_NEVER = frozenset(
    {
        *("authorization", "connection", "cookie", "date", "expect", "forwarded", "from", "host"),
        *("keep-alive", "origin", "pragma", "priority", "range", "referer", "set-cookie", "te", "trailer"),
        *("transfer-encoding", "upgrade", "user-agent", "via", "x-real-ip", "x-request-id"),
    }
)
_NEVER_BEGIN = ("accept", "cache-", "content-", "if-", "proxy-", "sec-", "x-forwarded-")


def may_be_named(name: str) -> bool:
    """By its name in lower case."""
    is_one = _NAME.fullmatch(name) is not None
    return is_one and name not in _NEVER and not name.startswith(_NEVER_BEGIN)
