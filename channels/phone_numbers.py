"""Reads the phone numbers that people type.

Input that begins with + is kept digit for digit: numbering plans change faster than any library, and the
setup guide's own example would be turned into another number. Only national input is parsed. What was read
otherwise than it was typed, or may be meant otherwise, is said for whoever typed it to look at.
"""

import re
from dataclasses import dataclass, field

import phonenumbers
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.directions import isolated
from accounts.pasted import cleaned
from channels.written_numbers import bare, digits_of, has_bracketed_zero, is_shortened, without_fraction
from pbx_messaging.said import Kind

_E164 = re.compile(r"\+[1-9][0-9]{6,14}")
_SHORT_CODE = re.compile(r"[1-9][0-9]{3,5}")
_LEAST_OF_SPREADSHEET = 11  # digits, from which on a missing plus is thought of
_SHOWN_MOST = 64  # characters of what was typed, in what is said of it
_SHORTENED = Kind(
    "number-shortened",
    gettext_lazy(
        "A spreadsheet has shortened “%(text)s”: the last digits are lost. Format its column as text, "
        "and enter the number again."
    ),
)
_ODD_FORM = Kind(
    "number-odd-form",
    gettext_lazy("Enter the number as +, country code and number, digits only: for example +25402161183."),
)
_IMPOSSIBLE = Kind(
    "number-impossible",
    gettext_lazy("%(number)s can't be a phone number: check the country code and count the digits."),
)
_FOREIGN = Kind(
    "number-not-of-region",
    gettext_lazy(
        "“%(text)s” is not a phone number of %(region)s. "
        "Enter it as + and country code, for example +25402161183."
    ),
)
PREFIX_LENGTH = 10  # characters, + among them: carriers are told apart by no more


@dataclass(frozen=True)
class NumberInput:
    """`address` is E.164 or a short code; `note` says what was changed or looks odd, "" if nothing.

    `instead`: what it would be without a 0 behind its country code, or with a plus before it; "" if nothing.
    """

    address: str
    note: str = ""
    instead: str = field(default="", compare=False)


def read_number(text: str, region: str) -> NumberInput:
    """Raises `ValidationError` in words. `region` (ISO 3166, as "US") is where national input belongs."""
    if is_shortened(text):
        raise ValidationError(_SHORTENED(text=isolated(_shown(text))), code="shortened")
    digits = digits_of(text)
    if digits.startswith("+"):
        return _international(text, digits)
    if _SHORT_CODE.fullmatch(digits):
        return NumberInput(digits)
    return _national(text, digits, region)


def _shown(text: str) -> str:
    return cleaned(text)[:_SHOWN_MOST]


def is_e164(address: str) -> bool:
    """Whether a phone may stand behind it: not a short code, nor a name as senders of adverts have."""
    return bool(_E164.fullmatch(address))


def without_zero(address: str) -> str:
    """What an E.164 address is without a 0 behind its country code; "" if it has none that can go."""
    parsed = _parse(address, None)
    without = _e164_of(parsed) if parsed else address
    return without if without != address else ""


def begin_without_zero(begin: str) -> str:
    """The same of the beginning of an address, which is not a number yet."""
    for length in (1, 2, 3):
        code, rest = begin[1 : length + 1], begin[length + 1 :]
        if rest.startswith("0") and int(code) in phonenumbers.COUNTRY_CODE_TO_REGION_CODE:
            return f"+{code}{rest[1:]}"
    return ""


def country_of(address: str) -> str:
    """ISO 3166, as "US"; "" where the address does not tell, as a short code's."""
    parsed = _parse(address, None)
    if parsed is None:
        return ""
    found = phonenumbers.region_code_for_number(parsed)
    found = found or phonenumbers.region_code_for_country_code(parsed.country_code or 0)
    return str(found) if found not in (None, "ZZ", "001") else ""


def national_of(address: str) -> str:
    """The digits of an E.164 number without its country code; "" of what is none."""
    parsed = _parse(address, None) if is_e164(address) else None
    return phonenumbers.national_significant_number(parsed) if parsed else ""


def prefix_of(address: str) -> str:
    """What tells whose number it is, and not which; "" of what is no phone's."""
    return address[:PREFIX_LENGTH] if is_e164(address) else ""


def is_toll_free(address: str) -> bool:
    parsed = _parse(address, None)
    return parsed is not None and phonenumbers.number_type(parsed) == phonenumbers.PhoneNumberType.TOLL_FREE


def _international(text: str, digits: str) -> NumberInput:
    if not _E164.fullmatch(digits):
        raise ValidationError(_ODD_FORM(), code="invalid")
    parsed = _parse(digits, None)
    if parsed is None or not phonenumbers.is_possible_number(parsed):
        raise ValidationError(_IMPOSSIBLE(number=digits), code="impossible")
    if has_bracketed_zero(text):
        return _with_bracketed_zero(text, digits)
    return _with_zero(digits)


def _with_bracketed_zero(text: str, dropped: str) -> NumberInput:
    """In a few countries, as Italy, the zero belongs to the number."""
    kept = digits_of(text, drops_zero=False)
    address = kept if _is_valid(kept) and not _is_valid(dropped) else dropped
    return NumberInput(address, _read_as(text, address))


def _with_zero(digits: str) -> NumberInput:
    """Digit for digit. It is asked about where the number exists without the zero."""
    without = without_zero(digits)
    if not _is_valid(without):
        return NumberInput(digits, instead=without)
    note = _(
        "%(number)s has a 0 behind the country code, which is for calls within the country. Without it, it "
        "is %(instead)s. Write that, or save again to keep the 0."
    )
    return NumberInput(digits, note % {"number": digits, "instead": without}, without)


def _national(text: str, digits: str, region: str) -> NumberInput:
    parsed, plus = _parse(digits, region), f"+{digits}"
    is_of_spreadsheet = without_fraction(bare(text)) == digits and len(digits) >= _LEAST_OF_SPREADSHEET
    is_whole = is_of_spreadsheet and bool(_E164.fullmatch(plus)) and _is_valid(plus)
    if parsed is not None and phonenumbers.is_valid_number(parsed):
        address = _e164_of(parsed)
        instead = plus if is_whole and plus != address else ""
        return NumberInput(address, _read_as(text, address, instead), instead)
    if is_whole:
        return NumberInput(plus, _read_as(text, plus))
    raise ValidationError(_FOREIGN(text=isolated(_shown(text)), region=region), code="invalid")


def _read_as(text: str, address: str, instead: str = "") -> str:
    said = {"text": isolated(_shown(text)), "address": address, "instead": instead}
    if instead:
        words = _("“%(text)s” was read as %(address)s. If %(instead)s is meant, write the plus. Then save.")
        return words % said
    return _("“%(text)s” was read as %(address)s. Check it, then save.") % said


def _e164_of(parsed: phonenumbers.PhoneNumber) -> str:
    return str(phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164))


def _is_valid(address: str) -> bool:
    parsed = _parse(address, None)
    return parsed is not None and phonenumbers.is_valid_number(parsed)


def _parse(digits: str, region: str | None) -> phonenumbers.PhoneNumber | None:
    try:
        return phonenumbers.parse(digits, region)
    except phonenumbers.NumberParseException:
        return None
