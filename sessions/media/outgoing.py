"""The pictures and files that agents send: judged by the ITSP's limits, and kept with us.

They are written before the transaction that accepts their message, so that no lock waits for the storage.
"""

import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from django.core.files.base import File
from django.utils.translation import gettext as _

from channels.itsp import ITSPS
from channels.itsp.base import MediaLimits
from channels.models import Number
from channels.phone_numbers import country_of
from sessions.media.content_types import HEAD, suffix_of, type_of
from sessions.models import Attachment, Message
from sessions.refused import MediaRefused

NAME_MOST = 255


def limits_of(number: Number) -> MediaLimits:
    return ITSPS[number.channel.itsp].media_limits


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

    Raises `MediaRefused`.
    """
    attachments: list[Attachment] = []
    done = False
    try:
        if files:
            _check(files, number, contact)
            for position, file in enumerate(files):
                attachments.append(_kept(position, file, limits_of(number)))
        yield attachments
        done = True
    finally:
        for attachment in attachments:
            if not done or attachment.message_id is None:
                attachment.file.delete(save=False)


def attach(attachments: Sequence[Attachment], message: Message) -> None:
    """In the transaction that accepts the message."""
    for attachment in attachments:
        attachment.message = message
    Attachment.objects.bulk_create(attachments)


def _check(files: Sequence[File[bytes]], number: Number, contact: str) -> None:
    if why := hindrance(number, contact):
        raise MediaRefused(why)
    limits = limits_of(number)
    if len(files) > limits.most:
        raise MediaRefused(_("At most %(n)d files go with one text.") % {"n": limits.most})
    if sum(file.size for file in files) > limits.most_bytes:
        most = limits.most_bytes // (1024 * 1024)
        words = _("The files are too large: %(n)d MB in all is the most. Make them smaller, or send a link.")
        raise MediaRefused(words % {"n": most})


def _kept(position: int, file: File[bytes], limits: MediaLimits) -> Attachment:
    """Stored under a name of chance; the file's own is only shown."""
    name = (file.name or "").replace("\\", "/").rpartition("/")[2].replace("\0", "")[-NAME_MOST:]
    if not file.size:
        raise MediaRefused(_("“%(name)s” is empty: there is nothing in it to send.") % {"name": name})
    file.seek(0)
    content_type = type_of(file.read(HEAD))
    file.seek(0)
    if content_type not in limits.types:
        words = _("“%(name)s” can’t be sent: only pictures, videos, sounds, PDFs and contact cards can.")
        raise MediaRefused(words % {"name": name})
    attachment = Attachment(
        position=position,
        name=name,
        content_type=content_type,
        size_bytes=file.size,
        state=Attachment.State.STORED,
    )
    attachment.file.save(f"{uuid.uuid4().hex}{suffix_of(content_type)}", file, save=False)
    return attachment
