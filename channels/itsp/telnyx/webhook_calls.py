"""What Telnyx says to a webhook: one event a call."""

import json
from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from channels.itsp.calls import Unreadable, WebhookCall
from channels.itsp.errors import Advice, ItspError
from channels.itsp.telnyx import tables
from channels.itsp.telnyx.media import LIMITS, LONGEST_URL
from channels.itsp.telnyx.messages import charge_of, error_of, id_of, status_of, text_of
from channels.itsp.texts import InboundSms, MediaRef, StatusUpdate, reference_in
from channels.itsp.written import is_address
from pbx_messaging.said import Kind

OTHERS_MOST = 50  # of a group text; carriers allow fewer
STATUS_EVENTS = ("message.sent", "message.finalized", "message.read")
_OURS = "webhook_delivered"  # the status of the recipient whose webhook is called
_TEXTS = ("SMS", "MMS")
_NO_EVENT = Kind("telnyx-call-no-event", _("The call is not an event of Telnyx’s API v2."))
_NO_MESSAGE = Kind("telnyx-no-message", _("The event has no message."))
_NO_ID = Kind("telnyx-no-id", _("The message has no id of Telnyx's form."))
_NO_TEXT = Kind("telnyx-no-text", _("It is neither SMS nor MMS."))
_ODD_SENDER = Kind("telnyx-odd-sender", _("The sender is neither a number nor a name."))
_NO_RECIPIENT = Kind("telnyx-no-recipient", _("The recipient is no number."))


def read(call: WebhookCall) -> list[InboundSms | StatusUpdate | Unreadable]:
    event = _event(call.body)
    kind, message = event.get("event_type"), event.get("payload")
    if kind != "message.received" and kind not in STATUS_EVENTS:
        return []
    if not isinstance(message, Mapping):
        return [Unreadable(_NO_MESSAGE())]
    if not id_of(message):
        return [Unreadable(_NO_ID(), text_of(message.get("id"))[:64])]
    if kind == "message.received":
        return [_inbound(message)]
    return _status(message, call.url)


def _event(body: bytes) -> Mapping[str, Any]:
    """Raises `ItspError`."""
    try:
        event = json.loads(body)["data"]
    except (ValueError, TypeError, LookupError, RecursionError) as error:
        raise ItspError(Advice.FAIL, _NO_EVENT()) from error
    if not isinstance(event, Mapping):
        raise ItspError(Advice.FAIL, _NO_EVENT())
    return event


def _inbound(message: Mapping[str, Any]) -> InboundSms | Unreadable:
    pk = id_of(message)
    if message.get("type", "SMS") not in _TEXTS:
        return Unreadable(_NO_TEXT(), pk)
    sender = _address(message.get("from"))
    recipients = _recipients(message)
    if sender and not is_address(sender):
        return Unreadable(_ODD_SENDER(), pk)
    if not recipients or not is_address(recipients[0]):
        return Unreadable(_NO_RECIPIENT(), pk)
    told = text_of(message.get("autoresponse_type")).upper()
    return InboundSms(
        itsp_message_id=pk,
        account_id=_profile_of(message),
        sender=sender,
        recipient=recipients[0],
        body=text_of(message.get("text")),
        media=_media(message.get("media")),
        others=tuple(one for one in recipients[1:] if is_address(one))[:OTHERS_MOST],
        keyword=tables.KEYWORDS.get(told),
        charge=charge_of(message),
    )


def _status(message: Mapping[str, Any], url: str) -> list[InboundSms | StatusUpdate | Unreadable]:
    status = status_of(message)
    if status is None:
        return []
    code, reason = error_of(message)
    return [
        StatusUpdate(
            itsp_message_id=id_of(message),
            account_id=_profile_of(message),
            status=status,
            reference=reference_in(url),
            error_code=code,
            reason=reason,
            charge=charge_of(message),
        )
    ]


def _profile_of(message: Mapping[str, Any]) -> str:
    return text_of(message.get("messaging_profile_id"))[:64].lower()


def _address(party: Any) -> str:
    return text_of(party.get("phone_number")) if isinstance(party, Mapping) else text_of(party)


def _recipients(message: Mapping[str, Any]) -> list[str]:
    """Ours first, then who else got a group text; `to` may be one address by itself."""
    to, cc = message.get("to"), message.get("cc")
    parties = [*(to if isinstance(to, list) else [to]), *(cc if isinstance(cc, list) else [])]
    parties.sort(key=lambda one: not (isinstance(one, Mapping) and one.get("status") == _OURS))
    return list(dict.fromkeys(address for one in parties if (address := _address(one))))


def _media(told: Any) -> tuple[MediaRef, ...]:
    files = [one for one in told if isinstance(one, Mapping)] if isinstance(told, list) else []
    found = [(text_of(one.get("url")), text_of(one.get("content_type"))[:127]) for one in files]
    return tuple(MediaRef(url, kind) for url, kind in found if 0 < len(url) <= LONGEST_URL)[: LIMITS.most]
