"""Downloads the pictures and files of inbound texts from the ITSP, and keeps them with us.

What is kept is served by us later, so its real type is found from its content, never believed.
"""

import logging
import time
from datetime import timedelta

from django.conf import settings
from django.core.files.base import ContentFile
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from channels.itsp import ITSPS
from channels.itsp.errors import Advice, ItspError
from channels.itsp.said import by_itsp
from channels.itsp.texts import Media
from pbx_messaging.outside.shares import Shares
from sessions import events
from sessions.media import files, reasons, showing
from sessions.media.content_types import declared, suffix_of, type_as_said, type_of
from sessions.media.names import safe, true_name
from sessions.models import Attachment

logger = logging.getLogger(__name__)

State = Attachment.State
LEASE = timedelta(minutes=2)  # nobody else tries it meanwhile
MOST_TRIES = 10  # over two hours and a half
FIRST_WAIT_S, MOST_WAIT_S = 10, 3600
RUN_S = 60.0  # no further download begins after so long; beat comes again

shares = Shares(in_all=3, each=2)


def fetch_due() -> int:
    """Downloads what is due, of each channel in turn. Returns how many were stored or refused.

    A channel whose files can't be had now is left out until the next run.
    """
    end, ended, left_out = time.monotonic() + RUN_S, 0, set[int]()
    while time.monotonic() < end:
        possible = due().exclude(message__channel__in=left_out | shares.full())
        found = possible.order_by("next_try_at", "pk").values_list("pk", "message__channel").first()
        if found is None:
            break
        with shares.of(found[1]) as mine:
            if not mine:
                break  # other threads of this process are at it
            if fetch(found[0]):
                ended += 1
            else:
                left_out.add(found[1])
    return ended


def due() -> QuerySet[Attachment]:
    """Those to be downloaded now."""
    now = timezone.now()
    return Attachment.objects.filter(
        state=State.PENDING, next_try_at__lte=now, message__channel__isnull=False
    )


def fetch(pk: int) -> bool:
    """Downloads one. True if that ended it, one way or the other. Whatever happens, it is its own matter."""
    claimed = Attachment.objects.filter(pk=pk, state=State.PENDING, next_try_at__lte=timezone.now())
    if not claimed.update(next_try_at=timezone.now() + LEASE):
        return False
    attachment = Attachment.objects.select_related("message__session", "message__channel").get(pk=pk)
    channel = attachment.message.channel
    if channel is None:
        return False
    try:
        media = ITSPS[channel.itsp].fetch_media(attachment.url, channel.credentials, settings.MEDIA_MAX_BYTES)
        _store(attachment, media)
    except ItspError as error:
        return _put_off(attachment, error)
    except Exception:
        logger.exception("attachment %s can't be fetched", pk)
        return _put_off(attachment, ItspError(Advice.RETRY, reasons.FAILED_WITH_US()))
    return True


def _store(attachment: Attachment, media: Media) -> None:
    content, found = ContentFile(media.content), type_of(media.content)
    said = declared(media.content_type) or declared(attachment.content_type)
    attachment.content_type, attachment.state = type_as_said(found, said), State.STORED
    attachment.name = true_name(safe(media.name), attachment.content_type, said)
    attachment.size_bytes = len(media.content)
    attachment.file.save(f"{attachment.pk}{suffix_of(attachment.content_type)}", content, save=False)
    showing.prepare(attachment, content)
    _end(attachment)


def _put_off(attachment: Attachment, error: ItspError) -> bool:
    """It is tried again, later each time, and in the end no more, in words."""
    attachment.tries += 1
    attachment.reason, attachment.state = _words_of(error, attachment), State.PENDING
    is_over = attachment.tries >= MOST_TRIES
    if error.advice is Advice.FAIL or is_over:
        if is_over:
            attachment.reason = reasons.GIVEN_UP(reason=attachment.reason, count=attachment.tries)
        attachment.state = State.REFUSED
        _end(attachment)
        return True
    wait_s = min(FIRST_WAIT_S * 2**attachment.tries, MOST_WAIT_S)
    Attachment.objects.filter(pk=attachment.pk).update(  # it may be gone meanwhile
        tries=attachment.tries,
        reason=attachment.reason,
        next_try_at=timezone.now() + timedelta(seconds=wait_s),
    )
    return False


def _words_of(error: ItspError, attachment: Attachment) -> str:
    channel = attachment.message.channel
    return by_itsp(channel.itsp, error.code, error.reason) if channel else error.reason


def _end(attachment: Attachment) -> None:
    """Whose row is gone meanwhile, by retention or an erasure, leaves no file."""
    attachment.next_try_at = None
    with transaction.atomic():
        if not Attachment.objects.select_for_update().filter(pk=attachment.pk).exists():
            files.remove_later(files.names_of([attachment]))
            return
        attachment.save()
        events.record(events.EventKind.MESSAGE, attachment.message.session)
