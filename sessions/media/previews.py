"""Which files a page shows by itself. Everything else is only downloaded, whatever it says that it is."""

import enum
import mimetypes

from sessions.media.signatures import UNKNOWN
from sessions.models import Attachment


class Preview(enum.StrEnum):
    PICTURE = "picture"
    AUDIO = "audio"
    VIDEO = "video"
    NONE = ""


# No type here can run a script: no HTML, no SVG, no PDF.
_SHOWN = {
    "image/jpeg": Preview.PICTURE,
    "image/png": Preview.PICTURE,
    "image/gif": Preview.PICTURE,
    "image/webp": Preview.PICTURE,
    "image/bmp": Preview.PICTURE,
    "audio/ogg": Preview.AUDIO,
    "audio/mpeg": Preview.AUDIO,
    "audio/mp4": Preview.AUDIO,
    "audio/wav": Preview.AUDIO,
    "audio/aac": Preview.AUDIO,
    "audio/flac": Preview.AUDIO,
    "audio/webm": Preview.AUDIO,
    "video/mp4": Preview.VIDEO,
    "video/webm": Preview.VIDEO,
    "video/3gpp": Preview.VIDEO,  # some browsers play it
    "video/3gpp2": Preview.VIDEO,
    "video/quicktime": Preview.VIDEO,
}


NOT_PLAYED = frozenset(
    {"video/3gpp", "video/3gpp2", "video/quicktime", "audio/amr", "audio/amr-wb"}
)  # by all browsers


def preview_of(content_type: str) -> Preview:
    return _SHOWN.get(content_type, Preview.NONE)


def type_of_preview(attachment: Attachment) -> str:
    """Of the file that was made of one which browsers don't show."""
    return mimetypes.guess_type(str(attachment.preview.name))[0] or UNKNOWN
