"""How the thread shows pictures and files."""

from pathlib import PurePosixPath

from django import template
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _

from sessions.media.content_types import UNKNOWN_SUFFIX, suffix_of
from sessions.media.previews import NOT_PLAYED, preview_of, type_of_preview
from sessions.models import Attachment

register = template.Library()

_ICONS = {
    "image": "bi-file-earmark-image",
    "audio": "bi-file-earmark-music",
    "video": "bi-file-earmark-play",
    "application/pdf": "bi-file-earmark-pdf",
    "text/vcard": "bi-person-vcard",
    "text/calendar": "bi-calendar-event",
}


@register.filter
def preview(attachment: Attachment) -> str:
    """How the page shows it, or what was made of it: picture, audio, video, or "" for a download."""
    shown = type_of_preview(attachment) if attachment.preview else attachment.content_type
    return preview_of(shown).value


@register.filter
def file_kind(attachment: Attachment) -> str:
    """ "PDF, 34 KB" """
    suffix = suffix_of(attachment.content_type)
    if suffix == UNKNOWN_SUFFIX:  # then its name was made of what its sender says that it is
        suffix = PurePosixPath(attachment.name).suffix or suffix
    kind = suffix.removeprefix(".").upper() if suffix != UNKNOWN_SUFFIX else _("File")
    return f"{kind}, {filesizeformat(attachment.size_bytes)}" if attachment.size_bytes else kind


@register.filter
def is_played_everywhere(attachment: Attachment) -> bool:
    """False for what some browsers don't play: then the page says so, and offers the download."""
    return attachment.content_type not in NOT_PLAYED


@register.filter
def dialled(number: str) -> str:
    """Of a number as somebody wrote it: what a `tel:` link takes."""
    return "".join(one for one in number if one.isascii() and (one.isdigit() or one in "+*#"))


@register.filter
def file_icon(attachment: Attachment) -> str:
    kind = attachment.content_type
    return _ICONS.get(kind) or _ICONS.get(kind.partition("/")[0], "bi-file-earmark")
