"""Who is there: which agents have a page or client at the event stream, and which session each has open.

Kept in Redis, by its clock, and forgotten by itself: every stream process says once per heartbeat which pages
it serves. A page (a tab, a client) is `AGENT:NAME`, its name made up by itself. What a page has open holds as
long as its stream. While Redis is away nobody is called offline, and nobody has anything open.
"""

import logging
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from redis import RedisError

from pbx_messaging.redis import redis_client
from routing.models import Extension
from sessions import events
from sessions.models import MessagingSession

logger = logging.getLogger(__name__)

LIFETIME_HEARTBEATS = 3  # after so many without a word a page is gone
PAGE_NAME = re.compile(r"[\w-]{1,64}", re.ASCII)

_PREAMBLE = """
local clock = redis.call('TIME')
local now = clock[1] * 1000 + math.floor(clock[2] / 1000)
local function leave(page)
  local place = redis.call('HGET', 'presence:open', page)
  redis.call('HDEL', 'presence:open', page)
  redis.call('ZREM', 'presence:open_until', page)
  if place then redis.call('SREM', 'presence:viewers:' .. string.match(place, '^%d+'), page) end
  return place
end
"""

# ARGV: lifetime in ms, then pages. Returns agents that came, agents that are gone, places that were left.
SERVING = (
    _PREAMBLE
    + """
local came, gone, left = {}, {}, {}
for _, agent in ipairs(redis.call('ZRANGEBYSCORE', 'presence:online', '-inf', now)) do
  gone[agent] = true
end
for i = 2, #ARGV do
  local agent = string.match(ARGV[i], '^%d+')
  if gone[agent] then
    gone[agent] = nil
  elseif not redis.call('ZSCORE', 'presence:online', agent) then
    came[#came + 1] = agent
  end
  redis.call('ZADD', 'presence:online', now + ARGV[1], agent)
  redis.call('ZADD', 'presence:open_until', 'XX', now + ARGV[1], ARGV[i])
end
local went = {}
for agent in pairs(gone) do
  redis.call('ZREM', 'presence:online', agent)
  went[#went + 1] = agent
end
for _, page in ipairs(redis.call('ZRANGEBYSCORE', 'presence:open_until', '-inf', now)) do
  left[#left + 1] = leave(page) or nil
end
return {came, went, left}
"""
)

# ARGV: lifetime in ms, page, place or "". Returns the place that it had open before, if that is another one.
_OPEN = (
    _PREAMBLE
    + """
if redis.call('HGET', 'presence:open', ARGV[2]) == ARGV[3] then
  redis.call('ZADD', 'presence:open_until', now + ARGV[1], ARGV[2])
  return {0, false}
end
local before = leave(ARGV[2])
if ARGV[3] ~= '' then
  redis.call('HSET', 'presence:open', ARGV[2], ARGV[3])
  redis.call('ZADD', 'presence:open_until', now + ARGV[1], ARGV[2])
  redis.call('SADD', 'presence:viewers:' .. string.match(ARGV[3], '^%d+'), ARGV[2])
end
return {1, before}
"""
)

# ARGV: a session. Returns the pages that have it open.
_VIEWERS = (
    _PREAMBLE
    + """
local there = {}
for _, page in ipairs(redis.call('SMEMBERS', 'presence:viewers:' .. ARGV[1])) do
  if tonumber(redis.call('ZSCORE', 'presence:open_until', page) or 0) > now then there[#there + 1] = page end
end
return there
"""
)
_ONLINE = _PREAMBLE + "return redis.call('ZRANGEBYSCORE', 'presence:online', now, '+inf')"


@dataclass(frozen=True)
class Place:
    """What a page has open, as Redis holds it: `SESSION:QUEUE`, the queue empty if it has none."""

    session: int
    queue: int | None

    def __str__(self) -> str:
        return f"{self.session}:{self.queue or ''}"

    @classmethod
    def read(cls, text: bytes | str) -> "Place":
        session, _, queue = (text.decode() if isinstance(text, bytes) else text).partition(":")
        return cls(int(session), int(queue) if queue else None)


def lifetime_ms() -> int:
    return int(LIFETIME_HEARTBEATS * settings.EVENTS_HEARTBEAT_S * 1000)


def online(agents: Iterable[int]) -> set[int]:
    """Those of the extensions (ids) that have a page open or a client connected."""
    there = everybody_online()
    return set(agents) if there is None else there.intersection(agents)


def everybody_online() -> set[int] | None:
    """None: nobody knows."""
    try:
        return {int(agent) for agent in _run(_ONLINE)}
    except RedisError as error:
        logger.warning("who is online is not known: %s", error)
        return None


def forget(agent: Extension) -> None:
    """The agent is offline, until a page or client of theirs says again that it is there."""
    try:
        redis_client().zrem("presence:online", agent.pk)
    except RedisError as error:
        logger.warning("who is online is not known: %s", error)


def open_session(session: MessagingSession | None, *, agent: Extension, page: str) -> None:
    """The page shows the session from now on, or none. Tells those who have it, or the last one, open."""
    place = str(Place(session.pk, session.queue_id)) if session else ""
    try:
        changed, before = _run(_OPEN, lifetime_ms(), f"{agent.pk}:{page}", place)
        if changed:
            tell_viewers({Place.read(one) for one in (before, place) if one})
    except RedisError as error:
        logger.warning("who has what open is not known: %s", error)


def viewers(session: MessagingSession) -> list[Extension]:
    """The agents who have the session open, by number."""
    try:
        agents = _agents_at(session.pk)
    except RedisError as error:
        logger.warning("who has what open is not known: %s", error)
        agents = set()
    return list(Extension.objects.live().filter(pk__in=agents)) if agents else []


def tell_viewers(places: Iterable[Place], *, but: int | None = None) -> None:
    """Whoever has one of the sessions open, and the supervisors of its queue, learn that this changed.

    `but`: the id of an extension that knows.
    """
    for place in places:
        audience: list[events.Listener] = [*sorted(_agents_at(place.session) - {but})]
        if place.queue is not None:
            audience.append(events.supervisors_of(place.queue))
        events.tell(events.EventKind.VIEWERS, place.session, audience)


def _agents_at(session_id: int) -> set[int]:
    return {int(page.partition(b":")[0]) for page in _run(_VIEWERS, session_id)}


def _run(script: str, *arguments: str | int) -> Any:
    return redis_client().eval(script, 0, *arguments)
