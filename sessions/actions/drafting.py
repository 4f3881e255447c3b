"""What an agent has typed and not sent yet."""

from datetime import datetime

from django.utils import timezone

from routing.models import Extension
from sessions.models import Draft, MessagingSession


def save_draft(
    session: MessagingSession, *, agent: Extension, body: str, typed_at: datetime | None = None
) -> bool:
    """Keeps the draft, unless another device's was typed later (False), in whatever order they come.

    An empty one is kept as such, or an older one that comes late would stand in its place.
    """
    now = timezone.now()
    values = {"body": body if body.strip() else "", "updated_at": min(typed_at or now, now)}
    mine = Draft.objects.filter(session=session, agent=agent)
    if mine.filter(updated_at__lte=values["updated_at"]).update(**values):
        return True
    Draft.objects.bulk_create([Draft(session=session, agent=agent, **values)], ignore_conflicts=True)
    return mine.filter(**values).exists()


def clear_draft(session: MessagingSession, *, agent: Extension, sent: str, at: datetime) -> None:
    """Empties the draft of what was sent, also for devices that tell of it later; a newer one stays."""
    draft = Draft.objects.filter(session=session, agent=agent).first()
    if draft and draft.body.strip() == sent.strip():
        unchanged = Draft.objects.filter(pk=draft.pk, updated_at=draft.updated_at)
        unchanged.update(body="", updated_at=at)
