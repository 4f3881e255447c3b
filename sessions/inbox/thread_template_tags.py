"""How the inbox shows states."""

from datetime import datetime, timedelta
from decimal import Decimal
from functools import cache
from typing import Any, NamedTuple

from django import template
from django.contrib.humanize.templatetags.humanize import ordinal
from django.template import Context
from django.template.defaultfilters import linebreaksbr
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django_stubs_ext import StrPromise

from accounts.directions import isolated
from accounts.unseen import WORDS, is_unseen
from channels.itsp.delivery import CANCELLABLE, FAILURE, DeliveryStatus
from channels.phone_numbers import country_of
from routing.models import Extension
from sessions import charges
from sessions.actions.resending import is_retryable
from sessions.contacts.calling import call_link
from sessions.inbox import links
from sessions.inbox.undoing import Done, token_of
from sessions.lanes.standing import Place
from sessions.models import Attempt, Message

register = template.Library()


class Tick(NamedTuple):
    """A Bootstrap icon, its colour class, and the words for it."""

    icon: str
    colour: str
    words: str | StrPromise


TICKS = {
    DeliveryStatus.SCHEDULED: Tick("bi-calendar-event", "", gettext_lazy("Scheduled")),
    DeliveryStatus.QUEUED: Tick("bi-clock", "", gettext_lazy("Queued")),
    DeliveryStatus.SENDING: Tick("bi-clock", "", gettext_lazy("Sending")),
    DeliveryStatus.UNKNOWN: Tick("bi-question-circle", "text-orange", gettext_lazy("Not certain")),
    DeliveryStatus.UNCERTAIN: Tick("bi-question-circle", "text-orange", gettext_lazy("May have arrived")),
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
    Message.SystemLine.ARCHIVED: gettext_lazy("%(who)s archived the session."),
    Message.SystemLine.UNARCHIVED: gettext_lazy("%(who)s took the session out of the archive."),
    Message.SystemLine.REOPENED: gettext_lazy("%(who)s reopened the session."),
    Message.SystemLine.TAKEN_BACK: gettext_lazy("%(who)s took the session back."),
    Message.SystemLine.REHOMED: gettext_lazy(
        "Its extension or message queue went away, so the session went to %(where)s."
    ),
    Message.SystemLine.ASSIGNED: gettext_lazy("The session was assigned to %(where)s automatically."),
    Message.SystemLine.SNOOZED: gettext_lazy("%(who)s snoozed the session."),
    Message.SystemLine.UNSNOOZED: gettext_lazy("%(who)s ended the snooze."),
    Message.SystemLine.FOLLOW_UP: gettext_lazy("The session is back from its snooze."),
    Message.SystemLine.RETURNED: gettext_lazy(
        "%(who)s was not there any more, so the session went back to %(where)s."
    ),
    Message.SystemLine.TAKEN_OVER: gettext_lazy("%(who)s took the session over; it is with %(where)s now."),
    Message.SystemLine.CONTACT_FIRST: gettext_lazy(
        "The contact wrote first, so what was scheduled was cancelled."
    ),
    Message.SystemLine.RESCHEDULED: gettext_lazy("%(who)s changed a scheduled text."),
    Message.SystemLine.OPTED_OUT: gettext_lazy("%(who)s recorded that the contact wants no more texts."),
}

_LINE_ICONS = {
    Message.SystemLine.PICKED_UP: "bi-hand-index",
    Message.SystemLine.TRANSFERRED: "bi-arrow-left-right",
    Message.SystemLine.CLOSED: "bi-check2-circle",
    Message.SystemLine.CLOSED_IDLE: "bi-clock-history",
    Message.SystemLine.OVERFLOWED: "bi-arrow-bar-right",
    Message.SystemLine.ARCHIVED: "bi-archive",
    Message.SystemLine.UNARCHIVED: "bi-inbox",
    Message.SystemLine.REOPENED: "bi-arrow-counterclockwise",
    Message.SystemLine.TAKEN_BACK: "bi-arrow-counterclockwise",
    Message.SystemLine.REHOMED: "bi-box-arrow-right",
    Message.SystemLine.ASSIGNED: "bi-person-check",
    Message.SystemLine.SNOOZED: "bi-alarm",
    Message.SystemLine.UNSNOOZED: "bi-alarm",
    Message.SystemLine.FOLLOW_UP: "bi-alarm-fill",
    Message.SystemLine.RETURNED: "bi-arrow-return-left",
    Message.SystemLine.TAKEN_OVER: "bi-person-up",
    Message.SystemLine.CONTACT_FIRST: "bi-calendar-x",
    Message.SystemLine.RESCHEDULED: "bi-calendar-event",
    Message.SystemLine.OPTED_OUT: "bi-slash-circle",
}


_WAITING = {DeliveryStatus.SCHEDULED, DeliveryStatus.QUEUED}
HELD = Tick("bi-hourglass-split", "", gettext_lazy("Goes out in a moment"))


@register.filter
def tick(message: Message) -> Tick:
    """What is shown below an outbound text."""
    return HELD if is_held(message) else TICKS[DeliveryStatus(message.status)]


@register.filter
def is_held(message: Message) -> bool:
    """Whether it waits for some seconds, in which sending it can be undone."""
    attempt = latest_attempt(message)
    return attempt is not None and attempt.is_held


@register.simple_tag
def undo_token(message: Message, agent: Extension) -> str:
    return token_of(Done.SENT, agent, message)


@register.filter
def latest_attempt(message: Message) -> Attempt | None:
    """The last of a message's attempts, which were fetched in their order."""
    attempts = list(message.attempts.all())
    return attempts[-1] if attempts else None


@register.filter
def has_more_to_tell(message: Message) -> bool:
    """Of an outbound text: whether it waits, or was tried again, which its tick does not say."""
    return message.status in _WAITING or len(message.attempts.all()) > 1


@register.inclusion_tag("sessions/inbox/_place.html")
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
    return is_retryable(message.status, message.error_code)


@register.filter
def may_cancel(message: Message) -> bool:
    return message.status in CANCELLABLE


@register.filter
def may_take_up(message: Message) -> bool:
    """Whether its words can be written again: it never left."""
    return message.status == DeliveryStatus.CANCELLED and bool(message.body)


@register.filter
def system_line(message: Message) -> str:
    """A system line in words."""
    who = message.who or _("An administrator")
    where = message.to_extension or message.to_queue
    return str(_LINES[Message.SystemLine(message.system_line)]) % {
        "who": isolated(who),
        "where": isolated(where),
    }


@register.filter
def unseen(text: str) -> str:
    """What to say of a text in which nothing can be seen; "" of all others."""
    return str(WORDS) if is_unseen(text) else ""


@register.filter
def is_end(message: Message) -> bool:
    """Whether a system line says that its session ended there."""
    return message.system_line in {Message.SystemLine.CLOSED, Message.SystemLine.CLOSED_IDLE}


@register.filter
def line_icon(message: Message) -> str:
    return _LINE_ICONS.get(Message.SystemLine(message.system_line), "bi-info-circle")


@register.filter
def others(message: Message) -> list[str]:
    """Of a group text: who else got it."""
    return message.others.splitlines()


class Step(NamedTuple):
    """How far a text had got, and when."""

    words: str | StrPromise
    at: datetime


@register.filter
def steps(message: Message) -> list[Step]:
    """The way of its latest attempt, as far as it is known."""
    attempt = latest_attempt(message)
    if attempt is None:
        return [Step(gettext_lazy("Written"), message.created_at)]
    begun = [Step(TICKS[DeliveryStatus.QUEUED].words, attempt.queued_at)]
    if attempt.claimed_at:
        begun.append(Step(TICKS[DeliveryStatus.ACCEPTED].words, attempt.claimed_at))
    return begun + [
        Step(TICKS[DeliveryStatus(event.status)].words, event.at) for event in attempt.events.all()
    ]


@register.filter
def costs(message: Message) -> dict[str, Decimal]:
    """What the ITSP has told of its price, by currency."""
    return charges.of(message)


@register.filter
def is_failed(message: Message) -> bool:
    return message.status in FAILURE


@register.filter
def day_words(at: datetime) -> str:
    """Today, Yesterday, or the date with its day of the week."""
    day, today = timezone.localtime(at).date(), timezone.localtime().date()
    if day == today:
        return _("Today")
    if day == today - timedelta(days=1):
        return _("Yesterday")
    return date_format(day, "l, j F" if day.year == today.year else "l, j F Y")


@register.filter
def linked(text: str) -> SafeString:
    return links.linked(text, call_link)


@register.simple_tag(takes_context=True)
def note_words(context: Context, message: Message) -> SafeString:
    """A note's words, in which whoever is mentioned has the name of today."""
    parts, end = [], 0
    viewer = getattr(context.get("user"), "pk", None)
    for mention in message.mentions.all():
        css = "mention mention-me" if mention.user_id == viewer else "mention"
        chip = format_html('<span class="{}">@<bdi>{}</bdi></span>', css, mention.name)
        parts += [linked(message.body[end : mention.start]), chip]
        end = mention.start + mention.length
    parts.append(linked(message.body[end:]))
    return linebreaksbr(format_html_join("", "{}", ((part,) for part in parts)))


@register.simple_tag
def message_tools(*, quotes: bool = False) -> SafeString:
    """What can be done with any message's words: the same for all, so that a thread says it once."""
    return _tools(get_language(), quotes=quotes)


@cache
def _tools(_language: str | None, *, quotes: bool) -> SafeString:
    return render_to_string("sessions/inbox/_message_tools.html", {"quotes": quotes})


@register.filter
def country(address: str) -> str:
    """ISO 3166; the page says its name in the reader's language."""
    return country_of(address)
