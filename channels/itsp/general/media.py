"""Pictures and files: what a text may carry, and how a contact's are fetched from wherever they lie."""

from urllib.parse import urljoin, urlsplit

from channels.itsp import attachments
from channels.itsp.base import Credentials
from channels.itsp.errors import Advice, ItspError
from channels.itsp.fetched_files import fetching, redirected_too_often, taken
from channels.itsp.general.addresses import is_near, may_be_called
from channels.itsp.general.credentials import authorization
from channels.itsp.general.shape import Shape
from channels.itsp.texts import Media, MediaLimits
from pbx_messaging.outside import http

LONGEST = 2048
HOPS_MOST = 3
LIMITS = MediaLimits(
    most=10,
    most_bytes=1024 * 1024,  # what carriers of all countries take
    picture_bytes=500_000,
    types=frozenset(
        {
            "image/jpeg",
            "image/png",
            "image/gif",
            "video/mp4",
            "video/3gpp",
            "audio/mpeg",
            "audio/amr",
            "application/pdf",
            "text/vcard",
        }
    ),
)


def fetch(url: str, credentials: Credentials, max_bytes: int) -> Media:
    """Raises `ItspError`."""
    with fetching():
        return _download(url, credentials, max_bytes)


def _download(url: str, credentials: Credentials, max_bytes: int) -> Media:
    """The key goes to the host that texts are sent to, and to no other."""
    for _hop in range(HOPS_MOST + 1):
        if not may_be_called(url):
            raise ItspError(Advice.FAIL, attachments.ODD())
        is_own = _origin(url) == _origin(str(credentials["send_url"]))
        headers = authorization(credentials, Shape.of(credentials)) if is_own else {}
        with (
            http.session(public_only=not is_near(url)) as client,
            client.get(url, headers=headers, stream=True, allow_redirects=False) as answer,
        ):
            if not answer.is_redirect:
                return taken(answer, max_bytes)
            url = urljoin(url, answer.headers["Location"])
    raise redirected_too_often()


def _origin(url: str) -> tuple[str, str]:
    parts = urlsplit(url)
    return parts.scheme, parts.netloc.lower()
