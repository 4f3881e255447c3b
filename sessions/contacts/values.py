"""Values of contact fields, the same from forms, files and programs: read, checked, shown.

A value is stored as text: numbers with a point, dates as 2026-12-24, yes or no in these words.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from urllib.parse import urlsplit

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from accounts.directions import isolated
from accounts.tidying import tidy, tidy_lines
from sessions.contacts import words
from sessions.models import Contact, ContactField, ContactValue

Kind = ContactField.Kind
YES, NO = "yes", "no"
LONGEST = {Kind.TEXT: 200, Kind.LONG_TEXT: 2_000, Kind.NUMBER: 30, Kind.EMAIL: 254, Kind.WEB: 500}
_NUMBER = re.compile(r"[+-]?([0-9]+(\.[0-9]+)?|\.[0-9]+)")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:(?![0-9])")


def read_value(field: ContactField, text: str) -> str:
    """As it is stored; "" for none. Raises `ValidationError` in words."""
    kind = Kind(field.kind)
    text = tidy_lines(text) if kind == Kind.LONG_TEXT else tidy(text)
    most = LONGEST.get(kind)
    if most and len(text) > most:
        raise ValidationError(words.LONG_VALUE(most=most), code="max_length")
    if not text:
        return ""
    return _read_choice(field, text) if kind == Kind.CHOICE else _READERS.get(kind, str)(text)


def _read_number(text: str) -> str:
    if not _NUMBER.fullmatch(text):
        raise ValidationError(words.NO_FIGURE(text=isolated(text)))
    whole, _point, decimals = text.lstrip("+-").partition(".")
    decimals = decimals.rstrip("0")
    number = (whole.lstrip("0") or "0") + (f".{decimals}" if decimals else "")
    return f"-{number}" if text.startswith("-") and number != "0" else number


def _read_date(text: str) -> str:
    try:
        if not _DATE.fullmatch(text):
            raise ValueError
        return date.fromisoformat(text).isoformat()
    except ValueError as error:
        raise ValidationError(words.NO_DATE(text=isolated(text))) from error


def _read_yes_no(text: str) -> str:
    said = text.casefold()
    if said in {YES, "y", "true", "1", _("Yes").casefold()}:
        return YES
    if said in {NO, "n", "false", "0", _("No").casefold()}:
        return NO
    raise ValidationError(words.NEITHER_YES_NOR_NO(text=isolated(text)))


def _read_choice(field: ContactField, text: str) -> str:
    for option in field.options:
        if option.casefold() == text.casefold():
            return str(option)
    options = ", ".join(map(isolated, field.options))
    raise ValidationError(words.NO_CHOICE(text=isolated(text), options=options))


def _read_email(text: str) -> str:
    try:
        validate_email(text)
    except ValidationError as error:
        raise ValidationError(words.NO_EMAIL(text=isolated(text))) from error
    return text


def _read_web(text: str) -> str:
    address = text if _SCHEME.match(text) else f"https://{text}"
    wrong = ValidationError(words.NO_WEB_ADDRESS(text=isolated(text)))
    try:
        parts = urlsplit(address)
        parts.port  # noqa: B018  (reading it checks it)
    except ValueError as error:
        raise wrong from error
    has_host = parts.hostname and ("." in parts.hostname or parts.hostname == "localhost")
    if parts.scheme.lower() not in {"http", "https"} or not has_host or re.search(r"[\s<>\"\\]", address):
        raise wrong
    if parts.username is not None or parts.password is not None:
        raise ValidationError(words.SECRET_IN_ADDRESS())
    return address


_READERS: Mapping[str, Callable[[str], str]] = {
    Kind.NUMBER: _read_number,
    Kind.DATE: _read_date,
    Kind.YES_NO: _read_yes_no,
    Kind.EMAIL: _read_email,
    Kind.WEB: _read_web,
}


def live_fields() -> list[ContactField]:
    return list(ContactField.objects.live())


def values_of(contact: Contact) -> dict[int, str]:
    """What is noted of a contact in live fields, by the field's id."""
    if contact._state.adding:
        return {}
    values = ContactValue.objects.filter(contact=contact, field__archived_at=None)
    return dict(values.values_list("field_id", "value"))


def values_of_all(contacts: Iterable[Contact]) -> dict[int, dict[int, str]]:
    """The same of many, by the contact's id; one query."""
    found: dict[int, dict[int, str]] = {}
    values = ContactValue.objects.filter(contact__in=list(contacts), field__archived_at=None)
    for contact, field, value in values.values_list("contact_id", "field_id", "value"):
        found.setdefault(contact, {})[field] = value
    return found


def shown_value(field: ContactField, value: str) -> str:
    """In the words of the reader's language."""
    if field.kind == Kind.YES_NO:
        return {YES: _("Yes"), NO: _("No")}.get(value, value)
    if field.kind == Kind.DATE and _DATE.fullmatch(value):
        return date_format(date.fromisoformat(value), "j M Y")
    return value
