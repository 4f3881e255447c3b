"""All that an agent can do. Pages and API call the same verbs."""

from sessions.actions.errors import (
    ActionError,
    AlreadyPickedUp,
    BadTime,
    ChannelDisabled,
    NotAllowedToInitiate,
    NotCancellable,
    NotRetryable,
    NotTheOwner,
    OptedOut,
    OwnedByAnother,
    SessionClosed,
)
from sessions.actions.holding import close, close_idle, mark_read, pick_up
from sessions.actions.resending import CANCELLABLE, RETRYABLE, cancel, retry
from sessions.actions.writing import LATEST, MAX_BODY, reply, start_session

__all__ = [
    "CANCELLABLE",
    "LATEST",
    "MAX_BODY",
    "RETRYABLE",
    "ActionError",
    "AlreadyPickedUp",
    "BadTime",
    "ChannelDisabled",
    "NotAllowedToInitiate",
    "NotCancellable",
    "NotRetryable",
    "NotTheOwner",
    "OptedOut",
    "OwnedByAnother",
    "SessionClosed",
    "cancel",
    "close",
    "close_idle",
    "mark_read",
    "pick_up",
    "reply",
    "retry",
    "start_session",
]
