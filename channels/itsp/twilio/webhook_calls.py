"""What Twilio posts to a webhook: whether it is Twilio who posts, and what it says."""

import base64
import hashlib
import hmac
import re
from functools import lru_cache
from urllib.parse import parse_qs, unquote_to_bytes, urlsplit

from accounts.ids import read_id
from channels.itsp.base import Credentials, InboundSms, MediaRef, StatusUpdate, Unreadable, WebhookCall
from channels.itsp.twilio import tables
from channels.itsp.twilio.media import LIMITS

SIGNATURE = "x-twilio-signature"
# Twilio signs names and values without a border between them, so who replays a call can shift
# characters from a value to the next name. What has these forms can't have lost or gained one.
MESSAGE_ID = re.compile(r"(SM|MM)[0-9a-f]{32}")
# E.164 (some carriers leave the plus out), a short code, or an alphanumeric sender of up to 11 characters.
ADDRESS = re.compile(r"\+?[0-9]{2,15}|(?=.*[^0-9])[^\x00-\x1f\x7f+]{1,11}")
OTHERS_MOST = 50  # of a group text; carriers allow fewer
ERROR_CODE = re.compile(r"[1-9][0-9]{0,5}")
LOCAL = "http://localhost:"


def is_authentic(call: WebhookCall, credentials: Credentials) -> bool:
    """HMAC-SHA1 over the URL and the sorted parameters, byte for byte as they came."""
    parameters = b"".join(name + value for name, value in sorted(set(_parameters(call.body))))
    key, given = credentials["auth_token"].encode(), call.headers.get(SIGNATURE, "").encode()
    signatures = (hmac.new(key, url.encode() + parameters, hashlib.sha1) for url in _names_of(call.url))
    return any(hmac.compare_digest(base64.b64encode(one.digest()), given) for one in signatures)


def _names_of(url: str) -> list[str]:
    """What the ITSP may have been told to call: a demo's own machine has two names."""
    is_demo = url.startswith(LOCAL)
    return [url, url.replace(LOCAL, "http://127.0.0.1:", 1)] if is_demo else [url]


def read(call: WebhookCall) -> list[InboundSms | StatusUpdate | Unreadable]:
    fields = {_text(name): _text(value) for name, value in _parameters(call.body)}
    if "MessageSid" not in fields:
        return []
    if not MESSAGE_ID.fullmatch(fields["MessageSid"]):
        return [Unreadable("Its MessageSid is not one of Twilio's.", fields["MessageSid"][:64])]
    if fields.get("SmsStatus") == "received" or "Body" in fields:
        return [_inbound(fields)]
    return [_status(fields, call.url)] if fields.get("MessageStatus") in tables.STATUSES else []


@lru_cache(maxsize=256)  # a call's are asked for twice: to verify it, and to read it
def _parameters(body: bytes) -> tuple[tuple[bytes, bytes], ...]:
    """A form's fields as bytes, so that broken encodings neither fail nor change the signature."""
    pieces = [piece.partition(b"=") for piece in body.replace(b"+", b" ").split(b"&") if piece]
    return tuple(
        (
            unquote_to_bytes(name) if b"%" in name else name,
            unquote_to_bytes(value) if b"%" in value else value,
        )
        for name, _sign, value in pieces
    )


def _text(value: bytes) -> str:
    """UTF-8; what can't be read or stored (NUL) becomes the replacement character."""
    return value.decode("utf-8", "replace").replace("\0", "\N{REPLACEMENT CHARACTER}")


def _inbound(fields: dict[str, str]) -> InboundSms | Unreadable:
    for name in ("From", "To"):
        if not ADDRESS.fullmatch(fields.get(name, "")):
            return Unreadable(f"{name} is neither a number nor a sender's name.", fields["MessageSid"])
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
        sender=fields["From"],
        recipient=fields["To"],
        body=fields.get("Body", ""),
        media=media,
        others=_others(fields),
        keyword=tables.OPT_OUT_TYPES.get(fields.get("OptOutType", "")),
    )


def _others(fields: dict[str, str]) -> tuple[str, ...]:
    """Who else got a group text: `OtherRecipients0` and so on."""
    told = (fields.get(f"OtherRecipients{n}", "") for n in range(OTHERS_MOST))
    return tuple(address for address in told if ADDRESS.fullmatch(address))


def _status(fields: dict[str, str], url: str) -> StatusUpdate:
    attempt = parse_qs(urlsplit(url).query).get("attempt", [""])[0]
    told = fields.get("ErrorCode", "")
    code = told if ERROR_CODE.fullmatch(told) else ""
    return StatusUpdate(
        itsp_message_id=fields["MessageSid"],
        account_id=fields.get("AccountSid", ""),
        status=tables.STATUSES[fields["MessageStatus"]],
        attempt_id=read_id(attempt),
        error_code=code,
        reason=tables.words_for(code),
    )
