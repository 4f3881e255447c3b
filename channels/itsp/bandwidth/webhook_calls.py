"""What Bandwidth says to a webhook: a list of events, of several texts at once."""

import json
import re
from typing import Any

from django.utils.translation import gettext_lazy as _

from channels.itsp import fingerprints
from channels.itsp.bandwidth import tables
from channels.itsp.bandwidth.credentials import callback_authorization
from channels.itsp.bandwidth.media import refs_in
from channels.itsp.base import Credentials
from channels.itsp.calls import Unreadable, WebhookCall
from channels.itsp.errors import Advice, ItspError
from channels.itsp.texts import Charge, InboundSms, StatusUpdate
from channels.itsp.written import is_address, storable
from pbx_messaging.said import Kind

HEADER = "authorization"
RECEIVED = "message-received"
MESSAGE_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
REFERENCE = re.compile(r"[A-Za-z0-9-]{1,40}")
ERROR_CODE = re.compile(r"[1-9][0-9]{2,5}")
LONGEST_ACCOUNT = 64
OTHERS_MOST = 50  # of a group text; Bandwidth allows ten

_UNREADABLE = Kind("bandwidth-call-unreadable", _("The call can't be read."))
_NO_LIST = Kind("bandwidth-call-no-list", _("The call is no list of events."))
_NO_TYPE = Kind("bandwidth-no-type", _("It is no event with a type."))
_NO_ID = Kind("bandwidth-no-id", _("It has no message with an id."))
_ODD_ID = Kind("bandwidth-odd-id", _("Its message's id is not one of Bandwidth's."))
_NO_APPLICATION = Kind("bandwidth-names-no-application", _("Its message names no application."))
_CONTRADICTION = Kind(
    "bandwidth-contradiction", _("Its type and its message's direction contradict each other.")
)
_ODD_SENDER = Kind("bandwidth-odd-sender", _("Its from is neither a number nor a sender's name."))
_ODD_OWNER = Kind("bandwidth-odd-owner", _("Its owner is not a number of ours."))
Event = InboundSms | StatusUpdate | Unreadable


def is_authentic(call: WebhookCall, credentials: Credentials) -> bool:
    """Bandwidth repeats the name and the password that its application was given, and signs nothing."""
    kept = call.headers.get(HEADER, "")
    return fingerprints.is_of(kept, callback_authorization(credentials))


def read(call: WebhookCall) -> list[Event]:
    try:
        items = json.loads(call.body)
    except (ValueError, RecursionError) as error:
        raise ItspError(Advice.FAIL, _UNREADABLE()) from error
    if not isinstance(items, list):
        raise ItspError(Advice.FAIL, _NO_LIST())
    return [event for item in items if (event := _event(item)) is not None]


def code_of(told: dict[str, Any]) -> str:
    """The error code of an event or a row; "" for none."""
    code = str(told.get("errorCode") or "")
    return code if ERROR_CODE.fullmatch(code) else ""


def parts_of(told: dict[str, Any]) -> int | None:
    """In how many segments it was sent, where that is told."""
    count = told.get("segmentCount")
    if not isinstance(count, int) or isinstance(count, bool):
        return None
    return count if 0 < count < 1000 else None


def _event(item: Any) -> Event | None:
    """None for a type that we have no use for."""
    kind = item.get("type") if isinstance(item, dict) else None
    if not isinstance(kind, str):
        return Unreadable(_NO_TYPE())
    if kind != RECEIVED and kind not in tables.CALLBACK_STATUSES:
        return None
    message = item.get("message")
    message_id = message.get("id") if isinstance(message, dict) else None
    if not isinstance(message, dict) or not isinstance(message_id, str):
        return Unreadable(_NO_ID())
    if not MESSAGE_ID.fullmatch(message_id):
        return Unreadable(_ODD_ID(), storable(message_id)[:64])
    account_id = message.get("applicationId")
    if not isinstance(account_id, str) or len(account_id) > LONGEST_ACCOUNT:
        return Unreadable(_NO_APPLICATION(), message_id)
    if message.get("direction") != ("in" if kind == RECEIVED else "out"):
        return Unreadable(_CONTRADICTION(), message_id)
    if kind == RECEIVED:
        return _inbound(message, message_id, account_id)
    return _status(item, message, message_id, account_id)


def _inbound(message: dict[str, Any], message_id: str, account_id: str) -> Event:
    sender, owner, body = message.get("from") or "", message.get("owner"), message.get("text")
    if sender and not is_address(sender):
        return Unreadable(_ODD_SENDER(), message_id)
    if not is_address(owner):
        return Unreadable(_ODD_OWNER(), message_id)
    return InboundSms(
        itsp_message_id=message_id,
        account_id=storable(account_id),
        sender=str(sender),
        recipient=str(owner),
        body=storable(body) if isinstance(body, str) else "",
        media=refs_in(message.get("media")),
        others=_others(message.get("to"), owner),
        charge=Charge(parts_of(message)),
    )


def _others(to: Any, owner: Any) -> tuple[str, ...]:
    """Who else got a group text."""
    told = to[:OTHERS_MOST] if isinstance(to, list) else []
    return tuple(address for address in told if is_address(address) and address != owner)


def _status(item: dict[str, Any], message: dict[str, Any], message_id: str, account_id: str) -> StatusUpdate:
    is_failure = item["type"] == tables.FAILED
    code = code_of(item) if is_failure else ""
    tag = message.get("tag")
    return StatusUpdate(
        itsp_message_id=message_id,
        account_id=storable(account_id),
        status=tables.failed_status(code) if is_failure else tables.CALLBACK_STATUSES[item["type"]],
        reference=tag if isinstance(tag, str) and REFERENCE.fullmatch(tag) else "",
        error_code=code,
        reason=tables.words_for(code),
        charge=Charge(parts_of(message)),
    )
