"""Pictures and files at Twilio: what a text may carry, and how a contact's are fetched."""

from dataclasses import replace
from urllib.parse import urlsplit

import requests
from django.conf import settings
from django.utils.translation import gettext as _

from channels.itsp.base import Advice, Credentials, ItspError, Media, MediaLimits
from channels.itsp.twilio import tables
from channels.itsp.twilio.http import api_url

API_HOST = "api.twilio.com"
LIMITS = MediaLimits(
    most=10,
    most_bytes=5 * 1024 * 1024,
    types=frozenset(
        {
            "image/jpeg",
            "image/png",
            "image/gif",
            "image/webp",
            "image/heic",
            "video/mp4",
            "video/3gpp",
            "video/quicktime",
            "audio/mp4",
            "audio/mpeg",
            "audio/ogg",
            "audio/amr",
            "application/pdf",
            "text/vcard",
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
    """Raises `ItspError`."""
    if urlsplit(url).hostname not in {API_HOST, urlsplit(settings.TWILIO_API_URL).hostname}:
        raise ItspError(Advice.FAIL, _("The attachment does not lie at Twilio."))
    account = (credentials["account_sid"], credentials["auth_token"])
    try:
        with requests.Session() as http:
            http.trust_env = False
            return _download(http, api_url(url), account, max_bytes)
    except requests.RequestException as error:
        raise ItspError(Advice.RETRY, str(tables.NOT_REACHED)) from error


def _download(http: requests.Session, url: str, account: tuple[str, str] | None, max_bytes: int) -> Media:
    """Follows redirects by hand, and without the account's credentials."""
    for _hop in range(4):
        with http.get(url, auth=account, timeout=30, stream=True, allow_redirects=False) as answer:
            if answer.is_redirect:
                url, account = requests.compat.urljoin(url, answer.headers["Location"]), None
                if not (url.startswith("https://") or settings.TWILIO_API_URL):
                    raise ItspError(Advice.FAIL, _("The attachment's address is not secure."))
                continue
            if answer.status_code != 200:
                gone = answer.status_code in {403, 404, 410}
                raise ItspError(Advice.FAIL if gone else Advice.RETRY, _("The attachment is not there."))
            return Media(_capped(answer, max_bytes), answer.headers.get("Content-Type", ""))
    raise ItspError(Advice.FAIL, _("The attachment is redirected too often."))


def _capped(answer: requests.Response, max_bytes: int) -> bytes:
    content = bytearray()
    for chunk in answer.iter_content(64 * 1024):
        content += chunk
        if len(content) > max_bytes:
            raise ItspError(Advice.FAIL, _("The attachment is too large."))
    return bytes(content)
