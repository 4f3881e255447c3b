"""The pictures and files that agents send: judged by the ITSP's limits, made to fit, and kept with us.

They are written before the transaction that accepts their message, so that no lock waits for the storage.
"""

import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import PurePosixPath

from django.core.files.base import ContentFile, File
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.directions import isolated
from channels.itsp import ITSPS
from channels.itsp.texts import MediaLimits
from channels.models import Number
from channels.phone_numbers import country_of
from sessions.media import showing
from sessions.media.content_types import suffix_of, type_of_file
from sessions.media.names import MOST as NAME_MOST
from sessions.media.names import safe
from sessions.media.pictures import fitting
from sessions.models import Attachment, Message
from sessions.refused import MediaRefused, PicturesBusy

LEAST_BYTES = 50 * 1024  # below it a picture is nothing to look at any more
MADE_TO_FIT = frozenset(
    f"image/{kind}" for kind in ("jpeg", "png", "gif", "webp", "heic", "tiff", "avif", "bmp")
)


@dataclass(frozen=True)
class Given:
    """A file that goes with a text, by its real type."""

    name: str
    content_type: str
    file: File[bytes]
    is_made_to_fit: bool


def limits_of(number: Number) -> MediaLimits:
    """What each of the channels takes that the text may leave by."""
    limits, *others = [ITSPS[channel.itsp].media_limits for channel in number.carriers]
    for other in others:
        limits = limits.narrowed(other)
    return limits


def hindrance(number: Number, contact: str) -> str:
    """Why no files can go from a number to a contact, in words; "" if they can.

    An address that tells no country, such as a short code, is left to the ITSP's judgement.
    """
    limits = limits_of(number)
    if not limits.most:
        return _("The ITSP of this number takes no pictures or files.")
    countries = {country_of(number.address), country_of(contact)} - {""}
    if not limits.countries or countries <= limits.countries:
        return ""
    return _(
        "Pictures and files can only be sent between numbers of these countries: %(countries)s. "
        "Send a link instead."
    ) % {"countries": ", ".join(sorted(limits.countries))}


@contextmanager
def kept(files: Sequence[File[bytes]], number: Number, contact: str) -> Iterator[list[Attachment]]:
    """The files in the storage, as attachments for `attach`; what no message took is removed again.

    Pictures are made to fit first. Raises `MediaRefused` or `PicturesBusy`.
    """
    attachments: list[Attachment] = []
    done = False
    try:
        if files:
            _check(files, number, contact)
            given = [_given(file, limits_of(number)) for file in files]
            room = _room_of_each(given, limits_of(number))
            for position, one in enumerate(given):
                attachments.append(_kept(position, one, room))
        yield attachments
        done = True
    finally:
        for attachment in attachments:
            if not done or attachment.message_id is None:
                attachment.file.delete(save=False)
                attachment.preview.delete(save=False)


def attach(attachments: Sequence[Attachment], message: Message) -> None:
    """In the transaction that accepts the message."""
    for attachment in attachments:
        attachment.message = message
    Attachment.objects.bulk_create(attachments)


def types_of(limits: MediaLimits) -> frozenset[str]:
    """What can be given: also pictures that only go out after they were made to fit."""
    return limits.types | (MADE_TO_FIT if limits.picture_bytes else frozenset())


def _check(files: Sequence[File[bytes]], number: Number, contact: str) -> None:
    if why := hindrance(number, contact):
        raise MediaRefused(why)
    limits = limits_of(number)
    if len(files) > limits.most:
        words = ngettext(
            "At most %(n)d file goes with one text.", "At most %(n)d files go with one text.", limits.most
        )
        raise MediaRefused(words % {"n": limits.most})


def _given(file: File[bytes], limits: MediaLimits) -> Given:
    name = safe(file.name or "")
    if not file.size:
        raise MediaRefused(
            _("“%(name)s” is empty: there is nothing in it to send.") % {"name": isolated(name)}
        )
    content_type = type_of_file(file, file.size)
    if content_type not in types_of(limits):
        words = _(
            "“%(name)s” can’t be sent: only pictures, videos, sounds, PDFs, contact cards and "
            "calendar entries can."
        )
        raise MediaRefused(words % {"name": isolated(name)})
    return Given(name, content_type, file, bool(limits.picture_bytes) and content_type in MADE_TO_FIT)


def _room_of_each(given: Sequence[Given], limits: MediaLimits) -> int:
    """Bytes that each picture may have, so that all goes with one text. Raises `MediaRefused`."""
    pictures = sum(one.is_made_to_fit for one in given)
    left = limits.most_bytes - sum(one.file.size for one in given if not one.is_made_to_fit)
    each = min(limits.picture_bytes, left // pictures) if pictures else 0
    if left < 0 or (pictures and each < LEAST_BYTES):
        most = limits.most_bytes // (1024 * 1024)
        words = _("The files are too large: %(n)d MB in all is the most. Make them smaller, or send a link.")
        raise MediaRefused(words % {"n": most})
    return each


def _fitted(given: Given, most_bytes: int) -> Given:
    """A picture as carriers take it, without the place where it was taken. Raises `MediaRefused`."""
    try:
        made = fitting.fitted(given.file, most_bytes=most_bytes)
    except fitting.NotFitted as why:
        raise MediaRefused(why.words(given.name)) from why
    except fitting.Busy as busy:
        raise PicturesBusy from busy
    name = given.name
    if made.content_type != given.content_type:
        name = f"{PurePosixPath(name).stem or 'picture'}{suffix_of(made.content_type)}"[-NAME_MOST:]
    return Given(name, made.content_type, ContentFile(made.content), given.is_made_to_fit)


def _kept(position: int, given: Given, room: int) -> Attachment:
    """Stored under a name of chance; the file's own is only shown."""
    sent = _fitted(given, room) if given.is_made_to_fit else given
    is_smaller = sent.content_type != given.content_type or sent.file.size < 0.9 * given.file.size
    attachment = Attachment(
        position=position,
        name=sent.name,
        content_type=sent.content_type,
        size_bytes=sent.file.size,
        given_bytes=given.file.size if is_smaller else 0,
        state=Attachment.State.STORED,
    )
    showing.prepare(attachment, sent.file)
    sent.file.seek(0)
    attachment.file.save(f"{uuid.uuid4().hex}{suffix_of(sent.content_type)}", sent.file, save=False)
    return attachment
