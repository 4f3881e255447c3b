"""Where an attachment may be fetched from, and who gets the account's credentials.

Decided from the parts that the HTTP library itself finds in an address, and the request goes to an address
that is made of these parts: no two readers can see different hosts in it.
"""

import re
from dataclasses import dataclass
from urllib.parse import urljoin

from django.conf import settings
from django.utils.translation import gettext_lazy as _
from urllib3.exceptions import LocationParseError
from urllib3.util import Url, parse_url

from channels.itsp import attachments
from channels.itsp.errors import Advice, ItspError
from channels.itsp.twilio.regions import is_api_host
from pbx_messaging.said import Kind

LONGEST = 2048
_FOREIGN = Kind("attachment-not-at-twilio", _("The attachment does not lie at Twilio."))
_PLAIN = re.compile(r"[A-Za-z0-9._~:/?#\[\]@!$&'()*+,;=%-]+")  # no backslash, no space, no other script
_DISGUISED = re.compile(r"[^/?#]*//[^/?#]*[@%]")  # a host behind user information, or in escapes
_NAME = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z](?:[a-z0-9-]*[a-z0-9])?")
_PORTS = {"https": 443, "http": 80}


@dataclass(frozen=True)
class MediaAddress:
    """`of_itsp`: it is the ITSP's API of some region, or its stand-in's, which alone gets the credentials."""

    url: str
    of_itsp: bool


def first(url: str) -> MediaAddress:
    """The address that a webhook named. Raises `ItspError` unless it is the ITSP's own."""
    host = _parts(url).host or ""
    if not is_api_host(host) and host != parse_url(settings.ITSP_API_URLS.get("twilio", "")).host:
        raise _foreign()
    address = _judged(url)
    if not address.of_itsp:
        raise _foreign()
    return address


def redirected(base: str, location: str) -> MediaAddress:
    """Where an answer points to. Raises `ItspError`. Whatever it is, it gets no credentials."""
    try:
        return _judged(urljoin(base, location) if _PLAIN.fullmatch(location) else location)
    except ValueError as error:
        raise _odd() from error


def _judged(url: str) -> MediaAddress:
    parts = _parts(url)
    known = settings.ITSP_API_URLS.get("twilio")
    stand_in = parse_url(known) if known else None
    if stand_in and _origin(parts) == _origin(stand_in):
        return MediaAddress(parts.url, of_itsp=True)
    if parts.scheme != "https":
        raise ItspError(Advice.FAIL, attachments.NOT_SECURE())
    host = parts.host or ""
    if not _NAME.fullmatch(host) or parts.port not in {None, 443}:
        raise _odd()
    if not is_api_host(host):
        return MediaAddress(parts.url, of_itsp=False)
    if stand_in:
        parts = parts._replace(scheme=stand_in.scheme, host=stand_in.host, port=stand_in.port)
    return MediaAddress(parts.url, of_itsp=True)


def _parts(url: str) -> Url:
    """As the HTTP library reads it, without its fragment."""
    if len(url) > LONGEST or not _PLAIN.fullmatch(url) or _DISGUISED.match(url):
        raise _odd()
    try:
        parts = parse_url(url)
    except LocationParseError as error:
        raise _odd() from error
    if parts.auth is not None or not parts.host:
        raise _odd()
    return parts._replace(fragment=None)


def _origin(parts: Url) -> tuple[str | None, str | None, int | None]:
    return parts.scheme, parts.host, parts.port or _PORTS.get(parts.scheme or "")


def _foreign() -> ItspError:
    return ItspError(Advice.FAIL, _FOREIGN())


def _odd() -> ItspError:
    return ItspError(Advice.FAIL, attachments.ODD())
