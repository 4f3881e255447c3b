"""The dead man's switch: a monitor elsewhere is called each minute, and gives alarm when the calls stop.

The worker calls, and only while all that must live does: so it tells of a dead machine, of a dead network,
and of a worker that could tell of nothing else.
"""

import logging
from datetime import datetime

import requests

from health import checks
from health.alarms import addresses
from health.checks.outside import DEAD_MAN
from health.models import HealthSettings, note_fact
from health.result import State
from pbx_messaging.outside.shares import Shares
from pbx_messaging.outside.sockets import ForbiddenAddress

logger = logging.getLogger(__name__)

MUST_LIVE = ("database", "valkey", "web", "stream", "sender", "worker", "beat")
shares = Shares(in_all=1, each=1)


def call(*, now: datetime) -> bool:
    """Whether the monitor took it; what happened is kept for the page."""
    url = HealthSettings.load().dead_man_url
    if not url:
        return False
    with shares.of() as mine:
        return mine and _call(url, now)


def _call(url: str, now: datetime) -> bool:
    dead = [one.check for one in checks.run(MUST_LIVE) if one.state not in {State.OK, State.WARNING}]
    if dead:
        logger.warning("the dead man's switch is not called: %s", ", ".join(dead))
        note_fact(DEAD_MAN, now, took=False, dead=dead, trouble="")
        return False
    took, trouble = _ask(url)
    note_fact(DEAD_MAN, now, took=took, dead=[], trouble=trouble)
    return took


def _ask(url: str) -> tuple[bool, str]:
    try:
        status = addresses.call("GET", url)
    except (requests.RequestException, OSError, ForbiddenAddress) as error:
        return False, type(error).__name__
    return 200 <= status < 300, "" if 200 <= status < 300 else f"HTTP {status}"
