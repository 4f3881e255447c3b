"""Takes messages and sessions away, or what tells whose they were. Within a transaction, sessions locked.

All that hangs on a row is named here, since the database does not follow: a test asks the models whether
something is missing. What was counted is noted before, so that a recount finds it.
"""

from collections.abc import Collection, Iterable

from django.db.models import Exists, OuterRef, Q, QuerySet

from channels.models import Number
from channels.senders import ANONYMOUS
from sessions.bulk import remove
from sessions.lanes import seats
from sessions.media import files
from sessions.models import (
    Attachment,
    Attempt,
    AttemptEvent,
    Draft,
    Event,
    Lane,
    Mention,
    Message,
    MessagingSession,
    Notice,
    Overflow,
    Push,
    TextCharge,
)
from stats.recounting import note_removed

Kept = MessagingSession.Kept
# What an emptied message has lost; by it those are found that have something still.
EMPTIED = {"body": "", "others": "", "author_name": None, "itsp_message_id": None, "client_id": None}
_FILES = Exists(Attachment.objects.filter(message=OuterRef("pk")))
WORDY = ~Q(body="") | ~Q(others="") | ~Q(reason="") | Q(author_name__isnull=False) | Q(_FILES)
WORDY |= Q(itsp_message_id__isnull=False) | Q(client_id__isnull=False)


def remove_messages(ids: Collection[int], *, of: Collection[int]) -> None:
    """`of`: the sessions that they are in."""
    sessions = MessagingSession.objects.filter(pk__in=of)
    note_removed(sessions, Message.objects.filter(pk__in=ids))
    _remove_files(ids)
    attempts = Attempt.objects.filter(message__in=ids)
    remove(AttemptEvent, attempt=attempts.values_list("pk", flat=True))
    remove(Mention, message=ids)
    remove(Attempt, message=ids)
    remove(TextCharge, message=ids)
    sessions.filter(last_message__in=ids).update(last_message=None)
    remove(Message, id=ids)


def empty_messages(ids: Collection[int]) -> None:
    """What stays is when, which way, by whom, and how it ended."""
    _remove_files(ids)
    remove(Mention, message=ids)
    remove(TextCharge, message=ids)  # it has the ITSP's name of the text; what all cost is summed up already
    Message.objects.filter(pk__in=ids).update(**EMPTIED, reason="")
    Attempt.objects.filter(message__in=ids).update(itsp_message_id=None, reason="")


def remove_sessions(ids: Collection[int]) -> None:
    """Those whose messages are gone already."""
    ends = _ends_of(ids)
    _remove_words(ids)
    remove(Overflow, session=ids)
    remove(Event, session=ids)
    remove(MessagingSession.tags.through, messagingsession=ids)
    remove(MessagingSession, id=ids)
    _remove_lanes(ends)


def make_anonymous(ids: Collection[int]) -> None:
    """Those whose messages are emptied already. The lane is the contact's, so their attempts leave it."""
    ends = _ends_of(ids)
    sessions = MessagingSession.objects.filter(pk__in=ids)
    note_removed(sessions, Message.objects.filter(session__in=ids))
    _remove_words(ids)
    for number in Number.objects.filter(pk__in={number for number, _contact in ends}):
        lane, _made = Lane.objects.get_or_create(
            number=number, contact=ANONYMOUS, defaults={"channel": number.channel}
        )
        Attempt.objects.filter(message__session__in=ids, lane__number=number).update(lane=lane)
    sessions.update(contact=ANONYMOUS, kept=Kept.ANONYMOUS, unread=0)
    _remove_lanes(ends)


def _ends_of(ids: Collection[int]) -> set[tuple[int, str]]:
    return set(MessagingSession.objects.filter(pk__in=ids).values_list("number", "contact"))


def _remove_files(messages: Collection[int]) -> None:
    attachments = Attachment.objects.filter(message__in=messages).only("file", "preview")
    files.remove_later(files.names_of(attachments))
    remove(Attachment, message=messages)


def _remove_words(sessions: Collection[int]) -> None:
    """What hangs on sessions and tells of them."""
    remove(Draft, session=sessions)
    remove(Mention, session=sessions)
    remove(Push, notice=Notice.objects.filter(session__in=sessions).values_list("pk", flat=True))
    remove(Notice, session=sessions)


def _remove_lanes(ends: Iterable[tuple[int, str]]) -> None:
    """Those of contacts of whom nothing is left. Whoever waits for one of the locks makes a lane anew."""
    numbers, contacts = {number for number, _contact in ends}, {contact for _number, contact in ends}
    _remove_unused(Lane.objects.filter(number__in=numbers, contact__in=contacts - {ANONYMOUS}))


def remove_lanes_of(contact: str) -> None:
    """Those that never had a session, such as an opt-out has made."""
    _remove_unused(Lane.objects.filter(contact=contact))


def _remove_unused(found: "QuerySet[Lane]") -> None:
    locked = [lane.pk for lane in seats.lock(found.values_list("pk", flat=True))]
    sessions = MessagingSession.objects.filter(number=OuterRef("number"), contact=OuterRef("contact"))
    used = Exists(sessions) | Exists(Attempt.objects.filter(lane=OuterRef("pk")))
    remove(Lane, id=Lane.objects.filter(pk__in=locked).exclude(used).values_list("pk", flat=True))
