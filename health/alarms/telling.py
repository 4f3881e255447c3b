"""Messages about alarms: who gets one on which road, when it is tried, and tried again.

The worker sends them. Where nobody takes them for some seconds (it may be the worker that is dead), a web
process sends them by itself.
"""

import logging
import time
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F, QuerySet
from django.utils import timezone

from accounts.mailing import can_reach
from accounts.models import Role, User
from health.alarms import kinds, roads
from health.models import Alarm, AlarmMessage, AlarmWishes
from pbx_messaging.nudges import nudge
from pbx_messaging.outside.shares import Shares
from sessions.models import PushDevice
from sessions.push.devices import alive

logger = logging.getLogger(__name__)

TASK = "health.tasks.tell_due"
LEASE = timedelta(seconds=75)  # longer than a try takes: nobody else tries it meanwhile
FIRST_WAIT, MOST_WAIT = timedelta(seconds=10), timedelta(minutes=30)
MOST_TRIES = 10  # in about two hours
TAKEN_WITHIN = timedelta(seconds=8)  # by the worker, while it lives
RUN_S = 40.0
SHARES = 2
shares = Shares(in_all=SHARES, each=1)  # a receiver of an administrator that hangs holds his own up

Road = AlarmMessage.Road


def tell_begin(alarm: Alarm, *, now: datetime) -> None:
    """Within the transaction in which it begins."""
    kind = kinds.KIND_OF[alarm.check_name]
    for user in administrators():
        if kind not in AlarmWishes.of(user).muted:
            _create(_messages_to(user, alarm=alarm, now=now))


def tell_end(alarm: Alarm, *, now: datetime) -> None:
    """Within the transaction in which it ends: to those whom its beginning has reached, on the same roads.

    What has not arrived is of no use any more.
    """
    alarm.messages.filter(told_at=None).update(next_try_at=None)
    told = alarm.messages.filter(is_over=False, told_at__isnull=False, user__is_active=True)
    _create([_end_of(one, now) for one in told])


def try_out(user: User, *, now: datetime) -> int:
    """A message that says nothing, on each road that the user has. Returns how many."""
    return _create(_messages_to(user, alarm=None, now=now))


def administrators() -> QuerySet[User]:
    return User.objects.filter(role=Role.ADMINISTRATOR, is_active=True).order_by("pk")


def reaches(user: User) -> bool:
    """Whether an alarm would be told to the user on any road."""
    return bool(_messages_to(user, alarm=None, now=timezone.now()))


def _messages_to(user: User, *, alarm: Alarm | None, now: datetime) -> list[AlarmMessage]:
    wishes = AlarmWishes.of(user)

    def message(road: Road, device: PushDevice | None = None) -> AlarmMessage:
        return AlarmMessage(alarm=alarm, user=user, road=road, device=device, at=now, next_try_at=now)

    found = []
    if wishes.by_mail and can_reach(user):
        found.append(message(Road.MAIL))
    if wishes.by_push:
        found += [message(Road.PUSH, device) for device in alive(user.push_devices.all())]
    if wishes.webhook_url:
        found.append(message(Road.WEBHOOK))
    return found


def _create(messages: list[AlarmMessage]) -> int:
    AlarmMessage.objects.bulk_create(messages)
    if messages:
        transaction.on_commit(lambda: nudge(TASK), robust=True)
    return len(messages)


def due(*, now: datetime) -> QuerySet[AlarmMessage]:
    return AlarmMessage.objects.filter(next_try_at__lte=now)


def send_due(*, untaken_for: timedelta = timedelta(0)) -> int:
    """Tries what is due; who can't be reached keeps back only what is his. Returns how many arrived."""
    end, told, left_out = time.monotonic() + RUN_S, 0, set[int]()
    while time.monotonic() < end:
        possible = due(now=timezone.now() - untaken_for).exclude(user__in=left_out | shares.full())
        message = possible.select_related("user", "alarm", "device").order_by("next_try_at", "pk").first()
        if message is None:
            break
        with shares.of(message.user_id) as mine:
            if not mine:
                break  # other threads of this process are at it
            if _try(message):
                told += 1
            else:
                left_out.add(message.user_id)
    return told


def _try(message: AlarmMessage) -> bool:
    now = timezone.now()
    mine = AlarmMessage.objects.filter(pk=message.pk, next_try_at=message.next_try_at)
    if not mine.update(next_try_at=now + LEASE, tries=F("tries") + 1):
        return True  # another process has it
    outcome = roads.send(message)
    same = AlarmMessage.objects.filter(pk=message.pk)
    if outcome.arrived:
        same.update(next_try_at=None, told_at=timezone.now(), trouble="")
        _tell_end_after_all(message)
        return True
    logger.info("alarm message %s did not arrive: %s", message.pk, outcome.trouble)
    is_given_up = outcome.is_final or message.tries + 1 >= MOST_TRIES
    wait = min(FIRST_WAIT * 2**message.tries, MOST_WAIT)
    next_try_at = None if is_given_up else timezone.now() + wait
    same.filter(next_try_at__isnull=False).update(next_try_at=next_try_at, trouble=outcome.trouble)
    return False


def _tell_end_after_all(message: AlarmMessage) -> None:
    """The alarm was over while its beginning was under way."""
    ended = Alarm.objects.filter(messages=message, ended_at__isnull=False)
    if not message.is_over and ended.exists():
        _create([_end_of(message, timezone.now())])


def _end_of(told: AlarmMessage, now: datetime) -> AlarmMessage:
    way = {"user_id": told.user_id, "road": told.road, "device_id": told.device_id}
    return AlarmMessage(alarm_id=told.alarm_id, is_over=True, at=now, next_try_at=now, **way)
