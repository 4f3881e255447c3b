"""The same text sent twice is accepted once: by `client_id`, or by the header `Idempotency-Key`."""

from collections.abc import Callable

from django.utils.translation import gettext as _

from api.inputs import MessageIn
from api.problems import Problem
from routing.models import Extension
from sessions.actions import accepted_under
from sessions.models import Message

ACCEPTED, ACCEPTED_BEFORE = 201, 200


def key_of(said: MessageIn, header: str | None) -> str | None:
    """The header's value may stand in quotes, as a structured field has it."""
    return said.client_id or (header.strip('"') if header else None)


def once(
    agent: Extension,
    key: str | None,
    *,
    same: Callable[[Message], bool],
    accept: Callable[[], Message],
) -> tuple[int, Message]:
    """The status to answer, and the message. `same` judges one that was accepted under the key before.

    It is asked before `accept` tries, since a session may have been closed after the lost answer; of two
    at once the action lets one through.
    """
    message = accepted_under(agent, key)
    if message is None:
        message = accept()
        if not message.accepted_before:
            return ACCEPTED, message
    if not same(message):
        title = _("Another text was accepted with this id.")
        detail = _("Give each text an id of its own, and send a text again with all that it had.")
        raise Problem(422, "client_id_reused", title, detail)
    return ACCEPTED_BEFORE, message


def is_same_text(message: Message, said: MessageIn) -> bool:
    """Compares files by their number only."""
    first = message.attempts.order_by("pk").first()
    due_at = first.due_at if first else None
    same = (message.body, due_at) == (said.body, said.due_at)
    return same and message.attachments.count() == len(said.files)
