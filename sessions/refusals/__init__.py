"""What each refusal of an action is as an answer, in one table for the pages and the API."""

import dataclasses
import enum
from collections.abc import Callable, Mapping
from typing import Any

from django.forms import BaseForm
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy
from django_stubs_ext import StrPromise

from sessions import refused
from sessions.refusals import words
from sessions.refused import ActionError

Words = str | StrPromise | Callable[[Any], str]  # or what makes them of the error


class Act(enum.Enum):
    """What somebody was doing on a page, where the words depend on it."""

    WRITE = "write"
    START = "start"
    RETRY = "retry"
    CANCEL = "cancel"
    TRANSFER = "transfer"
    UNREAD = "unread"
    ARCHIVE = "archive"
    REOPEN = "reopen"
    UNDO = "undo"  # within some seconds
    SNOOZE = "snooze"
    CLOSE = "close"
    TAG = "tag"
    TAKE_OVER = "take_over"
    SCHEDULE = "schedule"
    OPT_OUT = "opt_out"
    DELETE = "delete"  # of an extension or a queue whose sessions go elsewhere


@dataclasses.dataclass(frozen=True)
class Refusal:
    """`status`, `title`, `detail` and `field` (of the request) are the API's; the rest is for the pages.

    `words` are said on a page, the `detail` where there are none; `by_act` has others for some acts.
    `form_field` is the field beside which they stand, in the forms that have it.
    """

    status: int
    title: str | StrPromise
    detail: Words
    field: str = ""
    words: Words | None = None
    form_field: str = ""
    by_act: Mapping[Act, Words] = dataclasses.field(default_factory=dict)


def refusal_of(error: ActionError) -> Refusal:
    """Of a subclass that is not in the table, its parent's."""
    return next(REFUSALS[kind] for kind in type(error).__mro__ if kind in REFUSALS)


def detail_of(error: ActionError) -> str:
    """What the API says beside the title."""
    return _said(refusal_of(error).detail, error)


def words_for(error: ActionError, act: Act = Act.WRITE) -> str:
    """What a page says of it."""
    refusal = refusal_of(error)
    return _said(refusal.by_act.get(act) or refusal.words or refusal.detail, error)


def refuse(form: BaseForm, error: ActionError, act: Act = Act.WRITE) -> None:
    """Says it on a form: beside the field that it is about, where the form has that."""
    name = refusal_of(error).form_field
    form.add_error(name if name in form.fields else None, words_for(error, act))


def _said(words: Words, error: ActionError) -> str:
    return str(words) if isinstance(words, str | Promise) else words(error)


REFUSALS: dict[type[ActionError], Refusal] = {
    refused.AlreadyPickedUp: Refusal(
        409,
        gettext_lazy("The session is not waiting any more."),
        words.picked_up,
        words=words.faster,
        by_act={Act.TRANSFER: words.picked_up_meanwhile},
    ),
    refused.TooManyOpen: Refusal(
        409,
        gettext_lazy("You have too many open sessions of this queue."),
        words.too_many,
        form_field="contact",
    ),
    refused.NoPickup: Refusal(
        409,
        gettext_lazy("Sessions of this queue are not picked up."),
        gettext_lazy("Just answer: all agents of the queue do."),
    ),
    refused.NotTheOwner: Refusal(
        409,
        gettext_lazy("The session is not yours."),
        gettext_lazy("Pick it up first, if it waits; or ask its agent for a transfer."),
        words=gettext_lazy("Only the agent who picked the session up can answer."),
        by_act={
            Act.RETRY: gettext_lazy("Only the agent who picked the session up can send it again."),
            Act.CANCEL: gettext_lazy("Only the agent who picked the session up can cancel it."),
            Act.TRANSFER: gettext_lazy("Only the agent who has the session, or a supervisor, transfers it."),
            Act.UNREAD: gettext_lazy("Only the agent who has the session marks it as unread."),
            Act.ARCHIVE: gettext_lazy("Only the agent who has the session archives it."),
            Act.REOPEN: gettext_lazy("Only the agent who had the session can reopen it."),
            Act.UNDO: gettext_lazy("The session is with somebody else now, so this is not undone."),
            Act.SNOOZE: gettext_lazy("Only the agent who has the session snoozes it."),
            Act.CLOSE: gettext_lazy("Only the agent who has the session closes it."),
            Act.SCHEDULE: gettext_lazy("Only the agent who has the session changes what is scheduled in it."),
            Act.TAKE_OVER: gettext_lazy("Only supervisors of its message queue take the session over."),
        },
    ),
    refused.NotArchivable: Refusal(
        409, gettext_lazy("The session can’t be archived yet."), words.not_archivable
    ),
    refused.SessionClosed: Refusal(
        409,
        gettext_lazy("The session is closed."),
        gettext_lazy("Start a new one with the contact: POST sessions."),
        words=gettext_lazy("The session was closed meanwhile. Send it as a new message."),
        by_act={
            Act.TRANSFER: gettext_lazy("The session was closed meanwhile, so it can’t be transferred."),
            Act.SNOOZE: gettext_lazy("The session was closed meanwhile, so it can’t be snoozed."),
            Act.CLOSE: gettext_lazy("The session is closed already."),
            Act.TAKE_OVER: gettext_lazy("The session was closed meanwhile, so it can’t be taken over."),
        },
    ),
    refused.SessionOpen: Refusal(
        409,
        gettext_lazy("The session is open."),
        gettext_lazy("Just answer: there is nothing to reopen."),
        words=gettext_lazy("The session was reopened already."),
    ),
    refused.AlreadyOpen: Refusal(
        409,
        gettext_lazy("The contact has another open session with this number."),
        words.already_open,
        words=words.already_open_on_page,
    ),
    refused.NumberGone: Refusal(
        409,
        gettext_lazy("The number of this session was deleted."),
        gettext_lazy("Write to the contact from another number: POST sessions."),
        words=gettext_lazy(
            "The number of this session was deleted, so it can’t be reopened. Write from another number."
        ),
    ),
    refused.HasScheduled: Refusal(
        409,
        gettext_lazy("Texts are scheduled in the session."),
        words.has_scheduled,
        by_act={
            Act.CLOSE: gettext_lazy(
                "Texts are scheduled in it. Open it to close it, and say what becomes of them."
            ),
        },
    ),
    refused.NotAllowedToInitiate: Refusal(
        403,
        gettext_lazy("You may not start sessions from this number."),
        gettext_lazy("GET numbers lists those that you may; an administrator adds others."),
        words=gettext_lazy("You may not start sessions from this number."),
        form_field="number",
    ),
    refused.OwnNumber: Refusal(
        422,
        gettext_lazy("A number can’t text itself."),
        gettext_lazy("Choose another contact or another number."),
        field="contact",
        words=gettext_lazy("This is the number that you write from. Enter the contact’s."),
        form_field="contact",
    ),
    refused.Unanswerable: Refusal(
        422,
        gettext_lazy("The contact can’t be texted."),
        lambda error: str(error.sender.words),
        field="contact",
        form_field="contact",
    ),
    refused.OwnedByAnother: Refusal(
        409,
        gettext_lazy("Somebody else has the open session with this contact."),
        words.owned,
        words=words.owned_on_page,
        form_field="contact",
    ),
    refused.NoDestination: Refusal(
        409,
        gettext_lazy("There is no such place for the session."),
        gettext_lazy("GET destinations lists the extensions and message queues that there are."),
        words=gettext_lazy("This place is gone. Choose another one."),
        by_act={
            Act.DELETE: gettext_lazy("This has changed at this moment. Please look again."),
            Act.UNDO: gettext_lazy("The message queue that it came from is gone, so this is not undone."),
        },
    ),
    refused.OptedOut: Refusal(
        409,
        gettext_lazy("The contact opted out of texts from this number."),
        gettext_lazy("Nothing can be sent until the contact texts START to the number."),
        words=gettext_lazy("It was not sent: the contact opted out of texts from this number."),
        form_field="contact",
        by_act={
            Act.START: gettext_lazy("This contact opted out of texts from this number, so none can be sent."),
            Act.OPT_OUT: gettext_lazy("This contact is opted out of texts from this number already."),
        },
    ),
    refused.ChannelDisabled: Refusal(
        409,
        gettext_lazy("The channel of this number is disabled."),
        gettext_lazy("Ask an administrator to enable it, or write from another number."),
        words=gettext_lazy("It was not sent: the channel of this number was disabled."),
        form_field="number",
        by_act={
            Act.START: gettext_lazy("The channel of this number was disabled. Choose another number."),
        },
    ),
    refused.MediaRefused: Refusal(
        422,
        gettext_lazy("The files can’t be sent."),
        lambda error: error.reason,
        field="media",
        form_field="attachments",
    ),
    refused.PicturesBusy: Refusal(
        503,
        gettext_lazy("Too many pictures come at once."),
        gettext_lazy("Send it again in a few seconds, with the same id."),
        words=gettext_lazy(
            "Too many pictures are being made smaller at this moment. Try again in a few seconds."
        ),
        form_field="attachments",
    ),
    refused.NotRetryable: Refusal(409, gettext_lazy("The text can’t be sent again."), words.not_retryable),
    refused.NotCancellable: Refusal(
        409,
        gettext_lazy("The text can’t be cancelled."),
        words.not_cancellable,
        by_act={Act.UNDO: gettext_lazy("The text has left already, so sending it is not undone.")},
    ),
    refused.NotScheduled: Refusal(
        409,
        gettext_lazy("The text is not scheduled any more."),
        gettext_lazy("Its time has come, or it was cancelled: read its status. Then write a new text."),
        words=gettext_lazy("Its time has come, or it was cancelled, so it can’t be changed any more."),
    ),
    refused.BadTime: Refusal(
        422,
        gettext_lazy("The text can’t be sent at this time."),
        gettext_lazy("Choose a time in the future, within the next 30 days."),
        field="due_at",
        words=gettext_lazy("This time has passed. Choose one in the future."),
        form_field="due_at",
    ),
    refused.BadSnooze: Refusal(
        422,
        gettext_lazy("The session can’t be snoozed until then."),
        gettext_lazy("Choose a time in the future, within the next year."),
        field="until",
        form_field="until",
    ),
}
