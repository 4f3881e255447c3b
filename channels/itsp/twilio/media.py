"""Pictures and files at Twilio: what a text may carry, and how a contact's are fetched."""

from dataclasses import replace

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from channels.itsp.base import Credentials
from channels.itsp.errors import Advice, ItspError
from channels.itsp.fetched_files import fetching, redirected_too_often, taken
from channels.itsp.texts import Media, MediaLimits
from channels.itsp.twilio import media_address
from channels.itsp.twilio.credentials import texting_login
from channels.itsp.twilio.media_address import MediaAddress
from pbx_messaging.outside import http
from pbx_messaging.said import Kind

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
_NO_PICTURES = Kind("twilio-no-pictures", _("This number can’t send pictures or files."))
_NUMBER_WITHOUT_MMS = {"21606"}  # of a text without pictures it says that the number is no good at all


def judged(error: ItspError) -> ItspError:
    """A refusal of a text with pictures: a number that can't send them still sends texts."""
    if error.code not in _NUMBER_WITHOUT_MMS:
        return error
    return replace(error, advice=Advice.FAIL, reason=_NO_PICTURES())


def fetch(url: str, credentials: Credentials, max_bytes: int) -> Media:
    """Raises `ItspError`."""
    address = media_address.first(url)
    with fetching():
        return _download(address, texting_login(credentials), max_bytes)


def _download(address: MediaAddress, login: tuple[str, str] | None, max_bytes: int) -> Media:
    """Follows redirects by hand, and without the account's credentials."""
    for _hop in range(4):
        near = address.of_itsp and "twilio" in settings.ITSP_API_URLS  # a stand-in is on our own network
        with (
            http.session(public_only=not near) as client,
            client.get(address.url, auth=login, stream=True, allow_redirects=False) as answer,
        ):
            if not answer.is_redirect:
                return taken(answer, max_bytes)
            address, login = media_address.redirected(address.url, answer.headers["Location"]), None
    raise redirected_too_often()
