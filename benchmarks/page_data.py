"""`python -m benchmarks.page_data WAITING MESSAGES`: what the benchmark of the agents' page begins with.

In a process of its own, since it has the settings of the stack that is measured.
"""

import json
import sys
from datetime import timedelta
from typing import TYPE_CHECKING

import django
from django.core.management import call_command
from django.utils import timezone

if TYPE_CHECKING:
    from sessions.models import MessagingSession

TEXTS = (
    "Good morning, is my order ready to be picked up?",
    "Yes, since nine o'clock. We are open until six.",
    "Thank you! May I bring the dog? It is a friendly one, and it does not like to wait outside for long.",
    "Of course.",
)


def seed(waiting: int, messages: int) -> dict[str, int]:
    """Sessions that wait in the first agent's queue, and a long one of hers. Returns the long one's id.

    She has the newest first, where a text's row is seen though hundreds wait.
    """
    from channels.models import Number  # noqa: PLC0415  Django must be set up first
    from routing.models import Extension  # noqa: PLC0415
    from sessions.models import ListSettings, MessagingSession  # noqa: PLC0415

    call_command("collectstatic", interactive=False, verbosity=0)
    number, now = Number.objects.get(address="+25402160000"), timezone.now()
    agent = Extension.objects.get(number="1000")
    ListSettings.objects.create(user=agent.user, sort=ListSettings.Sort.NEWEST)
    rows = MessagingSession.objects.bulk_create(
        MessagingSession(
            number=number,
            queue=number.queue,
            contact=f"+1415555{2000 + row}",
            opened_at=now,
            last_active_at=now - timedelta(minutes=10 + row),
            unread=1,
        )
        for row in range(waiting)
    )
    for row in rows:
        _talk(row, 1)
    long = MessagingSession.objects.create(
        number=number,
        queue=number.queue,
        agent=agent,
        contact="+14155551999",
        opened_at=now - timedelta(days=2),
        last_active_at=now,
    )
    _talk(long, messages)
    return {"long": long.pk}


def _talk(session: "MessagingSession", count: int) -> None:
    from channels.itsp.delivery import DeliveryStatus  # noqa: PLC0415
    from sessions.models import Message  # noqa: PLC0415

    inbound, outbound = Message.Kind.INBOUND, Message.Kind.OUTBOUND
    said = Message.objects.bulk_create(
        Message(
            session=session,
            kind=outbound if number % 2 else inbound,
            author=session.agent if number % 2 else None,
            status=DeliveryStatus.DELIVERED if number % 2 else "",
            client_id=f"{session.pk}-{number}" if number % 2 else None,
            body=f"{TEXTS[number % len(TEXTS)]} {number}",
            created_at=session.last_active_at - timedelta(minutes=count - number),
        )
        for number in range(count)
    )
    session.last_message = said[-1]
    session.save(update_fields=["last_message"])


if __name__ == "__main__":
    django.setup()
    print(json.dumps(seed(int(sys.argv[1]), int(sys.argv[2]))))
