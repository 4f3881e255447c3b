"""Downloads the pictures and files of inbound texts from the ITSP, and keeps them with us.

What is kept is served by us later, so its real type is found from its content, never believed.
"""

import logging
from datetime import timedelta

from django.conf import settings
from django.core.files.base import ContentFile
from django.db import transaction
from django.utils import timezone

from channels.itsp import ITSPS
from channels.itsp.base import Advice, ItspError, Media
from sessions import events
from sessions.media.content_types import suffix_of, type_of
from sessions.models import Attachment

logger = logging.getLogger(__name__)

State = Attachment.State
LEASE = timedelta(minutes=2)  # nobody else tries it meanwhile
MOST_TRIES = 8
BATCH = 20


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


def _store(attachment: Attachment, media: Media) -> None:
    attachment.content_type, attachment.state = type_of(media.content), State.STORED
    attachment.file.save(
        f"{attachment.pk}{suffix_of(attachment.content_type)}", ContentFile(media.content), save=False
    )
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
