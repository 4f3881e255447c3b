"""What is an answer: a text with a time of its own from then on only, and one that was taken back not at all.

Until then its contact goes on waiting.
"""

from collections.abc import Iterable

from channels.itsp.delivery import DeliveryStatus
from sessions.bulk import write
from sessions.models import WAIT_FIELDS, Attempt, Message, MessagingSession, Priority


def lock_sessions_of(attempts: Iterable[int]) -> None:
    """Their sessions, in one order by everybody. Before any lane's lock, as whoever answers has it."""
    sessions = Attempt.objects.filter(pk__in=list(attempts)).values_list("message__session", flat=True)
    locked = MessagingSession.objects.select_for_update(no_key=True).filter(pk__in=list(sessions))
    list(locked.order_by("pk").values_list("pk"))


def answer_by(messages: Iterable[Message]) -> None:
    """Ends the waits of their sessions, as far as the contacts wrote before the messages were written.

    The sessions are locked, and were read since.
    """
    latest = {message.session_id: message for message in sorted(messages, key=lambda one: one.pk)}
    answers = [message for message in latest.values() if message.session.unanswered_since]
    for message in answers:
        _answer(message)
    write([message.session for message in answers], *WAIT_FIELDS)


def resume(session: MessagingSession) -> None:
    """After a text was taken back: what nothing else has answered waits again, since it came.

    The session is locked, and was read since.
    """
    if session.unanswered_since:
        return
    written = session.messages.filter(kind=Message.Kind.OUTBOUND, author__isnull=False)
    # What is held back for some seconds is an answer; what has a time of its own is none before.
    unsent = written.filter(status=DeliveryStatus.SCHEDULED, attempts__priority=Priority.API)
    answers = written.exclude(status=DeliveryStatus.CANCELLED).exclude(pk__in=unsent.values("pk"))
    texts = session.messages.filter(kind=Message.Kind.INBOUND)
    if last := answers.order_by("pk").last():
        texts = texts.filter(created_at__gt=last.created_at)
    session.unanswered_since = texts.order_by("created_at").values_list("created_at", flat=True).first()
    if session.unanswered_since:
        session.archived_at = None  # whoever waits is in somebody's list
        session.save(update_fields=["archived_at", *WAIT_FIELDS])


def _answer(message: Message) -> None:
    """In memory. What came after it was written still waits, from its own time on."""
    session = message.session
    texts = session.messages.filter(kind=Message.Kind.INBOUND, created_at__gt=message.created_at)
    first = texts.order_by("created_at").values_list("created_at", flat=True).first()
    if first is None or first != session.unanswered_since:
        session.end_wait()
        session.unanswered_since = first
