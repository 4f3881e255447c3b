"""What Twilio says to a webhook."""

import re

from django.utils.translation import gettext_lazy as _

from channels.itsp.calls import Unreadable, WebhookCall
from channels.itsp.texts import Charge, InboundSms, MediaRef, StatusUpdate, reference_in
from channels.itsp.twilio import tables
from channels.itsp.twilio.media import LIMITS
from channels.itsp.twilio.parameters import parameters_of
from pbx_messaging.said import Kind

# Twilio signs names and values without a border between them, so who replays a call can shift
# characters from a value to the next name. What has these forms can't have lost or gained one.
MESSAGE_ID = re.compile(r"(SM|MM)[0-9a-f]{32}")
# E.164 (some carriers leave the plus out), a short code, a name of up to 11 characters, or the address of
# another service than SMS, as rcs:name.
ADDRESS = re.compile(r"\+?[0-9]{2,15}|(?=.*[^0-9])[^\x00-\x1f\x7f+]{1,11}|[a-z]{2,15}:[A-Za-z0-9+_.@-]{1,48}")
OTHERS_MOST = 50  # of a group text; carriers allow fewer
PARTS = re.compile(r"[1-9][0-9]?", re.ASCII)
ERROR_CODE = re.compile(r"[1-9][0-9]{0,5}")
_ODD_ID = Kind("twilio-odd-id", _("Its MessageSid is not one of Twilio's."))
_NO_ACCOUNT = Kind("twilio-names-no-account", _("It has no AccountSid."))
_ODD_ADDRESS = Kind("twilio-odd-address", _("%(field)s is neither a number nor a sender's name."))


def is_status(call: WebhookCall) -> bool:
    """Whether it is told of one of our texts."""
    return any(name == b"MessageStatus" for name, _value in parameters_of(call))


def read(call: WebhookCall) -> list[InboundSms | StatusUpdate | Unreadable]:
    fields = {_text(name): _text(value) for name, value in parameters_of(call)}
    if "MessageSid" not in fields:
        return []
    if not MESSAGE_ID.fullmatch(fields["MessageSid"]):
        return [Unreadable(_ODD_ID(), fields["MessageSid"][:64])]
    if not fields.get("AccountSid"):  # Twilio names it always; shifted, a call could be of any account
        return [Unreadable(_NO_ACCOUNT(), fields["MessageSid"])]
    if fields.get("SmsStatus") == "received" or "Body" in fields:
        return [_inbound(fields)]
    return [_status(fields, call.url)] if fields.get("MessageStatus") in tables.STATUSES else []


def _text(value: bytes) -> str:
    """UTF-8; what can't be read or stored (NUL) becomes the replacement character."""
    return value.decode("utf-8", "replace").replace("\0", "\N{REPLACEMENT CHARACTER}")


def _inbound(fields: dict[str, str]) -> InboundSms | Unreadable:
    for name in ("From", "To"):
        is_untold = name == "From" and not fields.get(name)
        if not is_untold and not ADDRESS.fullmatch(fields.get(name, "")):
            return Unreadable(_ODD_ADDRESS(field=name), fields["MessageSid"])
    told = fields.get("NumMedia", "")
    count = min(int(told), LIMITS.most) if re.fullmatch("[0-9]{1,2}", told) else 0
    media = tuple(
        MediaRef(fields[f"MediaUrl{n}"], fields.get(f"MediaContentType{n}", "")[:127])
        for n in range(count)
        if f"MediaUrl{n}" in fields
    )
    return InboundSms(
        itsp_message_id=fields["MessageSid"],
        account_id=fields.get("AccountSid", ""),
        sender=fields.get("From", ""),
        recipient=fields["To"],
        body=fields.get("Body", ""),
        media=media,
        others=_others(fields),
        keyword=tables.OPT_OUT_TYPES.get(fields.get("OptOutType", "")),
        charge=Charge(parts_of(fields.get("NumSegments", ""))),
    )


def parts_of(told: str) -> int | None:
    """How many segments Twilio counts; None of what is no such number."""
    return int(told) if PARTS.fullmatch(told) else None


def _others(fields: dict[str, str]) -> tuple[str, ...]:
    """Who else got a group text: `OtherRecipients0` and so on."""
    told = (fields.get(f"OtherRecipients{n}", "") for n in range(OTHERS_MOST))
    return tuple(address for address in told if ADDRESS.fullmatch(address))


def _status(fields: dict[str, str], url: str) -> StatusUpdate:
    told = fields.get("ErrorCode", "")
    code = told if ERROR_CODE.fullmatch(told) else ""
    return StatusUpdate(
        itsp_message_id=fields["MessageSid"],
        account_id=fields.get("AccountSid", ""),
        status=tables.STATUSES[fields["MessageStatus"]],
        reference=reference_in(url),
        error_code=code,
        reason=tables.words_for(code),
    )
