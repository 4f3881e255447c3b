from sessions.models.agents import AgentSettings, CannedReply, Contact, Draft
from sessions.models.assigning import Absence, AgentTurn
from sessions.models.charges import ChargedChange, ChargeReading, TextCharge
from sessions.models.contact_fields import ContactField, ContactLink, ContactSettings, ContactValue
from sessions.models.journal import (
    CountedChange,
    ErasedText,
    Event,
    FileToRemove,
    SignOfLife,
    WebhookRequest,
)
from sessions.models.list import ListSettings, SavedView
from sessions.models.mentions import Mention, MentionQuerySet, called
from sessions.models.opt_out import OptOutEntry, OptOutWord
from sessions.models.outbound import Attempt, AttemptEvent, Lane, Priority, Turn
from sessions.models.overflow import Overflow
from sessions.models.push import Notice, Push, PushDevice, PushKey
from sessions.models.restoration import Restoration
from sessions.models.searched import SearchedContact, SearchedContactValue, SearchedMessage
from sessions.models.tags import Tag
from sessions.models.thread import (
    WAIT_FIELDS,
    Attachment,
    Message,
    MessagingSession,
    MessagingSessionQuerySet,
)

__all__ = [
    "WAIT_FIELDS",
    "Absence",
    "AgentSettings",
    "AgentTurn",
    "Attachment",
    "Attempt",
    "AttemptEvent",
    "CannedReply",
    "ChargeReading",
    "ChargedChange",
    "Contact",
    "ContactField",
    "ContactLink",
    "ContactSettings",
    "ContactValue",
    "CountedChange",
    "Draft",
    "ErasedText",
    "Event",
    "FileToRemove",
    "Lane",
    "ListSettings",
    "Mention",
    "MentionQuerySet",
    "Message",
    "MessagingSession",
    "MessagingSessionQuerySet",
    "Notice",
    "OptOutEntry",
    "OptOutWord",
    "Overflow",
    "Priority",
    "Push",
    "PushDevice",
    "PushKey",
    "Restoration",
    "SavedView",
    "SearchedContact",
    "SearchedContactValue",
    "SearchedMessage",
    "SignOfLife",
    "Tag",
    "TextCharge",
    "Turn",
    "WebhookRequest",
    "called",
]
