"""How the inbox shows states."""

from datetime import datetime
from typing import NamedTuple

from django import template
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrPromise

from channels.itsp.base import DeliveryStatus
from sessions.actions import CANCELLABLE, RETRYABLE
from sessions.models import Attempt, Message

register = template.Library()


class Tick(NamedTuple):
    """A Bootstrap icon, its colour class, and the words for it."""

    icon: str
    colour: str
    words: str | StrPromise


_TICKS = {
    DeliveryStatus.SCHEDULED: Tick("bi-calendar-event", "", _("Scheduled")),
    DeliveryStatus.QUEUED: Tick("bi-clock", "", _("Queued")),
    DeliveryStatus.SENDING: Tick("bi-clock", "", _("Sending")),
    DeliveryStatus.UNKNOWN: Tick("bi-question-circle", "text-orange", _("Not certain")),
    DeliveryStatus.CANCELLED: Tick("bi-slash-circle", "", _("Cancelled")),
    DeliveryStatus.EXPIRED: Tick("bi-hourglass-bottom", "text-orange", _("Expired")),
    DeliveryStatus.ACCEPTED: Tick("bi-check", "", _("Handed over")),
    DeliveryStatus.SENT: Tick("bi-check", "", _("Sent")),
    DeliveryStatus.FAILED: Tick("bi-exclamation-circle-fill", "text-red", _("Failed")),
    DeliveryStatus.UNDELIVERED: Tick("bi-exclamation-circle-fill", "text-red", _("Not delivered")),
    DeliveryStatus.DELIVERED: Tick("bi-check-all", "text-green", _("Delivered")),
    DeliveryStatus.READ: Tick("bi-check-all", "text-azure", _("Read")),
}

_LINES = {
    Message.SystemLine.PICKED_UP: _("%(who)s picked up the session."),
    Message.SystemLine.TRANSFERRED: _("%(who)s transferred the session."),
    Message.SystemLine.CLOSED: _("%(who)s closed the session."),
    Message.SystemLine.CLOSED_IDLE: _("Closed automatically, because nothing happened in the session."),
    Message.SystemLine.UNSUPPORTED: _("The contact sent something that can't be shown."),
}


@register.filter
def tick(message: Message) -> Tick:
    """What is shown below an outbound text."""
    return _TICKS[DeliveryStatus(message.status)]


@register.filter
def latest_attempt(message: Message) -> Attempt | None:
    """Of a message whose attempts were fetched in their order."""
    attempts = list(message.attempts.all())
    return attempts[-1] if attempts else None


@register.filter
def may_retry(message: Message) -> bool:
    return message.status in RETRYABLE


@register.filter
def may_cancel(message: Message) -> bool:
    return message.status in CANCELLABLE


@register.filter
def system_line(message: Message) -> str:
    """A system line in words."""
    who = message.author.name if message.author else _("Somebody")
    return str(_LINES[Message.SystemLine(message.system_line)]) % {"who": who}


@register.filter
def short_time(at: datetime) -> str:
    """The time of what was today, the date of what was before, in the reader's zone."""
    local = timezone.localtime(at)
    today = timezone.localtime().date()
    if local.date() == today:
        return date_format(local, "H:i")
    return date_format(local, "j M" if local.year == today.year else "j M Y")
