"""How a row of the lists shows its session."""

import zlib
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from django import template
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html, json_script
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from accounts.templatetags.icons import icon
from channels.itsp.delivery import MISSED, DeliveryStatus
from channels.senders import shown
from routing.models import Extension
from sessions.contacts.zones import ContactZone, zone_of
from sessions.inbox.asking import Asked, Show
from sessions.inbox.later_times import until_words
from sessions.inbox.lists import ROWS_MOST, Group
from sessions.models import Contact, Message, MessagingSession
from sessions.search.hits import excerpt

register = template.Library()

COLOURS = ("blue", "azure", "indigo", "purple", "pink", "orange", "teal", "green")


class Level(NamedTuple):
    """How pressing a wait is: from when on, its CSS name, and an icon, because colour alone says nothing."""

    after: timedelta
    name: str
    icon: str


LEVELS = (  # the page gets them by `inbox_data`
    Level(timedelta(hours=1), "late", "bi-exclamation-circle-fill"),
    Level(timedelta(minutes=15), "soon", "bi-hourglass-split"),
    Level(timedelta(0), "fresh", "bi-clock"),
)


@register.simple_tag
def inbox_data() -> SafeString:
    """What `frontend/inbox/list.js` does by itself, as it is done here: waits grow, rows are asked for."""
    levels = [
        {"afterMin": level.after // timedelta(minutes=1), "name": level.name, "icon": level.icon}
        for level in LEVELS
    ]
    return json_script({"levels": levels, "rowsMost": ROWS_MOST}, "inbox-data")


class Age(NamedTuple):
    since: datetime
    level: str
    icon: str
    words: str


@register.filter
def age(session: MessagingSession) -> Age | None:
    """How long the contact waits for an answer; None if it does not."""
    since = unanswered_since(session)
    return None if since is None else _age(since)


def _age(since: datetime) -> Age:
    waited = max(timezone.now() - since, timedelta(0))
    level = next(level for level in LEVELS if waited >= level.after)
    return Age(since, level.name, level.icon, _in_words(waited))


@register.inclusion_tag("sessions/inbox/_age_pill.html")
def waited_since(since: datetime) -> dict[str, Age]:
    """How long the one who has waited longest waits, of many."""
    return {"age": _age(since)}


@register.filter
def is_for(session: MessagingSession, agent: Extension) -> bool:
    """Whether it is for this agent to read and answer, of those who see it."""
    return session.is_for(agent)


def unanswered_since(session: MessagingSession) -> datetime | None:
    return session.unanswered_since if session.is_open else None


def _in_words(waited: timedelta) -> str:
    minutes = int(waited.total_seconds() // 60)
    if minutes < 1:
        return _("<1 min")
    if minutes < 60:
        return _("%(n)d min") % {"n": minutes}
    if minutes < 24 * 60:
        return _("%(n)d h") % {"n": minutes // 60}
    return _("%(n)d d") % {"n": minutes // (24 * 60)}


@register.inclusion_tag("sessions/inbox/_last_line.html")
def last_line(
    session: MessagingSession, agent: Extension | None, hits: dict[int, Message] | None = None, text: str = ""
) -> dict[str, Any]:
    """What was said last, and by whom if it was one of us; of a search, the `hits` for `text` instead."""
    hit = (hits or {}).get(session.pk)
    message = hit or session.last_message
    ours = message is not None and message.kind == Message.Kind.OUTBOUND
    return {
        "message": message,
        "excerpt": excerpt(hit.body, text) if hit else "",
        "who": _who(message, agent) if message and ours else "",
        "missed": DeliveryStatus(message.status) if ours and message and message.status in MISSED else None,
    }


def _who(message: Message, agent: Extension | None) -> str:
    if message.author_id is None:
        return _("Automatic")
    if agent is not None and message.author_id == agent.pk:
        return _("You")
    return message.author.name if message.author else ""


@register.filter
def name_in(address: str, names: dict[str, str]) -> str:
    """The contact's name, or the address where none is known."""
    return names.get(address) or shown(address)


@register.simple_tag
def contact_avatar(address: str, name: str, size: str = "avatar-sm") -> SafeString:
    """The initials of who has a name, in a colour that stays the contact's own."""
    if not name or name == shown(address):
        unknown = '<span class="avatar {} rounded-circle" aria-hidden="true">{}</span>'
        return format_html(unknown, size, icon("bi-person"))
    words = name.split()
    initials = (words[0][:1] + (words[-1][:1] if len(words) > 1 else "")).upper()
    colour = COLOURS[zlib.crc32(address.encode()) % len(COLOURS)]
    return format_html(
        '<span class="avatar {} rounded-circle bg-{}-lt" aria-hidden="true">{}</span>', size, colour, initials
    )


@register.filter
def order_key(session: MessagingSession, group: Group) -> str:
    """The key by which the page keeps its rows in the group's order."""
    return group.order.cursor_of(session)


@register.simple_tag
def asked_url(asked: Asked, **changes: Any) -> str:
    """The page's own URL with another tab, filter or search."""
    if "show" in changes:
        changes["show"] = Show(changes["show"])
    return asked.but(**changes)


@register.simple_tag
def local_time(contact: Contact) -> ContactZone:
    """In which zone the contact lives."""
    return zone_of(contact)


register.filter(until_words)
register.filter("until_words_in", until_words)  # of a zone


@register.filter
def short_time(at: datetime) -> str:
    """The time of what was today, the date of what was before, in the reader's zone."""
    local = timezone.localtime(at)
    today = timezone.localtime().date()
    if local.date() == today:
        return date_format(local, "H:i")
    return date_format(local, "j M" if local.year == today.year else "j M Y")
