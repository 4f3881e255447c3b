from sessions.models.delivery import WAITING, Attempt, AttemptEvent, Lane
from sessions.models.journal import CountedChange, Event, WebhookRequest
from sessions.models.opt_out import OptOutEntry
from sessions.models.thread import Attachment, Message, MessagingSession, MessagingSessionQuerySet

__all__ = [
    "WAITING",
    "Attachment",
    "Attempt",
    "AttemptEvent",
    "CountedChange",
    "Event",
    "Lane",
    "Message",
    "MessagingSession",
    "MessagingSessionQuerySet",
    "OptOutEntry",
    "WebhookRequest",
]
