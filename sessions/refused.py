"""Why something that an agent asked for is not possible. `sessions.refusals` says each in words."""

from channels.itsp.delivery import DeliveryStatus
from channels.senders import Sender
from routing.models import Extension
from sessions.models import Contact, MessagingSession, OptOutEntry
from sessions.models.pickup import Pickup


class ActionError(Exception):
    """Something that an agent asked for is not possible; `code` is stable, for the API."""

    code = "refused"


class AlreadyPickedUp(ActionError):
    """`by` is the extension that was first, None if the session left the queue otherwise."""

    code = "already_picked_up"

    def __init__(self, by: Extension | None) -> None:
        super().__init__(by)
        self.by = by


class TooManyOpen(ActionError):
    """The agent has as many open sessions of the queue as it allows (`limit`)."""

    code = "too_many_open"

    def __init__(self, limit: int) -> None:
        super().__init__(limit)
        self.limit = limit


class NoPickup(ActionError):
    """Sessions of the queue are not picked up: all its agents answer in them."""

    code = "no_pickup"


class NotTheOwner(ActionError):
    """Only the agent who picked a session up writes in it or closes it.

    In a queue without pickup that is every agent of the queue.
    """

    code = "not_the_owner"


class NotArchivable(ActionError):
    """Everybody would lose the open session by it: nobody owns it, or its contact waits for an answer.

    `pickup` says what becomes of it while nobody owns it; nothing, if somebody does.
    """

    code = "not_archivable"

    def __init__(self, pickup: Pickup) -> None:
        super().__init__(pickup)
        self.pickup = pickup


class SessionClosed(ActionError):
    code = "session_closed"


class SessionOpen(ActionError):
    """It is not closed, so there is nothing to reopen."""

    code = "session_open"


class AlreadyOpen(ActionError):
    """The contact has another open session with the number: `session`, if whoever asks may act in it.

    `by` is whose it is; None if it waits, or all agents of a queue answer in it.
    """

    code = "already_open"

    def __init__(self, by: Extension | None, session: MessagingSession | None = None) -> None:
        super().__init__(by, session)
        self.by, self.session = by, session


class NumberGone(ActionError):
    """The number, or its channel, was deleted: nothing goes out from it any more."""

    code = "number_gone"


class HasScheduled(ActionError):
    """Texts of the session have a time of their own still (`count`): it must be said what becomes of them."""

    code = "has_scheduled"

    def __init__(self, count: int) -> None:
        super().__init__(count)
        self.count = count


class NotAllowedToInitiate(ActionError):
    """The number's rule does not name the agent's extension."""

    code = "not_allowed_to_initiate"


class OwnNumber(ActionError):
    """A number can't text itself."""

    code = "own_number"


class Unanswerable(ActionError):
    """No text reaches who stands behind the contact's address (`sender`): a name, an app, nobody known."""

    code = "unanswerable"

    def __init__(self, sender: Sender) -> None:
        super().__init__(sender)
        self.sender = sender


class OwnedByAnother(ActionError):
    """The open session with the contact is another agent's (`by`), or waits in a queue (None)."""

    code = "owned_by_another"

    def __init__(self, by: Extension | None) -> None:
        super().__init__(by)
        self.by = by


class NoDestination(ActionError):
    """The place chosen for a session is gone, or it has no message queue to go back to."""

    code = "no_destination"


class OptedOut(ActionError):
    """The contact wants no texts from the number: see `entry`. No agent can clear it."""

    code = "opted_out"

    def __init__(self, entry: OptOutEntry) -> None:
        super().__init__(entry)
        self.entry = entry


class ChannelDisabled(ActionError):
    """An administrator disabled the number's channel: it takes no new texts."""

    code = "channel_disabled"


class MediaRefused(ActionError):
    """Files that can't go with a text; `reason` says why and what to do."""

    code = "media_refused"

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class PicturesBusy(ActionError):
    """So many pictures are made to fit at this moment that this one must come again."""

    code = "pictures_busy"


class NotRetryable(ActionError):
    """It waits, is on its way, has arrived or was taken back (`status`): there is nothing to send again.

    Or it failed in a way in which the same text would fail again.
    """

    code = "not_retryable"

    def __init__(self, status: DeliveryStatus) -> None:
        super().__init__(status)
        self.status = status


class NotCancellable(ActionError):
    """It is being sent at this moment, nobody knows whether it was, or it has gone (`status`)."""

    code = "not_cancellable"

    def __init__(self, status: DeliveryStatus) -> None:
        super().__init__(status)
        self.status = status


class BadTime(ActionError):
    """A scheduled text goes out in the future, within `replying.LATEST`."""

    code = "bad_time"


class BadSnooze(ActionError):
    """A session is snoozed until a time in the future, within `snoozing.LONGEST_SNOOZE`."""

    code = "bad_snooze"


class ContactExists(Exception):
    """The address is in the address book already, as `contact`. The API has no contacts to add."""

    def __init__(self, contact: Contact) -> None:
        super().__init__(contact)
        self.contact = contact


class NameTaken(Exception):
    """Another tag has the name, or another canned reply of the same owner the shortcut. Not in the API."""


class ActedMeanwhile(Exception):
    """Somebody has gone on since, so it is not undone. Not in the API.

    `by`: an extension, the name of who has none, or "", where it was no person or an administrator.
    """

    def __init__(self, by: Extension | str) -> None:
        super().__init__(by)
        self.by = by


class NotScheduled(ActionError):
    """Its time has come, or it was cancelled (`status`): nothing of it can be changed any more."""

    code = "not_scheduled"

    def __init__(self, status: DeliveryStatus) -> None:
        super().__init__(status)
        self.status = status
