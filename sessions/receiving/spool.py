"""Keeps inbound requests while the database is away.

A verified one goes to an append-only stream and is answered 200 only once it is on disk. Texts have a stream
of their own, and come back before status callbacks. One of an unknown token (the channel may be newer than
what Redis knows) is kept unverified, bounded: when there is no room, it is refused, since what was answered
200 is never dropped. Beat drains all into the journal when the database is back.
"""

import base64
import json
import logging
import time
from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from django.conf import settings
from redis import RedisError
from redis.exceptions import LockError

from channels.itsp.base import Acknowledgement, InboundSms, Itsp, WebhookCall
from channels.webhook import keys as webhook_keys
from pbx_messaging.redis import redis_client
from sessions.receiving import intake
from sessions.receiving.arrivals import Arrival

logger = logging.getLogger(__name__)

TEXTS = "spool:texts"
VERIFIED = "spool:verified"  # what is no text, or can't be read
UNVERIFIED = "spool:unverified"
UNVERIFIED_MAX_BYTES = 16 * 1024  # a text with ten media has four
DRAINING = "spool:draining"  # held by the one that drains
DRAINING_S = 20.0  # of a killed one it passes to another after that
BATCH = 64
DISK_WAIT_S = 1.0  # with `appendfsync everysec` Valkey takes 0.1; an ITSP waits for three in all


class Unavailable(Exception):
    """The request could not be kept; the ITSP must try again."""


class NotAuthentic(Exception):
    """The request was not signed with the channel's secret."""


Kept = Acknowledgement | Unavailable | NotAuthentic


class _Place(NamedTuple):
    """The stream that a request goes to, and what its ITSP reads then."""

    stream: str
    acknowledgement: Acknowledgement


def put(arrivals: Sequence[Arrival]) -> list[Kept]:
    """Keeps requests on disk, all in one go. Each has its answer, or why it was not kept."""
    places: list[_Place | Unavailable | NotAuthentic] = []
    try:
        room = settings.SPOOL_UNVERIFIED_KEPT - redis_client().xlen(UNVERIFIED)
        for arrival in arrivals:
            places.append(_place_of(arrival, room))
            last = places[-1]
            room -= isinstance(last, _Place) and last.stream == UNVERIFIED
        _append(
            [
                (place.stream, one)
                for place, one in zip(places, arrivals, strict=True)
                if isinstance(place, _Place)
            ]
        )
    except (RedisError, Unavailable) as error:
        logger.warning("webhook requests can't be spooled: %s", type(error).__name__)
        return [Unavailable()] * len(arrivals)
    return [place.acknowledgement if isinstance(place, _Place) else place for place in places]


def has_any() -> bool:
    """Whether something was spooled. Raises `RedisError`."""
    with redis_client().pipeline(transaction=False) as pipeline:
        for stream in (TEXTS, UNVERIFIED, VERIFIED):
            pipeline.xlen(stream)
        return any(pipeline.execute())


def drain() -> int:
    """Moves what was spooled into the journal. Returns how many requests; stops when the database is away.

    What can't be journalled for a reason of its own stays, and does not keep back what follows.
    """
    try:
        with redis_client().lock(DRAINING, timeout=DRAINING_S, blocking=False):
            until = time.monotonic() + DRAINING_S / 2
            return sum(_drain(stream, until) for stream in (TEXTS, UNVERIFIED, VERIFIED))
    except LockError:
        return 0  # another worker is at it


def _place_of(arrival: Arrival, room: int) -> _Place | Unavailable | NotAuthentic:
    known = webhook_keys.find(arrival.token)
    if known is None:
        fits = room > 0 and len(arrival.call.body) <= UNVERIFIED_MAX_BYTES
        return _Place(UNVERIFIED, Acknowledgement()) if fits else Unavailable()
    itsp, credentials = known
    if not itsp.is_authentic(arrival.call, credentials):
        return NotAuthentic()
    return _Place(TEXTS if _is_text(itsp, arrival.call) else VERIFIED, itsp.acknowledge(arrival.call))


def _is_text(itsp: Itsp, call: WebhookCall) -> bool:
    try:
        return any(isinstance(item, InboundSms) for item in itsp.read(call))
    except Exception:  # whatever is wrong with it, the journal will say so
        return False


def _append(kept: Sequence[tuple[str, Arrival]]) -> None:
    """Returns once the requests are on disk. Raises `Unavailable` or `redis.RedisError`."""
    if not kept:
        return
    # One connection for all: WAITAOF is about what the same connection wrote.
    with redis_client(DISK_WAIT_S + 0.5).pipeline(transaction=False) as pipeline:
        for stream, arrival in kept:
            pipeline.xadd(stream, {"request": _encoded(arrival)})
        pipeline.execute_command("WAITAOF", 1, 0, int(DISK_WAIT_S * 1000))  # type: ignore[no-untyped-call]
        *_entry_ids, (on_disk, _replicas) = pipeline.execute()
    if not on_disk:
        raise Unavailable("Redis has no append-only file, or its disk is too slow")


def _drain(stream: str, until: float) -> int:
    redis, moved, start = redis_client(), 0, b"-"
    while time.monotonic() < until:
        entries: Any = redis.xrange(stream, min=start, count=BATCH)
        if not entries:
            break
        try:
            done = _taken_in(entries)
        except Exception as error:
            if not intake.is_away(error):
                raise
            logger.warning("the database is away, the spool waits: %s", type(error).__name__)
            return moved
        moved += redis.xdel(stream, *done) if done else 0
        start = b"(" + entries[-1][0]
    return moved


def _taken_in(entries: Sequence[tuple[bytes, dict[bytes, bytes]]]) -> list[bytes]:
    """The ids of the entries that are in the journal now; if they fail together, each stands for itself."""
    try:
        intake.take_in([_decoded(fields[b"request"]) for _entry_id, fields in entries])
    except Exception as error:
        if intake.is_away(error):
            raise
        if len(entries) == 1:
            logger.error("a spooled request stays: %s", type(error).__name__, exc_info=error)
            return []
        return [entry_id for entry in entries for entry_id in _taken_in([entry])]
    return [entry_id for entry_id, _fields in entries]


def _encoded(arrival: Arrival) -> str:
    call = arrival.call
    return json.dumps(
        {
            "token": arrival.token,
            "method": call.method,
            "url": call.url,
            "headers": dict(call.headers),
            "body": base64.b64encode(call.body).decode(),
            "at": arrival.at.isoformat(),
        }
    )


def _decoded(encoded: bytes) -> Arrival:
    request = json.loads(encoded)
    body = base64.b64decode(request["body"])
    call = WebhookCall(request["method"], request["url"], request["headers"], body)
    return Arrival(request["token"], call, datetime.fromisoformat(request["at"]))
