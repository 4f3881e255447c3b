"""The public address under which an ITSP fetches a file that an agent sends.

A token is attachment id (8 bytes), the second at which it ends (5) and a signature over both (17), in
URL-safe base64: 40 characters. Nothing is stored for it, and it opens that one file for some hours.
"""

import base64
import hashlib
import hmac
import time

from django.conf import settings

from channels.itsp import ITSPS
from sessions.models import Attachment, Message

_ID_BYTES, _END_BYTES, _SIGNATURE_BYTES = 8, 5, 17
_MARGIN_S = 3600


def links_of(message: Message) -> tuple[str, ...]:
    """Of a message's files in their order, made when it is sent."""
    attachments = message.attachments.all()
    if not attachments:
        return ()
    hours = max(itsp.media_limits.fetched_within_h for itsp in ITSPS.values())
    ends_at = int(time.time() + hours * 3600 + _MARGIN_S)
    return tuple(f"{settings.PUBLIC_URL}/m/{_token(one.pk, ends_at)}/" for one in attachments)


def attachment_of(token: str) -> Attachment | None:
    """None if the token is not ours or has ended."""
    try:
        raw = base64.b64decode(token.encode("ascii"), altchars=b"-_", validate=True)
    except ValueError:
        return None
    signed, signature = raw[:-_SIGNATURE_BYTES], raw[-_SIGNATURE_BYTES:]
    if len(signed) != _ID_BYTES + _END_BYTES or not hmac.compare_digest(signature, _signature(signed)):
        return None
    if int.from_bytes(signed[_ID_BYTES:], "big") < time.time():
        return None
    stored = Attachment.objects.filter(state=Attachment.State.STORED, message__kind=Message.Kind.OUTBOUND)
    return stored.filter(pk=int.from_bytes(signed[:_ID_BYTES], "big")).first()


def _token(attachment_id: int, ends_at: int) -> str:
    signed = attachment_id.to_bytes(_ID_BYTES, "big") + ends_at.to_bytes(_END_BYTES, "big")
    return base64.urlsafe_b64encode(signed + _signature(signed)).decode()


def _signature(signed: bytes) -> bytes:
    key = hashlib.sha256(b"sessions.media.links" + settings.SECRET_KEY.encode()).digest()
    return hmac.new(key, signed, hashlib.sha256).digest()[:_SIGNATURE_BYTES]
