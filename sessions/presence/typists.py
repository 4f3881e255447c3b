"""Who is typing an answer, so that no two do at once. Kept in Redis, by its clock, for some seconds.

Told to those who have the session open, and to its queue's supervisors; never to a contact. It is known from
drafts, which pages store while somebody types, so that it costs no request of its own.
"""

import logging
from typing import NamedTuple

from redis import RedisError

from pbx_messaging.redis import redis_client
from routing.models import Extension
from sessions.models import MessagingSession
from sessions.presence import online
from sessions.presence.online import Place

logger = logging.getLogger(__name__)

HOLDS_MS = 6_000  # after a sign; a page that shows it asks again after as long

# ARGV: session, agent, HOLDS_MS. Returns 1 for the first sign, of which the others are told.
_TYPE = """
local clock = redis.call('TIME')
local now = clock[1] * 1000 + math.floor(clock[2] / 1000)
local key = 'presence:typing:' .. ARGV[1]
local ends = tonumber(redis.call('ZSCORE', key, ARGV[2]) or 0)
redis.call('ZADD', key, now + ARGV[3], ARGV[2])
redis.call('PEXPIRE', key, ARGV[3])
return ends <= now and 1 or 0
"""
_TYPISTS = """
local clock = redis.call('TIME')
local now = clock[1] * 1000 + math.floor(clock[2] / 1000)
return redis.call('ZRANGEBYSCORE', 'presence:typing:' .. ARGV[1], now, '+inf')
"""


class Company(NamedTuple):
    """The other agents who have a session open: those who are typing, and those who are not."""

    typing: list[Extension]
    looking: list[Extension]


def say_typing(session: MessagingSession, *, agent: Extension) -> None:
    try:
        told = redis_client().eval(_TYPE, 0, session.pk, agent.pk, HOLDS_MS)
    except RedisError as error:
        logger.warning("who is typing is not known: %s", error)
        return
    if told:
        _tell(session, agent)


def say_done(session: MessagingSession, *, agent: Extension) -> None:
    """What was typed is sent, or gone."""
    try:
        was_typing = redis_client().zrem(f"presence:typing:{session.pk}", agent.pk)
    except RedisError as error:
        logger.warning("who is typing is not known: %s", error)
        return
    if was_typing:
        _tell(session, agent)


def company_of(session: MessagingSession, agent: Extension | None) -> Company:
    """For a viewer, who may be an agent."""
    others = [other for other in online.viewers(session) if other != agent]
    typing = _typists(session) if others else set()
    return Company(
        [other for other in others if other.pk in typing], [one for one in others if one.pk not in typing]
    )


def _typists(session: MessagingSession) -> set[int]:
    try:
        return {int(agent) for agent in redis_client().eval(_TYPISTS, 0, session.pk)}
    except RedisError as error:
        logger.warning("who is typing is not known: %s", error)
        return set()


def _tell(session: MessagingSession, agent: Extension) -> None:
    online.tell_viewers([Place(session.pk, session.queue_id)], but=agent.pk)
