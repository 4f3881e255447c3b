"""Reads the phone numbers that people type.

Input that begins with + is kept digit for digit: numbering plans change faster than any library, and the
setup guide's own example would be turned into another number. Only national input is parsed.
"""

import re
from dataclasses import dataclass

import phonenumbers
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from accounts.pasted import cleaned

_DECORATION = re.compile(r"[\s().\-/\u00a0\u2010-\u2015]")
_E164 = re.compile(r"\+[1-9]\d{6,14}")
_SHORT_CODE = re.compile(r"[1-9]\d{3,5}")
PREFIX_LENGTH = 10  # characters, + among them: carriers are told apart by no more


@dataclass(frozen=True)
class NumberInput:
    """`address` is E.164 or a short code; `note` says what was changed or looks odd, "" if nothing."""

    address: str
    note: str = ""


def read_number(text: str, region: str) -> NumberInput:
    """Raises `ValidationError` in words. `region` (ISO 3166, as "US") is where national input belongs."""
    digits = _DECORATION.sub("", cleaned(text, is_code=True))
    if digits.startswith("00"):
        digits = "+" + digits[2:]
    if digits.startswith("+"):
        return _international(digits)
    if _SHORT_CODE.fullmatch(digits):
        return NumberInput(digits)
    return _national(text, digits, region)


def is_e164(address: str) -> bool:
    """Whether a phone may stand behind it: not a short code, nor a name as senders of adverts have."""
    return bool(_E164.fullmatch(address))


def country_of(address: str) -> str:
    """ISO 3166, as "US"; "" where the address does not tell, as a short code's."""
    parsed = _parse(address, None)
    if parsed is None:
        return ""
    found = phonenumbers.region_code_for_number(parsed)
    found = found or phonenumbers.region_code_for_country_code(parsed.country_code or 0)
    return str(found) if found not in (None, "ZZ", "001") else ""


def prefix_of(address: str) -> str:
    """What tells whose number it is, and not which; "" of what is no phone's."""
    return address[:PREFIX_LENGTH] if is_e164(address) else ""


def is_toll_free(address: str) -> bool:
    parsed = _parse(address, None)
    return parsed is not None and phonenumbers.number_type(parsed) == phonenumbers.PhoneNumberType.TOLL_FREE


def _international(digits: str) -> NumberInput:
    if not _E164.fullmatch(digits):
        raise ValidationError(
            _("Enter the number as +, country code and number, digits only: for example +25402161183."),
            code="invalid",
        )
    parsed = _parse(digits, None)
    if parsed is None or not phonenumbers.is_possible_number(parsed):
        raise ValidationError(
            _("%(number)s can't be a phone number: check the country code and count the digits."),
            code="impossible",
            params={"number": digits},
        )
    return NumberInput(digits)


def _national(text: str, digits: str, region: str) -> NumberInput:
    parsed = _parse(digits, region)
    if parsed is None or not phonenumbers.is_valid_number(parsed):
        raise ValidationError(
            _(
                "“%(text)s” is not a phone number of %(region)s. "
                "Enter it as + and country code, for example +25402161183."
            ),
            code="invalid",
            params={"text": cleaned(text), "region": region},
        )
    address = phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)
    note = _("“%(text)s” was read as %(address)s. Check it, then save.")
    return NumberInput(address, note % {"text": cleaned(text), "address": address})


def _parse(digits: str, region: str | None) -> phonenumbers.PhoneNumber | None:
    try:
        return phonenumbers.parse(digits, region)
    except phonenumbers.NumberParseException:
        return None
