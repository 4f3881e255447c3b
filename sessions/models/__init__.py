from sessions.models.agents import AgentSettings, CannedReply, Contact, Draft
from sessions.models.journal import CountedChange, Event, WebhookRequest
from sessions.models.opt_out import OptOutEntry
from sessions.models.outbound import WAITING, Attempt, AttemptEvent, Lane, Priority, Turn
from sessions.models.searched import SearchedContact, SearchedMessage
from sessions.models.thread import Attachment, Message, MessagingSession, MessagingSessionQuerySet, Tag

__all__ = [
    "WAITING",
    "AgentSettings",
    "Attachment",
    "Attempt",
    "AttemptEvent",
    "CannedReply",
    "Contact",
    "CountedChange",
    "Draft",
    "Event",
    "Lane",
    "Message",
    "MessagingSession",
    "MessagingSessionQuerySet",
    "OptOutEntry",
    "Priority",
    "SearchedContact",
    "SearchedMessage",
    "Tag",
    "Turn",
    "WebhookRequest",
]
