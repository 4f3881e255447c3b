"""What a notification says: as much as the administrators allow."""

from dataclasses import dataclass

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import SecuritySettings
from accounts.unseen import WORDS as UNSEEN_WORDS
from accounts.unseen import is_unseen
from channels.senders import shown
from sessions.contacts.lookup import contact_names
from sessions.models import Message, MessagingSession

# What happened, by the kind of `notifying.Call`; whoever adds a kind there adds its words here.
WORDS: dict[str, Promise | str] = {
    "new": gettext_lazy("A new session waits"),
    "follow_up": gettext_lazy("New text"),
    "alert": gettext_lazy("Nobody has answered yet"),
    "mention": gettext_lazy("You were mentioned in a note"),
}
WITH_TEXT = {"new", "follow_up"}  # of which the contact's latest text can be shown
TEXT_MOST = 160  # characters

Shows = SecuritySettings.NotificationsShow


@dataclass(frozen=True)
class Said:
    """`path`: where a click leads."""

    title: str
    body: str
    path: str


def said_of(session: MessagingSession, kind: str) -> Said:
    shows = SecuritySettings.load().notifications_show
    title, body = _("PBX Messaging"), str(WORDS[kind])
    if shows != Shows.NOTHING:
        title = contact_names([session.contact]).get(session.contact) or shown(session.contact)
    if shows == Shows.TEXT and kind in WITH_TEXT:
        body = _latest_text(session) or body
    return Said(title, body, reverse("inbox-session", args=[session.pk]))


def _latest_text(session: MessagingSession) -> str:
    latest = session.messages.filter(kind=Message.Kind.INBOUND).order_by("-pk").first()
    if latest is None or is_unseen(latest.body):
        return str(UNSEEN_WORDS) if latest else ""
    text = " ".join(latest.body.split())
    return text if len(text) <= TEXT_MOST else f"{text[: TEXT_MOST - 1]}…"
