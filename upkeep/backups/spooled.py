"""Inbound requests that were answered and wait in Valkey for the database: they are nowhere else."""

import json
from collections.abc import Iterator, Sequence
from typing import Any

from redis import RedisError

from pbx_messaging.redis import redis_client
from sessions.receiving.spool import TEXTS, UNVERIFIED, VERIFIED
from upkeep.backups.problems import CannotBackUp, CannotRestore

STREAMS = (TEXTS, VERIFIED, UNVERIFIED)
BATCH = 500
TIMEOUT_S = 10.0


def read() -> bytes:
    """As lines of JSON. Raises `CannotBackUp`."""
    try:
        lines = [json.dumps([stream, request.decode()]) for stream in STREAMS for request in _entries(stream)]
    except RedisError as error:
        raise CannotBackUp(
            f"Valkey does not answer ({type(error).__name__}), and texts may wait in it. Start it first."
        ) from error
    return "".join(f"{line}\n" for line in lines).encode()


def put_back(lines: bytes) -> int:
    """Behind what waits there now. Returns how many. Raises `CannotRestore`."""
    entries: Sequence[tuple[str, str]] = [json.loads(line) for line in lines.splitlines()]
    try:
        with redis_client(TIMEOUT_S).pipeline(transaction=True) as pipeline:
            for stream, request in entries:
                if stream in STREAMS:
                    pipeline.xadd(stream, {"request": request})
            pipeline.execute()
    except RedisError as error:
        raise CannotRestore(f"Valkey does not answer ({type(error).__name__}). Start it first.") from error
    return len(entries)


def _entries(stream: str) -> Iterator[bytes]:
    start = b"-"
    while entries := _range(stream, start):
        yield from (fields[b"request"] for _entry_id, fields in entries)
        start = b"(" + entries[-1][0]


def _range(stream: str, start: bytes) -> list[tuple[bytes, dict[bytes, bytes]]]:
    found: Any = redis_client(TIMEOUT_S).xrange(stream, min=start, count=BATCH)
    return list(found)
