"""Which files a page shows by itself. Everything else is only downloaded, whatever it says that it is."""

import enum


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
    "audio/ogg": Preview.AUDIO,
    "audio/mpeg": Preview.AUDIO,
    "audio/mp4": Preview.AUDIO,
    "video/mp4": Preview.VIDEO,
    "video/3gpp": Preview.VIDEO,  # some browsers play it; the page offers the download, too
    "video/quicktime": Preview.VIDEO,
}


NOT_EVERYWHERE = frozenset({"video/3gpp", "video/quicktime", "audio/amr"})  # browsers may not play them


def preview_of(content_type: str) -> Preview:
    return _SHOWN.get(content_type, Preview.NONE)
