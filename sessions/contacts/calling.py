"""Numbers that call when they are clicked, as the administrators set it; that is read once a request."""

from django.utils.html import format_html
from django.utils.safestring import SafeString

from accounts.audit_origin import origin
from channels.senders import shown
from sessions.contacts.patterns import filled, number_values
from sessions.models import ContactSettings

SCHEMES = ("tel", "sip", "sips", "callto", "https", "http")


def call_link(address: str, words: str) -> SafeString:
    """As it is set. A name can't be called: then it is the words only."""
    return link_by(_pattern(), address, words)


def link_by(pattern: str, address: str, words: str) -> SafeString:
    """Digits run from left to right, also in a text that does not."""
    href = filled(pattern, number_values(address))
    if not href:
        return format_html("{}", shown(words))
    if href.startswith(("https:", "http:")):
        link = '<a href="{}" target="_blank" rel="noopener noreferrer" dir="ltr">{}</a>'
        return format_html(link, href, words)
    return format_html('<a href="{}" dir="ltr">{}</a>', href, words)


def _pattern() -> str:
    request = origin().request
    if request is None:
        return ContactSettings.load().call_pattern
    if not hasattr(request, "call_pattern"):
        request.call_pattern = ContactSettings.load().call_pattern  # type: ignore[attr-defined]
    pattern: str = request.call_pattern  # type: ignore[attr-defined]
    return pattern
