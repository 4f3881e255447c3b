"""What Telnyx tells of an account: whether it lets us in, what is left in it, which numbers it has."""

from collections.abc import Mapping
from decimal import Decimal, DecimalException
from typing import Any

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from channels.itsp.base import AccountState, Credentials
from channels.itsp.delivery import DeliveryStatus
from channels.itsp.errors import Advice, ItspError
from channels.itsp.lists import Found
from channels.itsp.set_up import AccountNumber, AccountNumbers, CheckOutcome, SetUp
from channels.itsp.telnyx.errors import blaming, reading, told
from channels.itsp.telnyx.http import Answer, Client, checking
from channels.itsp.telnyx.messages import charge_of, error_of, id_of, moment_of, status_of, text_of
from channels.itsp.telnyx.number_checks import NumberChecks
from pbx_messaging.said import Kind

PAGE = 250
MOST_PAGES = 4  # of an account's numbers, while an admin waits
_DISABLED = Kind(
    "telnyx-profile-disabled",
    _("The messaging profile is disabled. Enable it in the Telnyx portal."),
)


def profile(client: Client, credentials: Credentials) -> dict[str, Any]:
    """The messaging profile of the channel. Raises `ItspError`, with the field that is to blame."""
    answer = client.get("messaging_profiles", str(credentials["messaging_profile_id"]))
    try:
        found = told(answer)
    except ItspError as error:
        raise blaming(error, answer) from error
    if not isinstance(found, dict) or not isinstance(found.get("enabled"), bool):
        raise TypeError("no word whether it is enabled")
    return found


def check(credentials: Credentials) -> None:
    with reading():
        found = profile(checking(credentials), credentials)
    if not found["enabled"]:
        raise ItspError(Advice.STOP, _DISABLED())


def state(credentials: Credentials) -> AccountState:
    with reading():
        answer = checking(credentials).get("balance")
        balance, currency = balance_in(told(answer))
    return AccountState(answer.ahead, balance, currency)


def balance_in(told: Mapping[str, Any]) -> tuple[Decimal | None, str]:
    """What may still be spent: the balance, and the credit where there is one."""
    try:
        amount = Decimal(str(told.get("available_credit") or told.get("balance")))
    except DecimalException:
        return None, ""
    return (amount if amount.is_finite() else None), str(told.get("currency") or "")[:3]


def look_up(credentials: Credentials, itsp_message_id: str) -> Found:
    """Telnyx knows a text for ten days, and its words as long."""
    with reading():
        answer = checking(credentials).get("messages", itsp_message_id)
        return _found(told(answer), answer)


def _found(message: Mapping[str, Any], answer: Answer) -> Found:
    at, media = moment_of(message.get("received_at")), message.get("media")
    if not id_of(message) or at is None:
        raise TypeError("a message without its id, or the time when it came")
    code, reason = error_of(message)
    words = message.get("text")
    return Found(
        itsp_message_id=id_of(message),
        body=text_of(words) if isinstance(words, str) else None,
        created_at=at + answer.ahead,
        status=status_of(message) or DeliveryStatus.ACCEPTED,
        error_code=code,
        reason=reason,
        media_count=len(media) if isinstance(media, list) else 0,
        charge=charge_of(message),
    )


def numbers(credentials: Credentials, set_up: SetUp) -> AccountNumbers:
    """All of the account; of those on other profiles it is said where their texts go now."""
    client = Client(credentials, settings.ITSP_CHECK_TIMEOUT_S, total_s=settings.ITSP_CHECK_TIMEOUT_S)
    with reading():
        own = profile(client, credentials)
        found, is_whole = listed(client)
        known = [_number(client, one, own, set_up) for one in found]
    return AccountNumbers(sorted(known, key=lambda one: one.address), is_whole)


def listed(client: Client) -> tuple[list[dict[str, Any]], bool]:
    """The account's numbers with their messaging settings, and whether that is all."""
    found: list[dict[str, Any]] = []
    for page in range(1, MOST_PAGES + 1):
        query = {"page[number]": str(page), "page[size]": str(PAGE)}
        some = told(client.get("phone_numbers", "messaging", **query))
        found += some
        if len(some) < PAGE:
            return found, True
    return found, False


def _number(client: Client, found: dict[str, Any], own: dict[str, Any], set_up: SetUp) -> AccountNumber:
    checks = NumberChecks(client, own, str(found["phone_number"]), set_up)
    return AccountNumber(
        address=checks.address,
        name="",
        can_text=checks.can(found, "sms"),
        can_picture=checks.can(found, "mms"),
        findings=[
            one for one in checks.about_texts(found) if one.outcome is CheckOutcome.FAIL or one.changes
        ],
    )
