"""Who is mentioned in notes."""

from datetime import timedelta

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from accounts.models import User
from sessions.models.thread import Message, MessagingSession

READ_AFTER_CLOSING = timedelta(days=7)  # so that who was asked late still learns what it was about


class MentionQuerySet(models.QuerySet["Mention"]):
    def readable(self) -> "MentionQuerySet":
        """Those whose session is open, or was closed a short time ago."""
        closed_since = timezone.now() - READ_AFTER_CLOSING
        return self.filter(Q(session__closed_at=None) | Q(session__closed_at__gte=closed_since))

    def unseen(self) -> "MentionQuerySet":
        return self.readable().filter(seen_at=None)


class Mention(models.Model):
    """Somebody whom a note names: they are told of it, and read along in its session.

    `start` and `length` say, in characters, which words of the note's body name them. They are shown as what
    the mentioned is called now.
    """

    message = models.ForeignKey(  # another index begins with it
        Message, on_delete=models.CASCADE, related_name="mentions", db_index=False
    )
    session = models.ForeignKey(MessagingSession, on_delete=models.CASCADE, related_name="mentions")
    user = models.ForeignKey(  # another index begins with it
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", db_index=False
    )
    start = models.PositiveSmallIntegerField()
    length = models.PositiveSmallIntegerField()
    seen_at = models.DateTimeField(null=True)  # they have opened the session since

    objects = MentionQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["message", "start"], name="mention_once")]
        indexes = [
            models.Index(fields=["user", "session"], name="mention_of_user"),
            models.Index(fields=["user"], condition=Q(seen_at=None), name="mention_unseen"),
        ]

    def __str__(self) -> str:
        return f"mention of {self.user_id} in {self.message_id}"

    @property
    def name(self) -> str:
        """What the mentioned is called now."""
        return called(self.user)


def called(user: User) -> str:
    """By the extension's name; supervisors without one by their own."""
    extension = getattr(user, "extension", None)
    return extension.name if extension else user.get_full_name() or user.username
