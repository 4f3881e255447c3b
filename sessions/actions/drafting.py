"""What an agent has typed and not sent yet."""

from datetime import datetime

from django.utils import timezone

from routing.models import Extension
from sessions.models import Draft, MessagingSession


def save_draft(
    session: MessagingSession, *, agent: Extension, body: str, typed_at: datetime | None = None
) -> bool:
    """Of several devices' drafts the one typed last holds, in whatever order they come; False: not this.

    An empty one is kept as such, or an older one that comes late would stand in its place.
    """
    now = timezone.now()
    values = {"body": body if body.strip() else "", "updated_at": min(typed_at or now, now)}
    mine = Draft.objects.filter(session=session, agent=agent)
    if mine.filter(updated_at__lte=values["updated_at"]).update(**values):
        return True
    Draft.objects.bulk_create([Draft(session=session, agent=agent, **values)], ignore_conflicts=True)
    return mine.filter(**values).exists()


def clear_draft(session: MessagingSession, *, agent: Extension, at: datetime) -> None:
    """It was sent: what was typed before that is over, also on devices that tell of it later."""
    if not Draft.objects.filter(session=session, agent=agent).update(body="", updated_at=at):
        Draft.objects.bulk_create(
            [Draft(session=session, agent=agent, body="", updated_at=at)], ignore_conflicts=True
        )
