"""What the thread shows of a file that browsers don't show. The file itself stays as it came."""

import logging
from collections.abc import Callable

from django.core.files.base import ContentFile, File

from sessions.media.contact_cards import MOST_BYTES, shown_of
from sessions.media.content_types import suffix_of
from sessions.media.pictures import fitting
from sessions.media.previews import NOT_PLAYED
from sessions.models import Attachment

logger = logging.getLogger(__name__)

_NOT_SHOWN = {"image/heic", "image/tiff", "image/avif"}  # by all browsers


def prepare(attachment: Attachment, content: File[bytes]) -> None:
    """In memory: the preview of a picture or recording, what a contact card says, or nothing."""
    if attachment.content_type == "text/vcard":
        content.seek(0)
        attachment.cards = shown_of(content.read(MOST_BYTES))
    elif make := _maker_of(attachment.content_type):
        try:
            shown = make(content)
        except (fitting.NotFitted, fitting.Busy) as why:
            logger.info("attachment %s has no preview: %s", attachment.pk, why)
            return
        name = f"{attachment.pk}-preview{suffix_of(shown.content_type)}"
        attachment.preview.save(name, ContentFile(shown.content), save=False)


def _maker_of(content_type: str) -> Callable[[File[bytes]], fitting.Picture] | None:
    if content_type in _NOT_SHOWN:
        return fitting.preview
    return fitting.played if content_type in NOT_PLAYED else None
