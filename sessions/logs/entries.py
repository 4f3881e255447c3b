"""The message logs: sessions with who began them, narrowed by what the URL asks."""

from django.db.models import Exists, OuterRef, Q, Subquery

from channels.itsp.delivery import FAILURE, DeliveryStatus
from channels.models import Number
from routing.models import Extension, MessageQueue
from sessions.logs.forms import LogFilterForm, Status
from sessions.models import Message, MessagingSession, MessagingSessionQuerySet
from sessions.queries import listed
from sessions.search.finding import matching, of_contact, of_our_number, with_address
from sessions.search.ways import Found, way_to

TEXTS = (Message.Kind.INBOUND, Message.Kind.OUTBOUND)


def begun(sessions: MessagingSessionQuerySet) -> MessagingSessionQuerySet:
    """With `begun_by`, the kind of the first text: whoever sent that is the session's sender."""
    first = Message.objects.filter(session=OuterRef("pk"), kind__in=TEXTS).order_by("pk")
    return sessions.annotate(begun_by=Subquery(first.values("kind")[:1]))


def sender_of(session: MessagingSession) -> str:
    """Of one that `begun` gave."""
    return session.number.address if _is_ours(session) else session.contact


def recipient_of(session: MessagingSession) -> str:
    return session.contact if _is_ours(session) else session.number.address


def _is_ours(session: MessagingSession) -> bool:
    return bool(getattr(session, "begun_by", None) == Message.Kind.OUTBOUND)


def log_of(
    sessions: MessagingSessionQuerySet, form: LogFilterForm, *, is_whole: bool = False
) -> MessagingSessionQuerySet:
    """Those of `sessions` that the filters ask for, ready to be shown; `is_whole` as `matching` has it."""
    asked = form.asked
    shown = listed(sessions).select_related("last_message__author")
    found = begun(matching(shown, asked.text, is_whole=is_whole))
    if asked.since:
        found = found.filter(last_active_at__gte=asked.since)
    if asked.until:
        found = found.filter(opened_at__lt=asked.until)
    if asked.sender:
        found = with_address(found, _between(of=asked.sender, contact_sent=True))
    if asked.recipient:
        found = with_address(found, _between(of=asked.recipient, contact_sent=False))
    exact = {"number": asked.number, "agent": asked.agent, "queue": asked.queue, "pk": asked.session}
    found = found.filter(**{field: value for field, value in exact.items() if value})
    if asked.channel:  # by its numbers, which an index has with the time
        numbers = Number.objects.filter(channel=asked.channel).values_list("pk", flat=True)
        found = found.filter(number__in=list(numbers))
    if asked.error:
        messages = Message.objects.filter(error_code=asked.error).exclude(error_code="")
        found = _with(found, Found(messages), "found_error", is_whole=is_whole)
    if asked.tag:
        tagged = MessagingSession.tags.through.objects.filter(tag=asked.tag)
        of_session = "messagingsession_id"
        found = _with(found, Found(tagged, of_session, of_session), "found_tag", is_whole=is_whole)
    if asked.is_homeless:
        found = found.filter(_of_deleted())
    return _in_status(found, asked.status)


def _with(
    sessions: MessagingSessionQuerySet, found: Found, name: str, *, is_whole: bool
) -> MessagingSessionQuerySet:
    condition, value = way_to(found, name, is_whole=is_whole)
    return (sessions if value is None else sessions.alias(**{name: value})).filter(condition)


def _between(*, of: str, contact_sent: bool) -> Q:
    """The address is the contact's and the contact began, or it is ours and we did; or the other way."""
    ours, theirs = Q(begun_by=Message.Kind.OUTBOUND), ~Q(begun_by=Message.Kind.OUTBOUND)
    of_contact_if, of_ours_if = (theirs, ours) if contact_sent else (ours, theirs)
    return (of_contact(of) & of_contact_if) | (of_our_number(of) & of_ours_if)


def _of_deleted() -> Q:
    """Whose extension, or message queue, was deleted."""
    extensions = Extension.objects.filter(archived_at__isnull=False).values_list("pk", flat=True)
    queues = MessageQueue.objects.filter(archived_at__isnull=False).values_list("pk", flat=True)
    return Q(agent__in=list(extensions)) | Q(queue__in=list(queues))


def _never_answered() -> Q:
    """The contact wrote, and nobody did; PBX itself is nobody."""
    of_session = Message.objects.filter(session=OuterRef("pk"))
    answers = of_session.filter(kind=Message.Kind.OUTBOUND, author__isnull=False)
    asked = Exists(of_session.filter(kind=Message.Kind.INBOUND))
    return Q(asked) & ~Q(Exists(answers.exclude(status=DeliveryStatus.CANCELLED)))


def _in_status(found: MessagingSessionQuerySet, status: str) -> MessagingSessionQuerySet:
    match status:
        case Status.OPEN:
            return found.open()
        case Status.CLOSED:
            return found.filter(closed_at__isnull=False)
        case Status.ARCHIVED:
            return found.filter(archived_at__isnull=False)
        case Status.FAILED:
            return found.filter(Exists(Message.objects.filter(session=OuterRef("pk"), status__in=FAILURE)))
        case Status.CLOSED_BY_ITSELF:
            return found.filter(closed_by=MessagingSession.ClosedBy.TIMEOUT)
        case Status.NEVER_ANSWERED:
            return found.filter(_never_answered())
    return found
