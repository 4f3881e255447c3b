"""The words by which a contact opts out and in again. Source: Twilio's list, which carriers share."""

import re

from channels.itsp.base import InboundSms

STOP_WORDS = frozenset({"STOP", "STOPALL", "UNSUBSCRIBE", "END", "QUIT", "CANCEL", "REVOKE", "OPTOUT"})
START_WORDS = frozenset({"START", "YES", "UNSTOP"})
HELP_WORDS = frozenset({"HELP", "INFO"})  # the ITSP answers these, too
TOLL_FREE = re.compile(r"\+18(00|33|44|55|66|77|88)\d{7}")  # there, YES does not re-open


def is_keyword(sms: InboundSms) -> bool:
    """A STOP, a START or a HELP, to which the ITSP has answered already."""
    return wish_of(sms) is not None or sms.body.strip().upper() in HELP_WORDS


def wish_of(sms: InboundSms) -> bool | None:
    """True: the text is a STOP; False: a START; None: it is neither. What the ITSP says goes first."""
    if sms.opt_out is not None:
        return sms.opt_out
    word = sms.body.strip().upper()
    if word in STOP_WORDS:
        return True
    if word in START_WORDS and not (word == "YES" and TOLL_FREE.fullmatch(sms.recipient)):
        return False
    return None
