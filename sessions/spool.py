"""Keeps inbound requests while the database is away.

A verified one goes to an append-only stream and is answered 200 only once it is on disk; one of an unknown
token (the channel may be newer than what Redis knows) is spooled unverified, bounded. Beat drains both into
the journal when the database is back.
"""

import base64
import json
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import DatabaseError
from redis import RedisError

from channels import webhook_keys
from channels.itsp.base import Acknowledgement, WebhookCall
from pbx_messaging.redis import redis_client
from sessions import journal

VERIFIED = "spool:verified"
UNVERIFIED = "spool:unverified"
BATCH = 200
DISK_WAIT_S = 2.0  # with `appendfsync everysec` it takes up to one; an ITSP waits for three


class SpoolUnavailable(Exception):
    """The request could not be kept; the ITSP must try again."""


class NotAuthentic(Exception):
    """The request was not signed with the channel's secret."""


def put(token: str, call: WebhookCall, *, at: datetime) -> Acknowledgement:
    """Keeps a request on disk. Raises `NotAuthentic` or `SpoolUnavailable`."""
    try:
        known = webhook_keys.find(token)
        if known is None:
            _append(UNVERIFIED, token, call, at, maxlen=settings.SPOOL_UNVERIFIED_KEPT)
            return Acknowledgement()
        itsp, credentials = known
        if not itsp.is_authentic(call, credentials):
            raise NotAuthentic
        _append(VERIFIED, token, call, at, maxlen=None)
    except RedisError as error:
        raise SpoolUnavailable from error
    return itsp.acknowledge(call)


def drain() -> int:
    """Moves what was spooled into the journal. Returns how many requests; stops when the database is away."""
    redis, moved = redis_client(), 0
    for stream in (VERIFIED, UNVERIFIED):
        entries: Any = redis.xrange(stream, count=BATCH)
        for entry_id, fields in entries:
            token, call, at = _decoded(fields[b"request"])
            try:
                journal.take(token, call, at=at)
            except DatabaseError:
                return moved
            redis.xdel(stream, entry_id)
            moved += 1
    return moved


def _append(stream: str, token: str, call: WebhookCall, at: datetime, *, maxlen: int | None) -> None:
    """Returns once the request is on disk."""
    request = {
        "token": token,
        "method": call.method,
        "url": call.url,
        "headers": dict(call.headers),
        "body": base64.b64encode(call.body).decode(),
        "at": at.isoformat(),
    }
    # One connection for both: WAITAOF is about what the same connection wrote.
    with redis_client(DISK_WAIT_S + 0.5).pipeline(transaction=False) as pipeline:
        pipeline.xadd(stream, {"request": json.dumps(request)}, maxlen=maxlen, approximate=False)
        pipeline.execute_command("WAITAOF", 1, 0, int(DISK_WAIT_S * 1000))  # type: ignore[no-untyped-call]
        _entry_id, (on_disk, _replicas) = pipeline.execute()
    if not on_disk:
        raise SpoolUnavailable("Redis has no append-only file, or its disk is too slow")


def _decoded(encoded: bytes) -> tuple[str, WebhookCall, datetime]:
    request = json.loads(encoded)
    body = base64.b64decode(request["body"])
    call = WebhookCall(request["method"], request["url"], request["headers"], body)
    return request["token"], call, datetime.fromisoformat(request["at"])
