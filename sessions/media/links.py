"""The public address under which an ITSP fetches a file that an agent sends.

A token is attachment id (8 bytes), the second at which it ends (5) and a signature over both (17), in
URL-safe base64: 40 characters. Nothing is stored for it, and it opens that one file for some hours.
"""

import base64
import time
from datetime import datetime

from django.conf import settings

from channels.itsp import ITSPS
from pbx_messaging.signatures import is_signature, sign
from sessions.models import Attachment, Message

_PURPOSE = b"sessions.media.links"
_ID_BYTES, _END_BYTES, _SIGNATURE_BYTES = 8, 5, 17
_MARGIN_S = 3600


def links_of(message: Message, itsp: str, *, at: datetime) -> tuple[str, ...]:
    """Of a message's files in their order, for an ITSP that is given them at that time: always the same.

    They outlast the last moment at which the text may be sent once more.
    """
    attachments = message.attachments.all()
    if not attachments:
        return ()
    of = ITSPS[itsp]
    lasting_s = of.repeats_safely_for.total_seconds() + of.media_limits.fetched_within_h * 3600 + _MARGIN_S
    ends_at = int(at.timestamp() + lasting_s)
    return tuple(f"{settings.PUBLIC_URL}/m/{_token(one.pk, ends_at)}/" for one in attachments)


def attachment_of(token: str) -> Attachment | None:
    """None if the token is not ours or has ended."""
    try:
        raw = base64.b64decode(token.encode("ascii"), altchars=b"-_", validate=True)
    except ValueError:
        return None
    signed, signature = raw[:-_SIGNATURE_BYTES], raw[-_SIGNATURE_BYTES:]
    if len(signed) != _ID_BYTES + _END_BYTES or not is_signature(signature, signed, purpose=_PURPOSE):
        return None
    if int.from_bytes(signed[_ID_BYTES:], "big") < time.time():
        return None
    stored = Attachment.objects.filter(state=Attachment.State.STORED, message__kind=Message.Kind.OUTBOUND)
    return stored.filter(pk=int.from_bytes(signed[:_ID_BYTES], "big")).first()


def _token(attachment_id: int, ends_at: int) -> str:
    signed = attachment_id.to_bytes(_ID_BYTES, "big") + ends_at.to_bytes(_END_BYTES, "big")
    signature = sign(signed, purpose=_PURPOSE, length=_SIGNATURE_BYTES)
    return base64.urlsafe_b64encode(signed + signature).decode()
