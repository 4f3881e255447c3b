"""What an agent has typed and not sent yet.

A draft has the client id that its text will have: so one of which a device tells late, after the text was
sent or scheduled, is known for what it is, and so are two of one composer that overtake each other.
"""

from datetime import datetime

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from routing.models import Extension
from sessions.models import Draft, Message, MessagingSession
from sessions.queries import drafts_for


@transaction.atomic
def save_draft(
    session: MessagingSession,
    *,
    agent: Extension,
    body: str,
    client_id: str = "",
    typed_at: datetime | None = None,
) -> bool:
    """Keeps the draft, unless another composer's was typed later (False), in whatever order they come.

    What was sent is not kept, nor what its own composer has changed since. An empty one is kept as such, or
    an older one that comes late would stand in its place.
    """
    MessagingSession.objects.select_for_update(no_key=True).get(pk=session.pk)  # so is what is being sent
    if client_id and Message.objects.filter(author=agent, client_id=client_id).exists():
        return True
    now = timezone.now()
    typed = {"body": body if body.strip() else "", "updated_at": min(typed_at or now, now)}
    values = typed | {"client_id": client_id}
    mine = Draft.objects.filter(session=session, agent=agent)
    if mine.filter(updated_at__lte=typed["updated_at"]).update(**values):
        return True
    Draft.objects.bulk_create([Draft(session=session, agent=agent, **values)], ignore_conflicts=True)
    own = Q(client_id=client_id) if client_id else Q(**values)
    return mine.filter(own).exists()


def clear_draft(
    session: MessagingSession, *, agent: Extension, sent: str, client_id: str | None, at: datetime
) -> None:
    """Empties the drafts of what was sent, in whatever session they were; those of other texts stay.

    Under the session's lock.
    """
    for draft in drafts_for(session, agent):
        if draft.body.strip() == sent.strip() or (client_id and draft.client_id == client_id):
            Draft.objects.filter(pk=draft.pk).update(body="", updated_at=max(at, draft.updated_at))


@transaction.atomic
def discard_drafts(session: MessagingSession, *, agent: Extension) -> None:
    """Empties what the agent has typed for its contact; what a device tells late is older than that."""
    MessagingSession.objects.select_for_update(no_key=True).get(pk=session.pk)
    empty = {"body": "", "updated_at": timezone.now()}
    drafts_for(session, agent).update(**empty)
    Draft.objects.bulk_create([Draft(session=session, agent=agent, **empty)], ignore_conflicts=True)


def restore_draft(session: MessagingSession, *, agent: Extension, body: str) -> None:
    """Puts words before what has been typed since. Under the session's lock."""
    typed = Draft.objects.filter(session=session, agent=agent).values_list("body", flat=True).first()
    whole = "\n".join(text for text in (body, typed) if text)
    values = {"body": whole, "client_id": "", "updated_at": timezone.now()}
    Draft.objects.update_or_create(session=session, agent=agent, defaults=values)
