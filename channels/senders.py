"""Who sends texts: phones, and others that can't be answered by one.

An address is kept as the ITSP wrote it, and tells by its form what stands behind it. A text whose sender the
ITSP did not tell has an address of its own, made of its id: so two of them are never taken for one contact.
"""

import enum
import re
from typing import NamedTuple

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django_stubs_ext import StrPromise

from accounts.pasted import cleaned

_PHONE = re.compile(r"\+?[1-9][0-9]{6,14}")  # some carriers leave the plus out
_SHORT_CODE = re.compile(r"\+?[0-9]{1,6}")
_APP = re.compile(r"([A-Za-z][A-Za-z0-9_+.-]*):.*", re.DOTALL)  # rcs:…, whatsapp:…, messenger:…
# What networks write in the place of a number that is withheld, and the same words by a phone's keys.
_WITHHELD = frozenset(
    "anonymous restricted blocked private unknown unavailable withheld nocallerid".split()  # noqa: SIM905
)
_WITHHELD_BY_KEYS = frozenset(
    ("266696687", "737874283", "7378742833", "2562533", "774828", "86282452253", "86282452", "8656696")
)
_NAMELESS = "?"
ANONYMOUS = "?anonymous"  # stands for all whose numbers are past their retention


class Sender(enum.Enum):
    """What stands behind an address."""

    PHONE = "phone"
    SHORT_CODE = "short_code"
    NAME = "name"
    APP = "app"
    WITHHELD = "withheld"
    NONE = "none"
    ANONYMOUS = "anonymous"
    OWN = "own"

    @property
    def words(self) -> StrPromise:
        """Why it can't be answered; of all but a phone."""
        return _WORDS[self]


_WORDS = {
    Sender.SHORT_CODE: gettext_lazy("This is a short code, and the ITSP takes no texts to short codes."),
    Sender.NAME: gettext_lazy(
        "The sender is a name, as companies use, and not a number: names can’t be texted."
    ),
    Sender.APP: gettext_lazy("This is an address of another service than SMS, where PBX can’t write."),
    Sender.WITHHELD: gettext_lazy("The sender withheld the number, so there is none to answer to."),
    Sender.NONE: gettext_lazy("The ITSP did not say who sent this, so there is nobody to answer to."),
    Sender.ANONYMOUS: gettext_lazy("Who this was is not known any more: the number is past its retention."),
    Sender.OWN: gettext_lazy("This is one of your own numbers: PBX does not text itself."),
}


class _Word(NamedTuple):
    letters: str
    digits: str


def sender_of(address: str) -> Sender:
    """By the form of the address alone: whether a number is ours is not known here."""
    word = _word(address)
    if address == ANONYMOUS:
        return Sender.ANONYMOUS
    if not address or is_nameless(address):
        return Sender.NONE
    if _APP.fullmatch(address):
        return Sender.APP
    if word.letters in _WITHHELD or (not word.letters and word.digits in _WITHHELD_BY_KEYS):
        return Sender.WITHHELD
    if _PHONE.fullmatch(address):
        return Sender.PHONE
    return Sender.SHORT_CODE if _SHORT_CODE.fullmatch(address) else Sender.NAME


def nameless(message_id: str) -> str:
    """The address of whoever sent a text that names no sender."""
    return f"{_NAMELESS}{message_id}"


def is_nameless(address: str) -> bool:
    return address.startswith(_NAMELESS)


def shown(address: str) -> str:
    """As people read it."""
    if address == ANONYMOUS:
        return _("Anonymous")
    return _("No sender") if is_nameless(address) else address


def why_not_typed(text: str) -> str:
    """Why nobody can be texted by what somebody typed for a number; "" if that is not plain."""
    sender = sender_of(cleaned(text))
    return str(sender.words) if sender in {Sender.APP, Sender.WITHHELD} else ""


def _word(address: str) -> _Word:
    letters = "".join(one for one in address.casefold() if one.isalpha())
    return _Word(letters, "".join(one for one in address if one.isdigit()))
