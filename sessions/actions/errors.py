"""Why something that an agent asked for is not possible."""

from routing.models import Extension
from sessions.models import OptOutEntry


class ActionError(Exception):
    """Something that an agent asked for is not possible; `code` is stable, for the API."""

    code = "refused"


class AlreadyPickedUp(ActionError):
    """`by` is the extension that was first, None if the session left the queue otherwise."""

    code = "already_picked_up"

    def __init__(self, by: Extension | None) -> None:
        super().__init__(by)
        self.by = by


class NotTheOwner(ActionError):
    """Only the agent who picked a session up writes in it or closes it."""

    code = "not_the_owner"


class SessionClosed(ActionError):
    code = "session_closed"


class NotAllowedToInitiate(ActionError):
    """The number's rule does not name the agent's extension."""

    code = "not_allowed_to_initiate"


class OwnedByAnother(ActionError):
    """The open session with the contact is another agent's (`by`), or waits in a queue (None)."""

    code = "owned_by_another"

    def __init__(self, by: Extension | None) -> None:
        super().__init__(by)
        self.by = by


class OptedOut(ActionError):
    """The contact wants no texts from the number: see `entry`. No agent can clear it."""

    code = "opted_out"

    def __init__(self, entry: OptOutEntry) -> None:
        super().__init__(entry)
        self.entry = entry


class NotRetryable(ActionError):
    """It waits, is on its way or has arrived: there is nothing to send again."""

    code = "not_retryable"


class NotCancellable(ActionError):
    """It is being sent at this moment, nobody knows whether it was, or it has arrived."""

    code = "not_cancellable"


class BadTime(ActionError):
    """A scheduled text goes out in the future, within `LATEST`."""

    code = "bad_time"
