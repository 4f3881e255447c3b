"""Which message queues a session has left in one wait of its contact, because nobody answered there."""

from django.db import models

from routing.models import MessageQueue
from sessions.models.thread import MessagingSession


class Overflow(models.Model):
    """A session was passed on from a queue while its contact waited.

    The wait is named by its beginning, the session's `unanswered_since`: the next one has another, so these
    rows end with it by themselves. No queue is left twice in one wait, nor gone to twice.
    """

    session = models.ForeignKey(  # another index begins with it
        MessagingSession, on_delete=models.CASCADE, related_name="overflows", db_index=False
    )
    unanswered_since = models.DateTimeField()
    queue = models.ForeignKey(  # nobody asks by it
        MessageQueue, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    to_queue = models.ForeignKey(  # null: it went to an extension; nobody asks by it
        MessageQueue, null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["session", "unanswered_since", "queue"], name="queue_left_once_in_a_wait"
            ),
            models.UniqueConstraint(
                fields=["session", "unanswered_since", "to_queue"], name="queue_gone_to_once_in_a_wait"
            ),
        ]

    def __str__(self) -> str:
        return f"overflow of {self.session_id} from {self.queue_id}"
