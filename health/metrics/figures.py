"""What is asked at each look: how the queues stand, and what the checks find. Its cost is bounded."""

import threading
import time
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from django.db import Error
from redis import RedisError

from channels.models import Channel
from health import checks, wording
from health.result import Result, State
from pbx_messaging.processes import life
from pbx_messaging.queues import SENDER, WORKER
from pbx_messaging.redis import redis_client
from pbx_messaging.version import VERSION
from sessions.lanes import figures

KEPT_S = 4.0  # of what the checks found: whoever looks more often gets that
STATES = {State.OK: 0, State.WARNING: 1, State.FAILING: 2, State.UNKNOWN: -1}

_turn = threading.Lock()
_found: tuple[float, Sequence[Result]] = (float("-inf"), ())
_names: dict[str, str] = {}  # of channels by their ids, as they were last


class Gauge(NamedTuple):
    """`rows`: the values of its labels, and its own."""

    name: str
    says: str
    labels: Sequence[str]
    rows: Sequence[tuple[Sequence[str], float]]


def gauges() -> list[Gauge]:
    """What can't be found out now is left out; the checks say why."""
    found = [
        Gauge("pbx_build_info", "The version that runs.", ("version",), [((VERSION,), 1)]),
        *_of_checks(),
    ]
    for ask in (_of_queues, _of_processes):
        try:
            found += ask()
        except (Error, RedisError):
            continue
    return found


def channel_name(channel_id: str) -> str:
    return _names.get(channel_id, "")


def _of_checks() -> list[Gauge]:
    labels = ("check", "about", "label")
    results = _results()
    states = [(_place(one), float(STATES[one.state])) for one in results]
    values = [
        ((*_place(one), wording.UNITS[one.check]), one.value) for one in results if one.value is not None
    ]
    return [
        Gauge(
            "pbx_check_state",
            "What a check of the System page finds: 0 ok, 1 worth a look, 2 fails, -1 can't be found out.",
            labels,
            states,
        ),
        Gauge("pbx_check_value", "The figure of a check, in its unit.", (*labels, "unit"), values),
    ]


def _place(one: Result) -> tuple[str, str, str]:
    return one.check, one.about, str(one.params.get("label", ""))


def _results() -> Sequence[Result]:
    global _found
    with _turn:
        if time.monotonic() - _found[0] > KEPT_S:
            results = checks.run()
            _found = time.monotonic(), results
        return _found[1]


def _of_queues() -> list[Gauge]:
    channels = list(Channel.objects.live().only("name", "sending_rate").order_by("pk"))
    _names.update({str(channel.pk): channel.name for channel in channels})
    depths = figures.depths_of([channel.pk for channel in channels])
    texts, oldest, rates = [], [], []
    for channel in channels:
        place = str(channel.pk), channel.name
        depth = depths[channel.pk]
        texts += [((*place, state), float(count)) for state, count in depth.counts.items()]
        oldest.append((place, depth.oldest_s))
        rates.append((place, float(channel.sending_rate)))
    labels = ("channel_id", "channel")
    most = f"at most {figures.DEPTH_MOST:,} are counted"
    return [
        Gauge("pbx_queue_texts", f"Texts of a channel by their state; {most}.", (*labels, "state"), texts),
        Gauge("pbx_queue_oldest_seconds", "How long the oldest one has waited.", labels, oldest),
        Gauge("pbx_rate_limit", "Slots a second that a channel has.", labels, rates),
    ]


def _of_processes() -> Iterable[Gauge]:
    lives = life.signs()
    redis: Any = redis_client()
    waiting = [((queue,), float(redis.llen(queue))) for queue in (SENDER, WORKER)]
    running = [((kind,), float(one.count)) for kind, one in lives.items()]
    return [
        Gauge("pbx_processes", "Processes that give signs of life.", ("kind",), running),
        Gauge("pbx_tasks_waiting", "Tasks that no worker has taken yet.", ("queue",), waiting),
    ]
