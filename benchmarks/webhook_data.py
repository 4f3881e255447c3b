"""`python -m benchmarks.webhook_data seed | verify`: what the webhook's benchmark begins with and ends with.

In a process of its own, since it has the settings of the stack that is measured.
"""

import json
import sys

import django

from benchmarks.texts import ACCOUNT_SID, AUTH_TOKEN, OUR_NUMBER

AGENTS = 5


def seed() -> dict[str, object]:
    """A channel whose number leads to a queue of five agents. Returns its webhook's path."""
    from channels.webhook import keys as webhook_keys  # noqa: PLC0415  Django must be set up first
    from tests.factories import make_agent, make_queue, make_road  # noqa: PLC0415

    queue = make_queue(*(make_agent(str(1001 + number)) for number in range(AGENTS)))
    road = make_road(queue, address=OUR_NUMBER, account_sid=ACCOUNT_SID, auth_token=AUTH_TOKEN)
    webhook_keys.remember_all()
    return {"path": road.path}


def verify() -> dict[str, object]:
    """How many texts are stored, journalled, counted and published; none of them may be missing."""
    from pbx_messaging.redis import redis_client  # noqa: PLC0415
    from sessions import events  # noqa: PLC0415
    from sessions.models import CountedChange, Event, Message, MessagingSession, WebhookRequest  # noqa: PLC0415
    from sessions.receiving import spool  # noqa: PLC0415

    spooled = spool.drain()
    ids = list(Event.objects.values_list("pk", flat=True))
    seen = redis_client().smismember(events.PUBLISHED, ids) if ids else []
    return {
        "stored": Message.objects.filter(kind="inbound").values("itsp_message_id").distinct().count(),
        "rows": Message.objects.filter(kind="inbound").count(),
        "journalled": WebhookRequest.objects.filter(outcome="processed").count(),
        "counted": CountedChange.objects.filter(received=1).count(),
        "published": sum(map(int, seen)),
        "sessions": MessagingSession.objects.count(),
        "spooled": spooled,
    }


if __name__ == "__main__":
    django.setup()
    print(json.dumps({"seed": seed, "verify": verify}[sys.argv[1]]()))
