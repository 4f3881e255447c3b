"""What the message logs show as CSV: the sessions, or all their messages. Streamed, however much it is."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime
from itertools import chain

from django.http import StreamingHttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from accounts.access import UserRequest, supervisor_required
from accounts.csv_export import csv_response, in_batches
from channels.itsp.delivery import FAILURE
from pbx_messaging.databases import reads_replica
from sessions.contacts.lookup import contact_names
from sessions.inbox.thread_template_tags import system_line
from sessions.logs.entries import begun, log_of, recipient_of, sender_of
from sessions.logs.forms import LogFilterForm
from sessions.models import Message, MessagingSession, MessagingSessionQuerySet
from sessions.queries import listed, logged_for

MESSAGES_BATCH = 100  # sessions whose messages are held at once


@supervisor_required
@require_GET
@reads_replica
def sessions_export(request: UserRequest) -> StreamingHttpResponse:
    header = [
        _("Session ID"),
        _("Created"),
        _("Last active"),
        _("Sender"),
        _("Recipient"),
        _("Contact"),
        _("Channel"),
        _("Extension"),
        _("Message Queue"),
        _("Status"),
        _("Closed"),
        _("Archived"),
        _("Tags"),
        _("Errors"),
        _("Last message"),
    ]
    return csv_response("message-logs", header, _cells(_asked(request)))


@supervisor_required
@require_GET
@reads_replica
def messages_export(request: UserRequest) -> StreamingHttpResponse:
    header = [
        _("Session ID"),
        _("Time"),
        _("Kind"),
        _("Our number"),
        _("Contact"),
        _("Author"),
        _("Text"),
        _("Status"),
        _("Error"),
        _("Reason"),
    ]
    return csv_response("messages", header, _messages(_asked(request)))


def _asked(request: UserRequest) -> MessagingSessionQuerySet:
    return log_of(logged_for(request.user), LogFilterForm(request.GET, user=request.user), is_whole=True)


def _cells(found: MessagingSessionQuerySet) -> Iterator[list[str]]:
    rows = begun(listed(MessagingSession.objects.all())).prefetch_related("tags")
    for batch in in_batches(found, rows):
        names, errors = contact_names(session.contact for session in batch), _errors(batch)
        for session in batch:
            yield [
                str(session.pk),
                _moment(session.opened_at),
                _moment(session.last_active_at),
                sender_of(session),
                recipient_of(session),
                names.get(session.contact, ""),
                session.number.channel.recorded_name,
                str(session.agent or ""),
                str(session.queue or ""),
                _("Open") if session.is_open else _("Closed"),
                _moment(session.closed_at),
                _moment(session.archived_at),
                ", ".join(tag.name for tag in session.tags.all()),
                " ".join(sorted(errors[session.pk])),
                _preview(session.last_message),
            ]


def _errors(sessions: list[MessagingSession]) -> dict[int, set[str]]:
    """The codes with which messages of each have failed."""
    errors: dict[int, set[str]] = defaultdict(set)
    failed = Message.objects.filter(session__in=sessions, status__in=FAILURE).exclude(error_code="")
    for session, code in failed.values_list("session_id", "error_code"):
        errors[session].add(code)
    return errors


def _preview(message: Message | None) -> str:
    if message is None:
        return ""
    return system_line(message) if message.system_line else message.body


def _messages(found: MessagingSessionQuerySet) -> Iterator[list[str]]:
    rows = MessagingSession.objects.select_related("number").prefetch_related(
        "messages__author", "messages__to_extension", "messages__to_queue"
    )
    for session in chain.from_iterable(in_batches(found, rows, MESSAGES_BATCH)):
        for message in sorted(session.messages.all(), key=lambda message: message.pk):
            yield [
                str(session.pk),
                _moment(message.created_at),
                str(message.get_kind_display()),
                session.number.address,
                session.contact,
                str(message.author or ""),
                system_line(message) if message.kind == Message.Kind.SYSTEM else message.body,
                str(message.get_status_display()),
                message.error_code,
                message.reason,
            ]


def _moment(at: datetime | None) -> str:
    return timezone.localtime(at).isoformat(timespec="seconds") if at else ""
