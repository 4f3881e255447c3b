"""The addresses and phone numbers of a text as links; nothing else in it is markup.

Django's own Urlizer loses characters behind a bracket, and makes links of other schemes' addresses.
"""

import re
from collections.abc import Callable, Iterator
from functools import partial
from typing import NamedTuple
from urllib.parse import quote

import phonenumbers
from django.conf import settings
from django.utils.html import escape, format_html
from django.utils.safestring import SafeString, mark_safe
from phonenumbers import Leniency, PhoneNumberMatch, PhoneNumberMatcher

from accounts.directions import CLOSING_CONTROLS, CONTROLS, OPENING_CONTROLS, without_controls
from sessions.contacts.calling import link_by
from sessions.models import ContactSettings

# Controls of direction would show another address than the one that is opened: a link is made without them.
_WEB = r"(?<![\w/@.])(?:https?://|www\.)[^\s<>\"\x00-\x1f\x7f]+"
_MAIL = r"(?<![\w.%+-])[A-Za-z0-9._%+-]{1,64}@(?:[A-Za-z0-9-]{1,63}\.){1,8}[A-Za-z]{2,63}(?![\w@-])"
_ADDRESS = re.compile(f"(?P<web>{_WEB})|(?P<mail>{_MAIL})", re.IGNORECASE)
_AFTER = ".,:;!?…'’”»*"  # what ends the sentence, not the address
_CLOSING = {")": "(", "]": "[", "}": "{"}
_MAYBE_PHONE = re.compile(r"(?:\d[^\d\n]{0,4}){7}")  # spares most texts the search
_TRIES_MOST = 50  # of what only looks like a number
Call = Callable[[str, str], SafeString]  # (number, words) as a link
_by_phone = partial(link_by, ContactSettings.CALL_PATTERN)


class _Link(NamedTuple):
    start: int
    end: int
    html: SafeString


def linked(text: str, call: Call = _by_phone) -> SafeString:
    """http and https addresses, opened apart from us, e-mail addresses, and phone numbers, to be called."""
    html, at = [], 0
    for link in sorted(_links_in(text, call)):
        html += [escape(text[at : link.start]), link.html]
        at = link.end
    return mark_safe("".join([*html, escape(text[at:])]))  # noqa: S308  each piece is escaped


def _links_in(text: str, call: Call) -> Iterator[_Link]:
    taken: list[_Link] = []
    for match in _ADDRESS.finditer(text):
        words = match[0] if match["mail"] else _trimmed(_until_closed(match[0]))
        if html := _mail(words) if match["mail"] else _web(words):
            taken.append(_Link(match.start(), match.start() + len(words), html))
    yield from taken
    for phone in _phones_in(text):
        if not any(link.start < phone.end and phone.start < link.end for link in taken):
            yield _Link(phone.start, phone.end, call(_called(phone), phone.raw_string))


def _until_closed(address: str) -> str:
    """What closes an isolate or an override that was opened before it is no part of it any more."""
    depth = 0
    for at, one in enumerate(address):
        depth += (one in OPENING_CONTROLS) - (one in CLOSING_CONTROLS)
        if depth < 0:
            return address[:at]
    return address


def _trimmed(address: str) -> str:
    """Without the punctuation of the sentence around it; brackets stay that were opened in it."""
    while address := address.rstrip(CONTROLS):
        last = address[-1]
        opening = _CLOSING.get(last)
        is_extra = opening is not None and address.count(last) > address.count(opening)
        if not is_extra and last not in _AFTER:
            break
        address = address[:-1]
    return address


def _web(words: str) -> SafeString:
    """ "" where nothing is left behind the scheme."""
    words = without_controls(words)
    href = words if "://" in words else f"http://{words}"
    if not re.match(r"https?://[\w\[]", href, re.IGNORECASE) or words.lower() == "www":
        return SafeString("")
    link = '<a href="{}" target="_blank" rel="noopener noreferrer nofollow" dir="ltr">{}</a>'
    return format_html(link, href, words)


def _mail(words: str) -> SafeString:
    return format_html('<a href="mailto:{}" dir="ltr">{}</a>', quote(words, safe="@+"), words)


def _phones_in(text: str) -> Iterator[PhoneNumberMatch]:
    if not _MAYBE_PHONE.search(text):
        return
    for match in PhoneNumberMatcher(text, settings.DEFAULT_REGION, Leniency.POSSIBLE, max_tries=_TRIES_MOST):
        if match.raw_string.startswith("+") or phonenumbers.is_valid_number(match.number):
            yield match


def _called(match: PhoneNumberMatch) -> str:
    """What begins with + is called digit for digit."""
    if match.raw_string.startswith("+") and not match.number.extension:
        return f"+{phonenumbers.normalize_digits_only(match.raw_string)}"
    return phonenumbers.format_number(match.number, phonenumbers.PhoneNumberFormat.E164)
