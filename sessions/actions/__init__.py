"""All that an agent can do. Pages and API call the same verbs."""

from sessions.actions.contacts import add_contact, delete_contact, import_contacts, save_contact
from sessions.actions.drafting import save_draft
from sessions.actions.keeping import delete_canned_reply, delete_tag, save_canned_reply, save_tag
from sessions.actions.marking import add_note, archive, mark_unread, set_availability, set_tags, unarchive
from sessions.actions.owning import close, close_idle, mark_read, pick_up
from sessions.actions.replying import LATEST, accepted_under, reply, start_session
from sessions.actions.resending import cancel, retry
from sessions.actions.transferring import move, transfer
from sessions.refused import (
    ActionError,
    AlreadyPickedUp,
    BadTime,
    ChannelDisabled,
    ContactExists,
    MediaRefused,
    NameTaken,
    NoDestination,
    NoPickup,
    NotAllowedToInitiate,
    NotArchivable,
    NotCancellable,
    NotRetryable,
    NotTheOwner,
    OptedOut,
    OwnedByAnother,
    SessionClosed,
    TooManyOpen,
)

__all__ = [
    "LATEST",
    "ActionError",
    "AlreadyPickedUp",
    "BadTime",
    "ChannelDisabled",
    "ContactExists",
    "MediaRefused",
    "NameTaken",
    "NoDestination",
    "NoPickup",
    "NotAllowedToInitiate",
    "NotArchivable",
    "NotCancellable",
    "NotRetryable",
    "NotTheOwner",
    "OptedOut",
    "OwnedByAnother",
    "SessionClosed",
    "TooManyOpen",
    "accepted_under",
    "add_contact",
    "add_note",
    "archive",
    "cancel",
    "close",
    "close_idle",
    "delete_canned_reply",
    "delete_contact",
    "delete_tag",
    "import_contacts",
    "mark_read",
    "mark_unread",
    "move",
    "pick_up",
    "reply",
    "retry",
    "save_canned_reply",
    "save_contact",
    "save_draft",
    "save_tag",
    "set_availability",
    "set_tags",
    "start_session",
    "transfer",
    "unarchive",
]
