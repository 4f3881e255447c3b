"""Addresses with placeholders, which become what is known of a contact: links to other systems, and calls."""

import ipaddress
import re
from collections.abc import Collection, Iterable, Mapping
from urllib.parse import quote, urlsplit

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from accounts.directions import isolated
from accounts.tidying import tidy
from channels.phone_numbers import is_e164
from sessions.models import Contact, ContactField

PLACEHOLDER = re.compile(r"\{([^{}]*)\}")
OF_NUMBER = ("number", "digits")
OF_FIELD = "field:"
_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*):(.*)", re.DOTALL)
_NEVER = re.compile(r"[\s<>\"\\^`|\x00-\x1f\x7f]")
_SHORT_CODE = re.compile(r"[0-9]{3,8}")
_PRIVATE_ENDINGS = (".localhost", ".local", ".lan", ".internal", ".intranet", ".home.arpa")
_PLUS_STAYS = frozenset({"tel", "sip", "sips", "callto"})


def read_pattern(
    text: str, *, schemes: Collection[str], known: Iterable[str], needs: Collection[str] = ()
) -> str:
    """As it is stored. One of `needs` must be in it. Raises `ValidationError` in words.

    `http` goes only where nobody outside listens: to hosts of one's own network.
    """
    pattern = tidy(text)
    _check_placeholders(pattern, list(known), needs)
    bare = PLACEHOLDER.sub("0", pattern)
    found = _SCHEME.fullmatch(bare)
    if found is None or found[1].lower() not in schemes:
        words = _("The address begins with one of these: %s.")
        raise ValidationError(words % ", ".join(f"{scheme}:" for scheme in schemes))
    scheme = found[1].lower()
    if _NEVER.search(bare) or re.search(r"[{}]", bare) or not found[2].strip("/"):
        raise ValidationError(_("This is no address: look for blanks, quotes and single braces."))
    if scheme in {"http", "https"}:
        _check_web(pattern, bare, scheme)
    return scheme + pattern[len(scheme) :]


def _check_placeholders(pattern: str, known: list[str], needs: Collection[str]) -> None:
    names = {key_of(name) for name in known}
    used = PLACEHOLDER.findall(pattern)
    listed = ", ".join(isolated(f"{{{name}}}") for name in known)
    for name in used:
        if key_of(name) not in names:
            words = _("There is no placeholder {%(name)s}. Those that there are: %(known)s.")
            raise ValidationError(words % {"name": isolated(name), "known": listed})
    if needs and not {key_of(name) for name in used} & set(needs):
        words = _("Put %s where the number goes.")
        raise ValidationError(words % _(" or ").join(f"{{{name}}}" for name in needs))


def _check_web(pattern: str, bare: str, scheme: str) -> None:
    try:
        parts = urlsplit(bare)
        parts.port  # noqa: B018  (reading it checks it)
    except ValueError as error:
        raise ValidationError(_("This is no address: check the host after //.")) from error
    if not re.match(r"https?://[^/]", bare, re.IGNORECASE) or not parts.hostname:
        raise ValidationError(_("This is no address: write a host after //."))
    if "@" in parts.netloc:
        raise ValidationError(
            _("Leave user name and password out of the address: all agents would see them.")
        )
    host = re.split(r"[/?#]", pattern.partition("//")[2], maxsplit=1)[0]
    if PLACEHOLDER.search(host):
        raise ValidationError(_("A placeholder stands behind the host only: after /, ? or #."))
    if scheme == "http" and not is_private(parts.hostname):
        raise ValidationError(_("Use https: over http, everybody on the way reads whom you look up."))


def is_private(host: str) -> bool:
    """Whether a host belongs to one's own network, by its name or address."""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return "." not in host or host.lower().endswith(_PRIVATE_ENDINGS)
    return address.is_private or address.is_loopback or address.is_link_local


def known_placeholders(fields: Iterable[ContactField]) -> list[str]:
    return [*OF_NUMBER, "name", *(f"{OF_FIELD}{field.name}" for field in fields)]


def number_values(address: str) -> dict[str, str]:
    """Of a number: with its plus, and digits only. A sender's name has neither."""
    if not (is_e164(address) or _SHORT_CODE.fullmatch(address)):
        return {}
    return {"number": address, "digits": address.lstrip("+")}


def contact_values(
    contact: Contact, fields: Iterable[ContactField], noted: Mapping[int, str]
) -> dict[str, str]:
    values = {**number_values(contact.address), "name": contact.name}
    return values | {f"{OF_FIELD}{field.key}": noted.get(field.pk, "") for field in fields}


def filled(pattern: str, values: Mapping[str, str]) -> str:
    """The address; "" where something of it is not known."""
    scheme = pattern.partition(":")[0]
    safe = "+" if scheme in _PLUS_STAYS else ""
    found = {name: values.get(key_of(name), "") for name in PLACEHOLDER.findall(pattern)}
    if not all(found.values()):
        return ""
    return PLACEHOLDER.sub(lambda place: quote(found[place[1]], safe=safe), pattern)


def renamed(text: str, old: ContactField, name: str) -> str:
    """A text in which a field is called by its new name."""
    return PLACEHOLDER.sub(
        lambda place: f"{{{OF_FIELD}{name}}}" if key_of(place[1]) == f"{OF_FIELD}{old.key}" else place[0],
        text,
    )


def key_of(name: str) -> str:
    """Of a placeholder: fields are named without regard to case."""
    begin, colon, rest = name.partition(":")
    return f"{begin.strip().lower()}:{tidy(rest).casefold()}" if colon else name.strip().lower()
