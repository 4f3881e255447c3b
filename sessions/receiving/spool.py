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

from channels.itsp.base import Credentials, Itsp
from channels.itsp.calls import Acknowledgement, WebhookCall
from channels.itsp.texts import InboundSms
from channels.webhook import headers
from channels.webhook import keys as webhook_keys
from pbx_messaging.redis import redis_client
from sessions.receiving import intake, patience
from sessions.receiving.arrivals import Arrival

logger = logging.getLogger(__name__)

TEXTS = "spool:texts"
VERIFIED = "spool:verified"  # what is no text, or can't be read
UNVERIFIED = "spool:unverified"
UNVERIFIED_MAX_BYTES = 16 * 1024  # a text with ten media has four
DRAINING = "spool:draining"  # held by the one that drains
DRAINING_S = 20.0  # of a killed one it passes to another after that
BATCH = 64
DISK_WAIT_S = 1.0  # at most; with `appendfsync everysec` Valkey takes 0.1
DISK_WAIT_STEP_S = 0.25  # for each wait there is a connection of its own


class Unavailable(Exception):
    """The request could not be kept; the ITSP must try again."""


class NotAuthentic(Exception):
    """The request was not signed with the channel's secret."""


Kept = Acknowledgement | Unavailable | NotAuthentic


class _Place(NamedTuple):
    """The stream that a request goes to, what its ITSP reads then, and which that is, if anybody knows."""

    stream: str
    acknowledgement: Acknowledgement
    itsp: Itsp | None = None


def put(arrivals: Sequence[Arrival]) -> list[Kept]:
    """Keeps requests on disk, all in one go. Each has its answer, or why it was not kept."""
    try:
        places = _places_of(arrivals)
        _append(
            [(place, one) for place, one in zip(places, arrivals, strict=True) if isinstance(place, _Place)]
        )
    except (RedisError, Unavailable) as error:
        logger.warning("webhook requests can't be spooled: %s", error)
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


def _places_of(arrivals: Sequence[Arrival]) -> list[_Place | Unavailable | NotAuthentic]:
    known = webhook_keys.find({arrival.token for arrival in arrivals})
    unknown = [arrival for arrival in arrivals if arrival.token not in known]
    room = settings.SPOOL_UNVERIFIED_KEPT - redis_client().xlen(UNVERIFIED) if unknown else 0
    fitting = [one for one in unknown if len(one.call.body) <= UNVERIFIED_MAX_BYTES][: max(room, 0)]
    return [
        _place_of(arrival, *known[arrival.token])
        if arrival.token in known
        else (_Place(UNVERIFIED, Acknowledgement()) if arrival in fitting else Unavailable())
        for arrival in arrivals
    ]


def _place_of(arrival: Arrival, itsp: Itsp, credentials: Credentials) -> _Place | NotAuthentic:
    call = arrival.call = headers.needed(arrival.call, itsp, credentials)
    if not itsp.is_authentic(call, credentials):
        return NotAuthentic()
    stream = TEXTS if _is_text(itsp, call, credentials) else VERIFIED
    return _Place(stream, itsp.acknowledge(call), itsp)


def _is_text(itsp: Itsp, call: WebhookCall, credentials: Credentials) -> bool:
    try:
        return any(isinstance(item, InboundSms) for item in itsp.read(call, credentials))
    except Exception:  # whatever is wrong with it, the journal will say so
        return False


def _append(kept: Sequence[tuple[_Place, Arrival]]) -> None:
    """Returns once the requests are on disk. Raises `Unavailable` or `redis.RedisError`."""
    if not kept:
        return
    limit_s = _disk_limit_s(min(patience.left_s(one.at, place.itsp) for place, one in kept))
    # One connection for all: WAITAOF is about what the same connection wrote.
    with redis_client(limit_s).pipeline(transaction=False) as pipeline:
        for place, arrival in kept:
            pipeline.xadd(place.stream, {"request": _encoded(arrival)})
        pipeline.execute_command("WAITAOF", 1, 0, int(limit_s * 1000))  # type: ignore[no-untyped-call]
        *_entry_ids, (on_disk, _replicas) = pipeline.execute()
    if not on_disk:
        raise Unavailable("Redis has no append-only file, or its disk is too slow")


def _disk_limit_s(left_s: float) -> float:
    steps = max(int(left_s / DISK_WAIT_STEP_S), 1)
    return min(steps * DISK_WAIT_STEP_S, DISK_WAIT_S)


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
            logger.warning("the database is away, the spool waits: %s", error)
            return moved
        moved += redis.xdel(stream, *done) if done else 0
        start = b"(" + entries[-1][0]
    return moved


def _taken_in(entries: Sequence[tuple[bytes, dict[bytes, bytes]]]) -> list[bytes]:
    """The ids of the entries that are in the journal now; if they fail together, each stands for itself."""
    try:
        intake.take_in([decoded(fields[b"request"]) for _entry_id, fields in entries])
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
            "request_id": arrival.request_id,
        }
    )


def decoded(encoded: bytes) -> Arrival:
    request = json.loads(encoded)
    body = base64.b64decode(request["body"])
    at, request_id = datetime.fromisoformat(request["at"]), request.get("request_id", "")
    call = WebhookCall(request["method"], request["url"], request["headers"], body, at)
    return Arrival(request["token"], call, at, request_id=request_id)
