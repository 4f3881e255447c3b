"""Pictures and files at Telnyx: what a text may carry, and how a contact's are fetched."""

import re
from urllib.parse import urljoin

from django.conf import settings
from urllib3.exceptions import LocationParseError
from urllib3.util import Url, parse_url

from channels.itsp import attachments
from channels.itsp.errors import Advice, ItspError
from channels.itsp.fetched_files import fetching, redirected_too_often, taken
from channels.itsp.texts import Media, MediaLimits
from pbx_messaging.outside import http

LIMITS = MediaLimits(
    most=10,
    most_bytes=1_000_000,
    picture_bytes=600 * 1024,
    types=frozenset(
        {
            *("image/jpeg", "image/png", "image/gif", "image/bmp", "image/tiff", "image/webp"),
            *("video/mp4", "video/3gpp", "video/quicktime"),
            *("audio/mpeg", "audio/wav", "audio/amr", "audio/ogg"),
            *("application/pdf", "text/vcard", "text/calendar"),
        }
    ),
    countries=frozenset({"US", "CA"}),
    fetched_within_h=4.0,  # it keeps a text in its own queue for so long
)
LONGEST_URL = 2048
HOPS = 4
_PLAIN = re.compile(r"[A-Za-z0-9._~:/?#\[\]@!$&'()*+,;=%-]+")  # no backslash, no space, no other script
_DISGUISED = re.compile(r"[^/?#]*//[^/?#]*[@%]")  # a host behind user information, or in escapes
_NAME = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z](?:[a-z0-9-]*[a-z0-9])?")


def fetch(url: str, max_bytes: int) -> Media:
    """Without credentials, which no server of attachments wants. Raises `ItspError`.

    The host is any on the public internet: Telnyx signs the address, and does not say where its files lie.
    """
    with fetching():
        return _download(url, max_bytes)


def _download(url: str, max_bytes: int) -> Media:
    for _hop in range(HOPS):
        parts = checked(url)
        with (
            http.session(public_only=not _is_stand_in(parts)) as client,
            client.get(parts.url, stream=True, allow_redirects=False) as answer,
        ):
            if not answer.is_redirect:
                return taken(answer, max_bytes)
            url = urljoin(parts.url, answer.headers["Location"])
    raise redirected_too_often()


def checked(url: str) -> Url:
    """The parts by which it is fetched, so that no two readers see different hosts in it."""
    if len(url) > LONGEST_URL or not _PLAIN.fullmatch(url) or _DISGUISED.match(url):
        raise _odd()
    try:
        parts = parse_url(url)._replace(fragment=None)
    except LocationParseError as error:
        raise _odd() from error
    if _is_stand_in(parts):
        return parts
    if parts.scheme != "https":
        raise ItspError(Advice.FAIL, attachments.NOT_SECURE())
    if parts.auth is not None or not _NAME.fullmatch(parts.host or "") or parts.port not in {None, 443}:
        raise _odd()
    return parts


def _is_stand_in(parts: Url) -> bool:
    """It is on our own network, and has no TLS."""
    if not (known := settings.ITSP_API_URLS.get("telnyx")):
        return False
    stand_in = parse_url(known)
    return (parts.scheme, parts.host, parts.port) == (stand_in.scheme, stand_in.host, stand_in.port)


def _odd() -> ItspError:
    return ItspError(Advice.FAIL, attachments.ODD())
