"""Compares what fails with what rings. Whoever lives does it: web processes, and the sender by the clock."""

import logging
import secrets
from collections.abc import Iterable
from datetime import datetime

from django.db import Error, connection, transaction
from redis import RedisError

from health import checks
from health.alarms import kinds, telling
from health.models import Alarm
from health.result import Result, State
from pbx_messaging.redis import redis_client

logger = logging.getLogger(__name__)

TURN, TURN_MS = "health:turn", 4_000  # one look in so long, of all processes


def look_in_turn(*, now: datetime) -> bool:
    """Unless another process has just looked. Without Valkey each looks: what is stored stays right."""
    try:
        if not redis_client().set(TURN, secrets.token_hex(4), nx=True, px=TURN_MS):
            return False
    except RedisError as error:
        logger.info("alarms are looked for without a turn: %s", error)
    try:
        look(now=now)
    except Error as error:  # then nothing can be stored either: the dead man's switch tells
        logger.warning("alarms can't be looked for: %s", error)
        connection.close()
        return False
    return True


def look(*, now: datetime) -> None:
    compare(checks.run(), now=now)


def compare(results: Iterable[Result], *, now: datetime) -> None:
    """What can't be found out changes nothing."""
    results = [one for one in results if one.check in kinds.KIND_OF]
    failing = {one.key: one for one in results if one.state is State.FAILING}
    held = {one.check for one in results if one.state is State.UNKNOWN}
    open_alarms = {alarm.key: alarm for alarm in Alarm.objects.open()}
    for key, result in failing.items():
        alarm = open_alarms.get(key)
        if alarm is None:
            _see(result, now)
        elif alarm.began_at is None:
            _begin_if_due(alarm, result, now)
        elif alarm.fine_since is not None:
            Alarm.objects.filter(pk=alarm.pk, ended_at=None).update(fine_since=None)
    for key, alarm in open_alarms.items():
        if key not in failing and alarm.check_name not in held:
            _mend(alarm, now)


def _see(result: Result, now: datetime) -> None:
    """Of two that see it at once, one is stored."""
    seen = Alarm(
        check_name=result.check,
        about=result.about,
        code=result.code,
        params=result.params,
        value=result.value,
        seen_at=now,
    )
    Alarm.objects.bulk_create([seen], ignore_conflicts=True)


def _begin_if_due(alarm: Alarm, result: Result, now: datetime) -> None:
    if now - alarm.seen_at < kinds.patience(alarm.check_name):
        return
    current = {"code": result.code, "params": result.params, "value": result.value}
    with transaction.atomic():
        if Alarm.objects.filter(pk=alarm.pk, began_at=None).update(began_at=now, **current):
            telling.tell_begin(Alarm.objects.get(pk=alarm.pk), now=now)


def _mend(alarm: Alarm, now: datetime) -> None:
    mine = Alarm.objects.open().filter(pk=alarm.pk)
    if alarm.began_at is None:
        mine.filter(began_at=None).delete()
    elif alarm.fine_since is None:
        mine.filter(fine_since=None).update(fine_since=now)
    elif now - alarm.fine_since >= kinds.fine_for(_earlier(alarm, now)):
        with transaction.atomic():
            if mine.update(ended_at=now):
                telling.tell_end(alarm, now=now)


def _earlier(alarm: Alarm, now: datetime) -> int:
    same = Alarm.objects.filter(check_name=alarm.check_name, about=alarm.about)
    return same.filter(ended_at__gt=now - kinds.AGAIN_WITHIN).count()
