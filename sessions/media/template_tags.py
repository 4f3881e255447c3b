"""How the thread shows pictures and files."""

import mimetypes

from django import template
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _

from sessions.media.previews import preview_of
from sessions.models import Attachment

register = template.Library()

_ICONS = {
    "image": "bi-file-earmark-image",
    "audio": "bi-file-earmark-music",
    "video": "bi-file-earmark-play",
    "application/pdf": "bi-file-earmark-pdf",
    "text/vcard": "bi-person-vcard",
}


@register.filter
def preview(attachment: Attachment) -> str:
    """How the page shows it: picture, audio, video, or "" for a download."""
    return preview_of(attachment.content_type).value


@register.filter
def file_kind(attachment: Attachment) -> str:
    """ "PDF, 34 KB" """
    suffix = mimetypes.guess_extension(attachment.content_type) or ""
    kind = suffix.removeprefix(".").upper() if suffix != ".bin" else _("File")
    return f"{kind}, {filesizeformat(attachment.size_bytes)}" if attachment.size_bytes else kind


@register.filter
def file_icon(attachment: Attachment) -> str:
    kind = attachment.content_type.partition("/")[0]
    icons = {
        "image": "bi-file-earmark-image",
        "audio": "bi-file-earmark-music",
        "video": "bi-file-earmark-play",
    }
    if attachment.content_type == "application/pdf":
        return "bi-file-earmark-pdf"
    return "bi-person-vcard" if "vcard" in attachment.content_type else icons.get(kind, "bi-file-earmark")
