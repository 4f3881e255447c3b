"""Search over all that somebody may see: texts, phone numbers in any format, names."""

from django.db.models import Q

from sessions.models import MessagingSessionQuerySet


def matching(sessions: MessagingSessionQuerySet, text: str) -> MessagingSessionQuerySet:
    """Those of `sessions` that the text finds; all for an empty one."""
    words = text.split()
    if not words:
        return sessions
    found = Q(contact__contains=text.strip())
    return sessions.filter(found | Q(messages__body__icontains=text.strip())).distinct()
