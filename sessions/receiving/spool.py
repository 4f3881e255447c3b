"""Keeps inbound requests while the database is away.

A verified one goes to an append-only stream and is answered 200 only once it is on disk; one of an unknown
token (the channel may be newer than what Redis knows) is spooled unverified, bounded: when there is no room,
it is refused, since what was answered 200 is never dropped. Beat drains both into the journal when the
database is back.
"""

import base64
import json
import logging
import time
from datetime import datetime
from typing import Any

from django.conf import settings
from redis import RedisError
from redis.exceptions import LockError

from channels.itsp.base import Acknowledgement, WebhookCall
from channels.webhook import keys as webhook_keys
from pbx_messaging.redis import redis_client
from sessions.receiving import journal

logger = logging.getLogger(__name__)

VERIFIED = "spool:verified"
UNVERIFIED = "spool:unverified"
UNVERIFIED_MAX_BYTES = 16 * 1024  # a text with ten media has four
DRAINING = "spool:draining"  # held by the one that drains
DRAINING_S = 20.0  # of a killed one it passes to another after that
BATCH = 50
DISK_WAIT_S = 1.0  # with `appendfsync everysec` Valkey takes 0.1; an ITSP waits for three in all


class SpoolUnavailable(Exception):
    """The request could not be kept; the ITSP must try again."""


class NotAuthentic(Exception):
    """The request was not signed with the channel's secret."""


def put(token: str, call: WebhookCall, *, at: datetime) -> Acknowledgement:
    """Keeps a request on disk. Raises `NotAuthentic` or `SpoolUnavailable`."""
    try:
        known = webhook_keys.find(token)
        if known is None:
            _check_room(call)
            _append(UNVERIFIED, token, call, at)
            return Acknowledgement()
        itsp, credentials = known
        if not itsp.is_authentic(call, credentials):
            raise NotAuthentic
        _append(VERIFIED, token, call, at)
    except RedisError as error:
        raise SpoolUnavailable from error
    return itsp.acknowledge(call)


def drain() -> int:
    """Moves what was spooled into the journal. Returns how many requests; stops when the database is away.

    What can't be journalled for a reason of its own stays, and does not keep back what follows.
    """
    try:
        with redis_client().lock(DRAINING, timeout=DRAINING_S, blocking=False):
            until = time.monotonic() + DRAINING_S / 2
            return sum(_drain(stream, until) for stream in (VERIFIED, UNVERIFIED))
    except LockError:
        return 0  # another worker is at it


def _drain(stream: str, until: float) -> int:
    redis, moved, start = redis_client(), 0, b"-"
    while time.monotonic() < until:
        entries: Any = redis.xrange(stream, min=start, count=BATCH)
        if not entries:
            break
        for entry_id, fields in entries:
            try:
                done = _journalled(fields[b"request"])
            except journal.AWAY as error:
                logger.warning("the database is away, the spool waits: %s", type(error).__name__)
                return moved
            moved += done and redis.xdel(stream, entry_id)
        start = b"(" + entries[-1][0]
    return moved


def _journalled(encoded: bytes) -> bool:
    try:
        token, call, at = _decoded(encoded)
        journal.take(token, call, at=at)
    except journal.AWAY:
        raise
    except Exception as error:
        logger.error("a spooled request stays: %s", type(error).__name__, exc_info=error)
        return False
    return True


def _check_room(call: WebhookCall) -> None:
    is_full = redis_client().xlen(UNVERIFIED) >= settings.SPOOL_UNVERIFIED_KEPT
    if is_full or len(call.body) > UNVERIFIED_MAX_BYTES:
        raise SpoolUnavailable("There is no room for requests of unknown URLs")


def _append(stream: str, token: str, call: WebhookCall, at: datetime) -> None:
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
        pipeline.xadd(stream, {"request": json.dumps(request)})
        pipeline.execute_command("WAITAOF", 1, 0, int(DISK_WAIT_S * 1000))  # type: ignore[no-untyped-call]
        _entry_id, (on_disk, _replicas) = pipeline.execute()
    if not on_disk:
        raise SpoolUnavailable("Redis has no append-only file, or its disk is too slow")


def _decoded(encoded: bytes) -> tuple[str, WebhookCall, datetime]:
    request = json.loads(encoded)
    body = base64.b64decode(request["body"])
    call = WebhookCall(request["method"], request["url"], request["headers"], body)
    return request["token"], call, datetime.fromisoformat(request["at"])
