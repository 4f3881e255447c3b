"""Whether a US number may text the US: it is in an A2P 10DLC campaign, or verified as toll-free."""

from channels.itsp.bandwidth import check_words as words
from channels.itsp.bandwidth.dashboard import PORTAL, Dashboard
from channels.itsp.set_up import Check, CheckOutcome, Finding
from channels.phone_numbers import country_of, is_toll_free

UNREGISTERED = "UNREGISTERED"


def is_needed(number: str) -> bool:
    return country_of(number) == "US"


def finding(dashboard: Dashboard, number: str) -> Finding:
    """Raises `ItspError` where Bandwidth does not tell it."""
    return _toll_free(dashboard, number) if is_toll_free(number) else _campaign(dashboard, number)


def _toll_free(dashboard: Dashboard, number: str) -> Finding:
    status = dashboard.toll_free_status(number)
    if status == "VERIFIED":
        return _finding(CheckOutcome.PASS, number, words.VERIFIED())
    if status == "PENDING":
        return _finding(CheckOutcome.FAIL, number, words.IN_REVIEW(), words.AWAIT())
    if status == "UNVERIFIED":
        return _finding(CheckOutcome.FAIL, number, words.UNVERIFIED(), words.VERIFY())
    why = words.UNKNOWN_STATE(status=status)
    return _finding(CheckOutcome.CANNOT_TELL, number, why, words.LOOK_REGISTRATION_UP())


def _campaign(dashboard: Dashboard, number: str) -> Finding:
    """Which campaign a number is in; whether that is still active, nothing says here."""
    settings = dashboard.messaging_settings(number)
    campaign, kind = settings.get("CampaignId", ""), settings.get("MessageClass", "")
    if kind == UNREGISTERED:
        return _finding(CheckOutcome.FAIL, number, words.UNREGISTERED(), words.REGISTER())
    if campaign:
        return _finding(CheckOutcome.PASS, number, words.IN_CAMPAIGN())
    return _finding(CheckOutcome.CANNOT_TELL, number, words.NO_CAMPAIGN(), words.LOOK_REGISTRATION_UP())


def _finding(outcome: CheckOutcome, number: str, why: str, what_to_do: str = "") -> Finding:
    link = "" if outcome is CheckOutcome.PASS else PORTAL
    return Finding(Check.REGISTRATION, outcome, why, what_to_do, link, number)
