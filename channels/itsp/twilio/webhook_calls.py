"""What Twilio posts to a webhook: whether it is Twilio who posts, and what it says."""

import base64
import hashlib
import hmac
from urllib.parse import parse_qs, parse_qsl, urlsplit

from channels.itsp.base import Credentials, InboundSms, MediaRef, StatusUpdate, WebhookCall
from channels.itsp.twilio import tables
from channels.itsp.twilio.media import LIMITS

SIGNATURE = "x-twilio-signature"


def is_authentic(call: WebhookCall, credentials: Credentials) -> bool:
    """HMAC-SHA1 over the URL and the sorted parameters, byte for byte as they came."""
    signed = call.url.encode() + b"".join(name + value for name, value in sorted(set(_parameters(call.body))))
    key = credentials["auth_token"].encode()
    expected = base64.b64encode(hmac.new(key, signed, hashlib.sha1).digest())
    return hmac.compare_digest(expected, call.headers.get(SIGNATURE, "").encode())


def read(call: WebhookCall) -> list[InboundSms | StatusUpdate]:
    fields = {_text(name): _text(value) for name, value in _parameters(call.body)}
    if "MessageSid" not in fields:
        return []
    if fields.get("SmsStatus") == "received" or "Body" in fields:
        return [_inbound(fields)]
    return [_status(fields, call.url)] if fields.get("MessageStatus") in tables.STATUSES else []


def _parameters(body: bytes) -> list[tuple[bytes, bytes]]:
    """A form's fields as bytes, so that broken encodings neither fail nor change the signature."""
    pairs = parse_qsl(body.decode("latin-1"), keep_blank_values=True, encoding="latin-1")
    return [(name.encode("latin-1"), value.encode("latin-1")) for name, value in pairs]


def _text(value: bytes) -> str:
    """UTF-8; what can't be read or stored (NUL) becomes the replacement character."""
    return value.decode("utf-8", "replace").replace("\0", "\N{REPLACEMENT CHARACTER}")


def _inbound(fields: dict[str, str]) -> InboundSms:
    told = fields.get("NumMedia", "")
    count = min(int(told), LIMITS.most) if told.isdecimal() else 0
    media = tuple(
        MediaRef(fields[f"MediaUrl{n}"], fields.get(f"MediaContentType{n}", "")[:127])
        for n in range(count)
        if f"MediaUrl{n}" in fields
    )
    return InboundSms(
        itsp_message_id=fields["MessageSid"],
        account_id=fields.get("AccountSid", ""),
        sender=fields.get("From", ""),
        recipient=fields.get("To", ""),
        body=fields.get("Body", ""),
        media=media,
        opt_out=tables.OPT_OUT_TYPES.get(fields.get("OptOutType", "")),
    )


def _status(fields: dict[str, str], url: str) -> StatusUpdate:
    attempt = parse_qs(urlsplit(url).query).get("attempt", [""])[0]
    code = fields.get("ErrorCode", "")
    return StatusUpdate(
        itsp_message_id=fields["MessageSid"],
        account_id=fields.get("AccountSid", ""),
        status=tables.STATUSES[fields["MessageStatus"]],
        attempt_id=int(attempt) if attempt.isdecimal() else None,
        error_code="" if code == "0" else code,
        reason=tables.words_for(code),
    )
