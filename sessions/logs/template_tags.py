"""How the message logs show a session."""

from django import template
from django.template import Context

from channels.senders import shown
from sessions.logs.entries import recipient_of, sender_of
from sessions.models import MessagingSession

register = template.Library()


@register.inclusion_tag("sessions/logs/_party.html")
def sender(session: MessagingSession, names: dict[str, str]) -> dict[str, str]:
    """An address, with the contact's name."""
    return _party(sender_of(session), session, names)


@register.inclusion_tag("sessions/logs/_party.html")
def recipient(session: MessagingSession, names: dict[str, str]) -> dict[str, str]:
    return _party(recipient_of(session), session, names)


@register.simple_tag(takes_context=True)
def swapped_url(context: Context) -> str:
    """The page's URL with sender and recipient in each other's place."""
    params = context["request"].GET.copy()
    sender, recipient = params.get("sender", ""), params.get("recipient", "")
    params["sender"], params["recipient"] = recipient, sender
    params.pop("before", None)
    return f"?{params.urlencode()}"


def _party(address: str, session: MessagingSession, names: dict[str, str]) -> dict[str, str]:
    return {"address": shown(address), "name": names.get(address, "") if address == session.contact else ""}
