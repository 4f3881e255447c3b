"""Finds out who has to be told of something, without a cost to the road that texts come in by.

What pages hear of by their event stream is what is looked at here: of everybody whom an event concerned since
the last look and who can be reached, what calls for them is compared with what they were told.
"""

import json
import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db.models import F
from django.db.models.functions import Coalesce
from redis import RedisError

from accounts.models import User
from pbx_messaging.redis import redis_client
from routing.models import Extension
from sessions.events import STREAM, Listener
from sessions.inbox.asking import Viewer
from sessions.live import notifying
from sessions.live.gate import listeners_of
from sessions.models import AgentSettings, Notice, Push, PushDevice
from sessions.push import devices, focus
from sessions.push.quiet import is_quiet

logger = logging.getLogger(__name__)

READ = "push:read"  # the id of the latest event that was looked at
TURN = "push:turn"  # while somebody looks, and rests
TURN_MOST_MS = 60_000  # of one who was killed
REST = 5  # times as long as a look took: in a large house it is not the greater part of what we do
AT_ONCE = 2_000  # events of one look
KEPT = timedelta(days=90)  # what somebody was told; by then nobody waits any more


@dataclass
class Person:
    """Somebody who can be told: on a device, or by e-mail."""

    user: User
    agent: Extension | None
    wishes: AgentSettings
    devices: list[PushDevice] = field(default_factory=list)

    def wants(self, kind: str) -> bool:
        wishes = self.wishes
        asked = {
            "new": wishes.notify_new,
            "follow_up": wishes.notify_follow_up,
            "mention": wishes.notify_mention,
        }
        return asked.get(kind, True)


def has_news() -> bool:
    """Whether something happened since the last look. Raises `RedisError`."""
    redis: Any = redis_client()
    newest = redis.xrevrange(STREAM, count=1)
    return bool(newest) and newest[0][0] != redis.get(READ)


def look(*, now: datetime) -> int:
    """Returns how many pushes wait now that did not before. One process at a time; it rests in between."""
    try:
        with _turn() as mine:
            return _look(now) if mine else 0
    except RedisError as error:
        logger.warning("who is to be told is found out later: %s", error)
        return 0


@contextmanager
def _turn() -> Iterator[bool]:
    """Raises `RedisError`."""
    redis: Any = redis_client()
    mine = bool(redis.set(TURN, 1, nx=True, px=TURN_MOST_MS))
    began = time.monotonic()
    try:
        yield mine
    finally:
        if mine:
            took_ms = (time.monotonic() - began) * 1000
            redis.set(TURN, 1, px=max(1, round(REST * took_ms)))


def _look(now: datetime) -> int:
    read, audience = _latest_audience()
    lookers = focus.lookers()
    waiting = 0 if audience == set() else _tell_all(audience, lookers, now)
    if read:
        redis_client().set(READ, read)  # at last: a kill before it costs another look
    return waiting


def _tell_all(audience: set[Listener] | None, lookers: set[int], now: datetime) -> int:
    people = _people()
    if audience is not None:
        heard = listeners_of(people.keys())
        people = {pk: one for pk, one in people.items() if not audience.isdisjoint(heard[pk])}
    return sum(_tell(one, looks=pk in lookers, now=now) for pk, one in people.items())


def take_as_known(user: User, agent: Extension | None, *, now: datetime) -> None:
    """What is there when somebody begins to be told is not news."""
    for call in notifying.calls_of(Viewer(user, agent)):
        _note(user, call, now, mail_at=None)


def forget(*, now: datetime) -> None:
    """Old notices, and devices whose login has ended."""
    Notice.objects.filter(at__lt=now - KEPT).delete()
    devices.alive(PushDevice.objects.all())


def _latest_audience() -> tuple[bytes, set[Listener] | None]:
    """The latest event's id, and whom events concerned since the last look.

    None if that is not known: then it may be anybody.
    """
    redis: Any = redis_client()
    read = redis.get(READ)
    if read is None or not redis.xrange(STREAM, min=read, max=read, count=1):
        newest = redis.xrevrange(STREAM, count=1)
        return (newest[0][0], None) if newest else (b"", set())
    entries = redis.xrange(STREAM, min=b"(" + read, count=AT_ONCE)
    told = (json.loads(fields[b"event"]) for _id, fields in entries)
    audience = {one for event in told if event["session"] is not None for one in event["audience"]}
    return (entries[-1][0] if entries else b""), audience


def _people() -> dict[int, Person]:
    alive = devices.alive(PushDevice.objects.all())
    reached = {device.user_id for device in alive}
    if settings.EMAIL_IS_SET:
        by_mail = AgentSettings.objects.filter(mail_after_minutes__isnull=False)
        reached.update(by_mail.values_list("agent__user", flat=True))
    agents = {
        one.user_id: one
        for one in Extension.objects.live().filter(user__in=reached).select_related("client_settings")
    }
    people = {
        user.pk: Person(user, agents.get(user.pk), _wishes_of(agents.get(user.pk)))
        for user in User.objects.filter(pk__in=reached, is_active=True)
    }
    for device in alive:
        if device.user_id in people:
            people[device.user_id].devices.append(device)
    return people


def _wishes_of(agent: Extension | None) -> AgentSettings:
    found: AgentSettings | None = getattr(agent, "client_settings", None)
    return found or AgentSettings(agent=agent)


def _tell(person: Person, *, looks: bool, now: datetime) -> int:
    """Notes what is new. Whoever looks at a page, is away, or wants quiet, is not told of it later either."""
    calls = notifying.calls_of(Viewer(person.user, person.agent))
    known = _known(person.user)
    quiet = looks or is_quiet(person.wishes, person.user, now)
    muted = notifying.muted_for(person.agent)
    waiting = 0
    for call in calls:
        if known.get((call.session, call.kind)) == call.mark:
            continue
        is_told = person.wants(call.kind) and call.kind not in muted and not quiet
        minutes = person.wishes.mail_after_minutes
        mail_at = now + timedelta(minutes=minutes) if is_told and minutes else None
        notice = _note(person.user, call, now, mail_at=mail_at)
        if notice and is_told:
            waiting += _push(notice, person.devices, now)
    return waiting


def _known(user: User) -> dict[tuple[int, str], int]:
    rows = Notice.objects.filter(user=user).values_list("session", "kind", "mark")
    return {(session, kind): mark for session, kind, mark in rows}


def _note(user: User, call: notifying.Call, now: datetime, *, mail_at: datetime | None) -> Notice | None:
    """None if another worker has noted it. What waits to be mailed keeps its time."""
    mine = Notice.objects.filter(user=user, session=call.session, kind=call.kind)
    due = Coalesce(F("mail_at"), mail_at) if mail_at else None
    if mine.exclude(mark=call.mark).update(mark=call.mark, at=now, mail_at=due, mail_tries=0):
        return mine.get()
    values = {"mark": call.mark, "at": now, "mail_at": mail_at}
    notice, made = Notice.objects.get_or_create(
        user=user, session_id=call.session, kind=call.kind, defaults=values
    )
    return notice if made else None


def _push(notice: Notice, to: list[PushDevice], now: datetime) -> int:
    for device in to:
        values = {"next_try_at": now, "tries": 0}
        Push.objects.update_or_create(device=device, notice=notice, defaults=values)
    return len(to)
