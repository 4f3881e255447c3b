"""How a check of Telnyx says what it found, and where in Telnyx's portal that is."""

from typing import Any

from channels.itsp import api
from channels.itsp import check_words as common
from channels.itsp.errors import ItspError
from channels.itsp.set_up import Check, CheckOutcome, Finding
from channels.itsp.telnyx import check_words as words

NAME = "Telnyx"
PORTAL = "https://portal.telnyx.com/"
NUMBERS = PORTAL + "#/numbers/my-numbers"
PROFILES = PORTAL + "#/messaging"
KEYS = PORTAL + "#/api-keys"
BILLING = PORTAL + "#/billing"
CAMPAIGNS = PORTAL + "#/messaging-10dlc/campaigns"
TOLL_FREE = PORTAL + "#/messaging-tollfree/verification"
# All that a question may raise.
ERRORS = (ItspError, *api.ERRORS, *api.UNREADABLE)


def passed(check: Check, why: str, what_to_do: str = "", link: str = "", **more: Any) -> Finding:
    return Finding(check, CheckOutcome.PASS, why, what_to_do, link, **more)


def failed(check: Check, why: str, what_to_do: str, link: str, **more: Any) -> Finding:
    return Finding(check, CheckOutcome.FAIL, why, what_to_do, link, **more)


def cannot_tell(check: Check, why: str, what_to_do: str = "", link: str = "", **more: Any) -> Finding:
    return Finding(check, CheckOutcome.CANNOT_TELL, why, what_to_do, link, **more)


def untold(check: Check, error: Exception, number: str = "") -> Finding:
    """An error of a side API says nothing about the set-up."""
    if isinstance(error, ItspError):
        why = words.NOT_TOLD(code=error.code)
        return cannot_tell(check, why, common.LOOK_UP(itsp=NAME), PORTAL, number=number)
    if isinstance(error, api.ERRORS):
        why, what_to_do = common.NOT_REACHED(itsp=NAME), common.AGAIN_WITH_INTERNET()
        return cannot_tell(check, why, what_to_do, number=number)
    return cannot_tell(check, common.NOT_READ(itsp=NAME), common.AGAIN_LATER(), PORTAL, number=number)
