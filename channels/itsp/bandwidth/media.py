"""Pictures and files at Bandwidth: what a text may carry, and how a contact's are fetched, for 48 hours."""

import re
from mimetypes import types_map
from posixpath import splitext
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings

from channels.itsp import attachments
from channels.itsp.bandwidth.credentials import api_login
from channels.itsp.base import Credentials
from channels.itsp.errors import Advice, ItspError
from channels.itsp.fetched_files import fetching, taken
from channels.itsp.texts import Media, MediaLimits, MediaRef
from pbx_messaging.outside import http

HOST = "messaging.bandwidth.com"
LIMITS = MediaLimits(
    most=10,
    most_bytes=3_500_000,
    picture_bytes=500_000,  # carriers take hardly more
    types=frozenset(
        {
            "image/jpeg",
            "image/png",
            "image/gif",
            "video/mp4",
            "video/3gpp",
            "audio/mp4",
            "audio/mpeg",
            "audio/amr",
            "application/pdf",
            "text/vcard",
            "text/calendar",
        }
    ),
    countries=frozenset({"US", "CA"}),
    fetched_within_h=1.0,
)
MOST = 20  # files of a text; Bandwidth takes ten
_URL = re.compile(r"[!-~]{1,2048}")
_PATH = re.compile(r"/api/v2/users/[0-9]+/media/[A-Za-z0-9._~%+-]+(/[A-Za-z0-9._~%+()-]+)*")
_LAYOUTS = re.compile(r"(\.smil?|/smil\.xml)$", re.IGNORECASE)


def refs_in(told: Any) -> tuple[MediaRef, ...]:
    """What a text's `media` names, without the layout (SMIL) that tells a phone where to show the files."""
    urls = [url for url in told if isinstance(url, str)] if isinstance(told, list) else []
    files = [url for url in urls if _URL.fullmatch(url) and not _LAYOUTS.search(url)]
    return tuple(MediaRef(url, types_map.get(splitext(url)[1].lower(), "")) for url in files[:MOST])


def fetch(url: str, credentials: Credentials, max_bytes: int) -> Media:
    """Raises `ItspError`."""
    address = _own(url)
    near = "bandwidth" in settings.ITSP_API_URLS  # a stand-in is on our own network
    with (
        fetching(),
        http.session(public_only=not near) as client,
        client.get(address, auth=api_login(credentials), stream=True, allow_redirects=False) as answer,
    ):
        return taken(answer, max_bytes)


def _own(url: str) -> str:
    """Bandwidth's own address of the file, or its stand-in's, which alone get the credentials.

    Only the path is taken of what was named, and only if it has the form of Bandwidth's.
    """
    try:
        parts = urlsplit(url)
    except ValueError as error:
        raise _foreign() from error
    is_own = (parts.scheme, parts.netloc) == ("https", HOST) and _PATH.fullmatch(parts.path)
    if not is_own or ".." in parts.path.split("/"):
        raise _foreign()
    return _base() + parts.path


def _base() -> str:
    return str(settings.ITSP_API_URLS.get("bandwidth") or f"https://{HOST}")


def _foreign() -> ItspError:
    return ItspError(Advice.FAIL, attachments.FOREIGN())
