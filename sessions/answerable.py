"""Whether a contact can be answered from a number: said before anything is written or sent."""

from channels.itsp import ITSPS
from channels.models import Number
from channels.senders import Sender, sender_of


def why_not(number: Number, contact: str) -> Sender | None:
    """What stands behind the contact, if nobody can text that; None if one can."""
    sender = sender_of(contact)
    if sender is Sender.SHORT_CODE and _takes_short_codes(number):
        return None
    if sender is not Sender.PHONE:
        return sender
    is_own = Number.objects.live().filter(address__in={contact, f"+{contact.lstrip('+')}"}).exists()
    return Sender.OWN if is_own or contact == number.address else None


def _takes_short_codes(number: Number) -> bool:
    itsp = ITSPS.get(number.sends_by.itsp)
    return itsp is not None and itsp.texts_short_codes
