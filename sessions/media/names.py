"""What files are called: as their sender told it, made safe, and never as something that they are not."""

import re
import unicodedata
from collections.abc import Collection
from pathlib import PurePosixPath

from django.utils.translation import gettext as _

from accounts.directions import without_controls
from sessions.media.containers import JUDGES
from sessions.media.content_types import SUFFIXES, suffix_of
from sessions.media.signatures import UNKNOWN
from sessions.media.written import PLAIN
from sessions.models import Attachment

MOST = 255  # characters
_SHORT = 20  # characters of what is taken for a suffix
_PATHS = re.compile(r"[\\/]")
_HOLDS_NOTHING = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
_REFUSED_BY_SYSTEMS = re.compile(r'[<>:"|?*]')
SUFFIXES_OF_TEXTS = frozenset({".txt", ".csv", ".tsv", ".json", ".log", ".md", ".srt", ".eml"})
OTHER_SUFFIXES = {  # of the same types
    ".jpeg": ".jpg",
    ".jpe": ".jpg",
    ".jfif": ".jpg",
    ".tif": ".tiff",
    ".heif": ".heic",
    ".hif": ".heic",
    ".oga": ".ogg",
    ".opus": ".ogg",
    ".m4b": ".m4a",
    ".m4v": ".mp4",
    ".qt": ".mov",
    ".3gpp": ".3gp",
    ".3ga": ".3gp",
    ".mpeg": ".mpg",
    ".midi": ".mid",
    ".vcard": ".vcf",
    ".ical": ".ics",
    ".text": ".txt",
    ".tgz": ".gz",
    ".wma": ".asf",
    ".wmv": ".asf",
    ".aif": ".aiff",
}


def safe(name: str) -> str:
    """Without folders, and without what isn't seen or turns other characters round."""
    last = _PATHS.split(name)[-1]
    seen = "".join(one for one in last if unicodedata.category(one) not in _HOLDS_NOTHING)
    plain = " ".join(_REFUSED_BY_SYSTEMS.sub("_", seen).split()).strip(". ")
    suffix = _suffix(plain)
    return plain[: len(plain) - len(suffix)][: MOST - len(suffix)] + suffix


def _suffix(name: str) -> str:
    suffix = PurePosixPath(name).suffix
    return suffix if len(suffix) <= _SHORT else ""


def true_name(name: str, content_type: str, said: str = "") -> str:
    """Ends as files of that type do, so that nothing that runs hides behind a name.

    Where the content says nothing, it ends as files of the type that was `said`. "" is a name that would say
    nothing more than the type does.
    """
    end = _suffix(name).lower()
    if OTHER_SUFFIXES.get(end, end) in _ends_of(content_type):
        return name
    wanted = suffix_of(said if content_type == UNKNOWN else content_type)
    if content_type == UNKNOWN and said:
        name = name or _("File")
    return name and f"{name[: MOST - len(wanted)]}{wanted}"


def _ends_of(content_type: str) -> Collection[str]:
    """How names of the type end, or of one that is so much like it that people and phones mix them up."""
    if content_type == UNKNOWN:
        return SUFFIXES.values()
    if content_type == PLAIN:
        return SUFFIXES_OF_TEXTS
    alike = next((group for group in JUDGES if content_type in group), (content_type,))
    return {SUFFIXES[kind] for kind in alike if kind in SUFFIXES}


def download_name(attachment: Attachment) -> str:
    return without_controls(attachment.name) or f"file-{attachment.pk}{suffix_of(attachment.content_type)}"
