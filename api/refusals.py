"""What each refusal of `sessions.actions` is as an answer: its status, and words that say what to do."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from api.problems import Problem
from sessions import actions


@dataclass(frozen=True)
class Refusal:
    """`detail`: words, or what makes them of the error; `field`: of the request, where it is about one."""

    status: int
    title: Any
    detail: Any | Callable[[Any], str]
    field: str = ""


def _picked_up(error: actions.AlreadyPickedUp) -> str:
    if error.by is None:
        return _("It is in your queue no more. Ask for the list of sessions again.")
    return _("%(agent)s has it. Ask for the list of sessions again.") % {"agent": error.by}


def _owned(error: actions.OwnedByAnother) -> str:
    if error.by is None:
        return _("It waits in a message queue that is not yours. Ask one of its agents to transfer it.")
    return _("%(agent)s has it. Ask for a transfer.") % {"agent": error.by}


def _status(error: actions.NotRetryable) -> str:
    words = _("It is %(status)s. Only a text that failed, expired or was cancelled can be sent again.")
    return words % {"status": error.status.label.lower()}


REFUSALS: dict[type[actions.ActionError], Refusal] = {
    actions.AlreadyPickedUp: Refusal(409, gettext_lazy("The session is not waiting any more."), _picked_up),
    actions.TooManyOpen: Refusal(
        409, gettext_lazy("You have too many open sessions of this queue."), lambda error: error.reason
    ),
    actions.NoPickup: Refusal(
        409,
        gettext_lazy("Sessions of this queue are not picked up."),
        gettext_lazy("Just answer: all agents of the queue do."),
    ),
    actions.NotTheOwner: Refusal(
        409,
        gettext_lazy("The session is not yours."),
        gettext_lazy("Pick it up first, if it waits; or ask its agent for a transfer."),
    ),
    actions.SessionClosed: Refusal(
        409,
        gettext_lazy("The session is closed."),
        gettext_lazy("Start a new one with the contact: POST sessions."),
    ),
    actions.NotAllowedToInitiate: Refusal(
        403,
        gettext_lazy("You may not start sessions from this number."),
        gettext_lazy("GET numbers lists those that you may; an administrator adds others."),
    ),
    actions.OwnedByAnother: Refusal(
        409, gettext_lazy("Somebody else has the open session with this contact."), _owned
    ),
    actions.NoDestination: Refusal(
        409,
        gettext_lazy("There is no such place for the session."),
        gettext_lazy("GET destinations lists the extensions and message queues that there are."),
    ),
    actions.OptedOut: Refusal(
        409,
        gettext_lazy("The contact opted out of texts from this number."),
        gettext_lazy("Nothing can be sent until the contact texts START to the number."),
    ),
    actions.ChannelDisabled: Refusal(
        409,
        gettext_lazy("The channel of this number is disabled."),
        gettext_lazy("Ask an administrator to enable it, or write from another number."),
    ),
    actions.MediaRefused: Refusal(
        422, gettext_lazy("The files can’t be sent."), lambda error: error.reason, field="media"
    ),
    actions.NotRetryable: Refusal(409, gettext_lazy("The text can’t be sent again."), _status),
    actions.NotCancellable: Refusal(
        409, gettext_lazy("The text can’t be cancelled."), lambda error: error.reason
    ),
    actions.BadTime: Refusal(
        422,
        gettext_lazy("The text can’t be sent at this time."),
        gettext_lazy("Choose a time in the future, within the next 30 days."),
        field="due_at",
    ),
}


def problem_of(error: actions.ActionError) -> Problem:
    """Of a subclass that is not in the table, its parent's."""
    refusal = next(REFUSALS[kind] for kind in type(error).__mro__ if kind in REFUSALS)
    detail = refusal.detail(error) if callable(refusal.detail) else refusal.detail
    errors = {refusal.field: [str(detail)]} if refusal.field else None
    return Problem(refusal.status, error.code, refusal.title, detail, errors=errors)
