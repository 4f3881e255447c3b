"""Pictures and files at Twilio: what a text may carry, and how a contact's are fetched."""

from dataclasses import replace

import requests
from django.conf import settings
from django.utils.translation import gettext as _

from channels.itsp.base import Advice, Credentials, ItspError, Media, MediaLimits
from channels.itsp.file_names import told_name
from channels.itsp.twilio import media_address, tables
from channels.itsp.twilio.credentials import texting_login
from channels.itsp.twilio.media_address import MediaAddress
from pbx_messaging.outside import http
from pbx_messaging.outside.deadline import within
from pbx_messaging.outside.sockets import ForbiddenAddress

LIMITS = MediaLimits(
    most=10,
    most_bytes=5 * 1024 * 1024,
    picture_bytes=600 * 1024,
    types=frozenset(
        {
            "image/jpeg",
            "image/png",
            "image/gif",
            "image/webp",
            "image/heic",
            "video/mp4",
            "video/3gpp",
            "video/3gpp2",
            "video/webm",
            "video/quicktime",
            "audio/mp4",
            "audio/mpeg",
            "audio/ogg",
            "audio/amr",
            "application/pdf",
            "text/vcard",
            "text/calendar",
        }
    ),
    countries=frozenset({"US", "CA", "AU"}),
    fetched_within_h=10.0,  # it keeps a text in its own queue for so long
)
_NUMBER_WITHOUT_MMS = {"21606"}  # of a text without pictures it says that the number is no good at all


def judged(error: ItspError) -> ItspError:
    """A refusal of a text with pictures: a number that can't send them still sends texts."""
    if error.code not in _NUMBER_WITHOUT_MMS:
        return error
    return replace(error, advice=Advice.FAIL, reason=_("This number can’t send pictures or files."))


def fetch(url: str, credentials: Credentials, max_bytes: int) -> Media:
    """Raises `ItspError`. It ends within `MEDIA_TOTAL_S`, however slowly the file comes."""
    address = media_address.first(url)
    try:
        with within(settings.MEDIA_TOTAL_S):
            return _download(address, texting_login(credentials), max_bytes)
    except ForbiddenAddress as error:
        raise ItspError(Advice.FAIL, _("The attachment's address leads into a private network.")) from error
    except (requests.RequestException, TimeoutError) as error:
        raise ItspError(Advice.RETRY, str(tables.NOT_REACHED)) from error


def _download(address: MediaAddress, login: tuple[str, str] | None, max_bytes: int) -> Media:
    """Follows redirects by hand, and without the account's credentials."""
    for _hop in range(4):
        near = address.of_itsp and bool(settings.TWILIO_API_URL)  # a stand-in is on our own network
        with (
            http.session(public_only=not near) as client,
            client.get(address.url, auth=login, stream=True, allow_redirects=False) as answer,
        ):
            if not answer.is_redirect:
                return _taken(answer, max_bytes)
            address, login = media_address.redirected(address.url, answer.headers["Location"]), None
    raise ItspError(Advice.FAIL, _("The attachment is redirected too often."))


def _taken(answer: requests.Response, max_bytes: int) -> Media:
    if answer.status_code != 200:
        gone = answer.status_code in {403, 404, 410}
        raise ItspError(Advice.FAIL if gone else Advice.RETRY, _("The attachment is not there."))
    name = told_name(answer.headers.get("Content-Disposition", ""))
    return Media(_capped(answer, max_bytes), answer.headers.get("Content-Type", ""), name)


def _capped(answer: requests.Response, max_bytes: int) -> bytes:
    content = bytearray()
    for chunk in answer.iter_content(64 * 1024):
        content += chunk
        if len(content) > max_bytes:
            raise ItspError(Advice.FAIL, _("The attachment is too large."))
    return bytes(content)
