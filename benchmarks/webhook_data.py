"""`python -m benchmarks.webhook_data seed | verify`: what the webhook's benchmark begins with and ends with.

In a process of its own, since it has the settings of the stack that is measured.
"""

import json
import sys
from typing import Any

import django
from django.db.models import Sum

from benchmarks.texts import ACCOUNT_SID, AUTH_TOKEN, CONTACTS, OUR_NUMBER, contact_of, sent_id

AGENTS = 5
SENT = 60_000  # texts of ours, of each of which one callback can be posted


def seed() -> dict[str, object]:
    """A channel whose number leads to a queue of five agents. Returns its webhook's path."""
    from channels.webhook import keys as webhook_keys  # noqa: PLC0415  Django must be set up first
    from tests.factories import make_agent, make_queue, make_road  # noqa: PLC0415

    queue = make_queue(*(make_agent(str(1001 + number)) for number in range(AGENTS)))
    road = make_road(queue, address=OUR_NUMBER, account_sid=ACCOUNT_SID, auth_token=AUTH_TOKEN)
    webhook_keys.remember_all()
    return {"path": road.path, "first_attempt": _send_texts(road)}


def _send_texts(road: Any) -> int:
    """Texts that the ITSP took a moment ago, to post callbacks of. Returns the first attempt's id."""
    from django.utils import timezone  # noqa: PLC0415

    from sessions.models import Attempt, Lane, Message, MessagingSession  # noqa: PLC0415

    now, agent = timezone.now(), road.number.queue.agents.first()
    sessions = MessagingSession.objects.bulk_create(
        MessagingSession(number=road.number, contact=contact, agent=agent, opened_at=now, last_active_at=now)
        for contact in map(contact_of, range(CONTACTS))
    )
    lanes = Lane.objects.bulk_create(
        Lane(number=road.number, channel=road.channel, contact=session.contact) for session in sessions
    )
    sent = {"kind": "outbound", "created_at": now, "body": "Hello", "author": agent, "status": "accepted"}
    messages = Message.objects.bulk_create(
        [Message(session=sessions[n % CONTACTS], **sent) for n in range(SENT)], batch_size=1000
    )
    taken = {
        "channel": road.channel,
        "status": "accepted",
        "segments": 1,
        "created_at": now,
        "queued_at": now,
    }
    attempts = Attempt.objects.bulk_create(
        [
            Attempt(message=message, lane=lanes[n % CONTACTS], itsp_message_id=sent_id(n), **taken)
            for n, message in enumerate(messages)
        ],
        batch_size=1000,
    )
    return attempts[0].pk


def verify() -> dict[str, object]:
    """How many texts are stored, journalled, counted and published; none of them may be missing."""
    from pbx_messaging.redis import redis_client  # noqa: PLC0415
    from sessions import events  # noqa: PLC0415
    from sessions.models import (  # noqa: PLC0415
        Attempt,
        CountedChange,
        Event,
        Message,
        MessagingSession,
        WebhookRequest,
    )
    from sessions.receiving import spool  # noqa: PLC0415

    spooled = spool.drain()
    ids = list(Event.objects.values_list("pk", flat=True))
    seen = redis_client().smismember(events.PUBLISHED, ids) if ids else []
    return {
        "stored": Message.objects.filter(kind="inbound").values("itsp_message_id").distinct().count(),
        "rows": Message.objects.filter(kind="inbound").count(),
        "journalled": WebhookRequest.objects.filter(outcome="processed", kind="text").count(),
        "counted": CountedChange.objects.aggregate(sum=Sum("received"))["sum"] or 0,
        "reported": Attempt.objects.filter(status="sent").count(),
        "unpublished": len(ids) - sum(map(int, seen)),
        "sessions": MessagingSession.objects.count(),
        "spooled": spooled,
    }


if __name__ == "__main__":
    django.setup()
    print(json.dumps({"seed": seed, "verify": verify}[sys.argv[1]]()))
