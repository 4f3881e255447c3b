"""`python -m benchmarks.live_data agents | routes | sessions`: what the benchmark of events begins with.

In a process of its own, since it has the settings of the stack that is measured.
"""

import json
import sys
from typing import TYPE_CHECKING

import django

from benchmarks.texts import ACCOUNT_SID, AUTH_TOKEN

if TYPE_CHECKING:
    from routing.models import Extension

QUEUE_SIZE = 5
EVERYBODY = "+25402169999"  # leads to a queue of all agents


def seed(count: int) -> dict[str, object]:
    """Agents with a browser login each, in queues of five with a number each; and a queue of all.

    Returns the webhook's path, the logins' session keys, and the numbers, in the order of the agents.
    """
    from channels.models import Number  # noqa: PLC0415
    from channels.webhook import keys as webhook_keys  # noqa: PLC0415  Django must be set up first
    from routing.models import MessageQueue  # noqa: PLC0415
    from tests.factories import make_queue, make_road  # noqa: PLC0415

    agents = _agents(count)
    everybody = make_queue(*agents, name="Everybody")
    road = make_road(everybody, address=EVERYBODY, account_sid=ACCOUNT_SID, auth_token=AUTH_TOKEN)
    names = [f"Queue {number}" for number in range(count // QUEUE_SIZE)]
    queues = MessageQueue.objects.bulk_create(MessageQueue(name=name) for name in names)
    numbers = [f"+2540216{number:04}" for number in range(len(queues))]
    Number.objects.bulk_create(
        Number(channel=road.channel, address=address, queue=queue)
        for address, queue in zip(numbers, queues, strict=True)
    )
    for place, queue in enumerate(queues):
        queue.agents.set(agents[place * QUEUE_SIZE : (place + 1) * QUEUE_SIZE])
    webhook_keys.remember_all()
    return {"path": road.path, "keys": [_log_in(agent) for agent in agents], "numbers": numbers}


def _agents(count: int) -> "list[Extension]":
    from accounts.models import User  # noqa: PLC0415
    from routing.models import Extension  # noqa: PLC0415

    names = [f"{1000 + number}" for number in range(count)]
    users = User.objects.bulk_create(User(username=name, password="!", role="agent") for name in names)
    return list(
        Extension.objects.bulk_create(
            Extension(number=name, name=f"Agent {name}", user=user)
            for name, user in zip(names, users, strict=True)
        )
    )


def _log_in(agent: "Extension") -> str:
    from django.conf import settings  # noqa: PLC0415
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY  # noqa: PLC0415
    from django.contrib.sessions.backends.db import SessionStore  # noqa: PLC0415

    user = agent.user
    session = SessionStore()
    session[SESSION_KEY], session[HASH_SESSION_KEY] = str(user.pk), user.get_session_auth_hash()
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    session.create()
    return str(session.session_key)


def sessions() -> dict[str, int]:
    """The ids of the sessions, by their contacts."""
    from sessions.models import MessagingSession  # noqa: PLC0415

    return dict(MessagingSession.objects.values_list("contact", "pk"))


if __name__ == "__main__":
    django.setup()
    print(json.dumps(seed(int(sys.argv[2])) if sys.argv[1] == "seed" else sessions()))
