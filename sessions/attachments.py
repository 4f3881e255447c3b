"""Downloads the pictures and files of inbound texts from the ITSP, and keeps them with us.

What is kept is served by us later, so its real type is found from its content, never believed.
"""

import logging
import mimetypes
from datetime import timedelta

from django.conf import settings
from django.core.files.base import ContentFile
from django.db import transaction
from django.utils import timezone

from channels.itsp import ITSPS
from channels.itsp.base import Advice, ItspError, Media
from sessions import events
from sessions.models import Attachment

logger = logging.getLogger(__name__)

State = Attachment.State
LEASE = timedelta(minutes=2)  # nobody else tries it meanwhile
MOST_TRIES = 8
BATCH = 20

_SIGNATURES = {
    b"\xff\xd8\xff": "image/jpeg",
    b"\x89PNG\r\n\x1a\n": "image/png",
    b"GIF87a": "image/gif",
    b"GIF89a": "image/gif",
    b"%PDF-": "application/pdf",
    b"OggS": "audio/ogg",
    b"ID3": "audio/mpeg",
    b"#!AMR": "audio/amr",
    b"BEGIN:VCARD": "text/vcard",
}


def fetch_due() -> int:
    """Downloads what is due. Returns how many were stored or refused."""
    due = Attachment.objects.filter(state=State.PENDING, next_try_at__lte=timezone.now())
    return sum(fetch(pk) for pk in due.order_by("next_try_at").values_list("pk", flat=True)[:BATCH])


def fetch(pk: int) -> bool:
    """Downloads one. True if that ended it, one way or the other."""
    claimed = Attachment.objects.filter(pk=pk, state=State.PENDING, next_try_at__lte=timezone.now())
    if not claimed.update(next_try_at=timezone.now() + LEASE):
        return False
    attachment = Attachment.objects.select_related("message__session", "message__channel").get(pk=pk)
    channel = attachment.message.channel
    if channel is None:
        return False
    try:
        media = ITSPS[channel.itsp].fetch_media(attachment.url, channel.credentials, settings.MEDIA_MAX_BYTES)
    except ItspError as error:
        return _put_off(attachment, error)
    _store(attachment, media)
    return True


def real_type(media: Media) -> str:
    """What the content is; what we don't know is application/octet-stream, which browsers only download."""
    head = media.content[:16]
    for signature, content_type in _SIGNATURES.items():
        if head.startswith(signature):
            return content_type
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "image/webp"
    if head[4:8] == b"ftyp":
        return "image/heic" if head[8:12] in {b"heic", b"mif1"} else "video/mp4"
    return "application/octet-stream"


def _store(attachment: Attachment, media: Media) -> None:
    attachment.content_type, attachment.state = real_type(media), State.STORED
    suffix = mimetypes.guess_extension(attachment.content_type) or ".bin"
    attachment.file.save(f"{attachment.pk}{suffix}", ContentFile(media.content), save=False)
    _end(attachment)


def _put_off(attachment: Attachment, error: ItspError) -> bool:
    attachment.tries += 1
    attachment.reason = error.reason
    if error.advice is Advice.FAIL or attachment.tries >= MOST_TRIES:
        attachment.state = State.REFUSED
        _end(attachment)
        return True
    attachment.next_try_at = timezone.now() + timedelta(seconds=10 * 2**attachment.tries)
    attachment.save()
    return False


def _end(attachment: Attachment) -> None:
    attachment.next_try_at = None
    with transaction.atomic():
        attachment.save()
        events.record(events.EventKind.MESSAGE, attachment.message.session)
