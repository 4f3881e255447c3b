"""How many contacts wait in queues, for lists whose app does not know of it."""

from collections.abc import Iterable

from django import template
from django.db.models import Count, Q

from routing.models import MessageQueue
from sessions.models import MessagingSession

register = template.Library()
Waiting = dict[int, dict[str, int]]


@register.simple_tag
def waiting_in(queues: Iterable[MessageQueue]) -> Waiting:
    """Counts each queue's unanswered sessions, and those that its supervisors were told of, in one query."""
    unanswered = MessagingSession.objects.open().filter(
        queue__in=[queue.pk for queue in queues], unanswered_since__isnull=False
    )
    too_long = Count("pk", filter=Q(alerted_at__isnull=False))
    rows = unanswered.order_by().values("queue").annotate(count=Count("pk"), too_long=too_long)
    return {row["queue"]: {"count": row["count"], "too_long": row["too_long"]} for row in rows}


@register.inclusion_tag("sessions/inbox/_waiting_of.html")
def waiting_of(queue: MessageQueue, waiting: Waiting) -> dict[str, int]:
    return waiting.get(queue.pk, {"count": 0, "too_long": 0})
