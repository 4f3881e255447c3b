"""How the inbox shows states."""

from datetime import datetime
from typing import Any, NamedTuple

from django import template
from django.contrib.humanize.templatetags.humanize import ordinal
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django_stubs_ext import StrPromise

from channels.itsp.base import DeliveryStatus
from sessions.actions import CANCELLABLE, RETRYABLE
from sessions.models import Attempt, Message
from sessions.queue_state import Place

register = template.Library()


class Tick(NamedTuple):
    """A Bootstrap icon, its colour class, and the words for it."""

    icon: str
    colour: str
    words: str | StrPromise


_TICKS = {
    DeliveryStatus.SCHEDULED: Tick("bi-calendar-event", "", gettext_lazy("Scheduled")),
    DeliveryStatus.QUEUED: Tick("bi-clock", "", gettext_lazy("Queued")),
    DeliveryStatus.SENDING: Tick("bi-clock", "", gettext_lazy("Sending")),
    DeliveryStatus.UNKNOWN: Tick("bi-question-circle", "text-orange", gettext_lazy("Not certain")),
    DeliveryStatus.CANCELLED: Tick("bi-slash-circle", "", gettext_lazy("Cancelled")),
    DeliveryStatus.EXPIRED: Tick("bi-hourglass-bottom", "text-orange", gettext_lazy("Expired")),
    DeliveryStatus.ACCEPTED: Tick("bi-check", "", gettext_lazy("Handed over")),
    DeliveryStatus.SENT: Tick("bi-check", "", gettext_lazy("Sent")),
    DeliveryStatus.FAILED: Tick("bi-exclamation-circle-fill", "text-red", gettext_lazy("Failed")),
    DeliveryStatus.UNDELIVERED: Tick("bi-exclamation-circle-fill", "text-red", gettext_lazy("Not delivered")),
    DeliveryStatus.DELIVERED: Tick("bi-check-all", "text-green", gettext_lazy("Delivered")),
    DeliveryStatus.READ: Tick("bi-check-all", "text-azure", gettext_lazy("Read")),
}

_LINES = {
    Message.SystemLine.PICKED_UP: gettext_lazy("%(who)s picked up the session."),
    Message.SystemLine.TRANSFERRED: gettext_lazy("%(who)s transferred the session to %(where)s."),
    Message.SystemLine.CLOSED: gettext_lazy("%(who)s closed the session."),
    Message.SystemLine.CLOSED_IDLE: gettext_lazy(
        "Closed automatically, because nothing happened in the session."
    ),
    Message.SystemLine.OVERFLOWED: gettext_lazy("Nobody answered in time, so it went to %(where)s."),
    Message.SystemLine.UNSUPPORTED: gettext_lazy("The contact sent something that can't be shown."),
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


@register.inclusion_tag("sessions/_place.html")
def place(message: Message, places: dict[int, Place], *, update: bool = False) -> dict[str, Any]:
    """Where a queued text stands; `update` replaces what the page shows of it."""
    return {"message": message, "place": places.get(message.pk), "update": update}


@register.filter
def ordinal_place(place: Place) -> str:
    """ "14th in the queue" """
    if place.is_beyond:
        return _("Further back than 1,000th in the queue")
    return _("%(nth)s in the queue") % {"nth": ordinal(place.position)}


@register.filter
def in_about(seconds: float) -> str:
    """How long that is, as exactly as anybody can know."""
    if seconds < 1:
        return _("goes out in a moment")
    if seconds < 60:
        return _("goes out in about %(n)d s") % {"n": round(seconds)}
    if seconds < 3600:
        return _("goes out in about %(n)d min") % {"n": round(seconds / 60)}
    return _("goes out in about %(n)d h") % {"n": round(seconds / 3600)}


@register.filter
def may_retry(message: Message) -> bool:
    return message.status in RETRYABLE


@register.filter
def may_cancel(message: Message) -> bool:
    return message.status in CANCELLABLE


@register.filter
def system_line(message: Message) -> str:
    """A system line in words."""
    who = message.author.name if message.author else message.body or _("An administrator")
    where = message.to_extension or message.to_queue
    return str(_LINES[Message.SystemLine(message.system_line)]) % {"who": who, "where": where}


@register.filter
def preview(message: Message | None) -> str:
    """A session's last text in a list of sessions."""
    if message is None:
        return ""
    if message.system_line:
        return system_line(message)
    return message.body or _("Picture or file")


@register.filter
def short_time(at: datetime) -> str:
    """The time of what was today, the date of what was before, in the reader's zone."""
    local = timezone.localtime(at)
    today = timezone.localtime().date()
    if local.date() == today:
        return date_format(local, "H:i")
    return date_format(local, "j M" if local.year == today.year else "j M Y")
