"""Contacts' files at Telnyx: where they may be fetched from, and that it ends."""

import base64
from collections.abc import Callable

import pytest
from pytest_django.fixtures import Settings

from channels.itsp import ITSPS
from channels.itsp.errors import Advice, ItspError
from channels.itsp.telnyx import media
from tests.pbx_messaging.outside.hanging import at_most, hanging
from tests.servers import Simulator
from tests.telnyx_account import CONTACT, CREDENTIALS, OUR_NUMBER, PROFILE_ID

pytestmark = pytest.mark.once

TELNYX = ITSPS["telnyx"]
PNG = b"\x89PNG\r\n\x1a\n" + b"x" * 500
MOST = 10_000


@pytest.fixture
def received(simulator: Simulator) -> Callable[..., str]:
    """The address of a file that a contact sent."""
    number = {"address": OUR_NUMBER, "itsp": "telnyx", "belongs_to": PROFILE_ID, "mms": True}
    simulator.post("/control/numbers", number)
    simulator.post("/control/telnyx", {"profile": {"id": PROFILE_ID, "webhook_url": "http://127.0.0.1:9/"}})

    def run(content: bytes = PNG, **picture: str) -> str:
        sent = {"content_type": "image/png", "data": base64.b64encode(content).decode(), **picture}
        text = {"from": CONTACT, "to": OUR_NUMBER, "body": "Look", "media": [sent]}
        told = simulator.post("/control/inbound", text)
        return str(told["params"]["data"]["payload"]["media"][0]["url"])

    return run


def refusal(url: str, most: int = MOST) -> ItspError:
    with pytest.raises(ItspError) as caught:
        TELNYX.fetch_media(url, CREDENTIALS, most)
    return caught.value


def test_file_is_fetched_with_its_type_and_name(received: Callable[..., str]) -> None:
    found = TELNYX.fetch_media(received(disposition='inline; filename="cat.png"'), CREDENTIALS, MOST)
    assert (found.content, found.content_type, found.name) == (PNG, "image/png", "cat.png")


def test_file_that_is_too_large_can_never_be_had(received: Callable[..., str]) -> None:
    error = refusal(received(b"x" * (MOST + 1)))
    assert (error.advice, error.reason) == (Advice.FAIL, "The attachment is too large.")


def test_file_that_is_gone_can_never_be_had(received: Callable[..., str]) -> None:
    error = refusal(f"{received()}x")
    assert (error.advice, error.reason) == (Advice.FAIL, "The attachment is not there.")


@pytest.mark.parametrize(
    "url",
    [
        "http://media.telnyx.com/a",
        "ftp://media.telnyx.com/a",
        "file:///etc/passwd",
        "//media.telnyx.com/a",
        "media.telnyx.com/a",
        "",
        "https://user@media.telnyx.com/a",
        "https://user:password@media.telnyx.com/a",
        "https://evil.example\\@media.telnyx.com/a",
        "https://media.telnyx.com:8443/a",
        "https://127.0.0.1/a",
        "https://[::1]/a",
        "https://2130706433/a",
        "https://localhost/a",
        "https://media。telnyx。com/a",
        "https://media.telnyx.com/\n",
        "https://media.telnyx.com/" + "a" * 3000,
    ],
)
def test_odd_address_is_never_asked(url: str) -> None:
    assert refusal(url).advice is Advice.FAIL


@pytest.mark.parametrize(
    "url", ["https://media.telnyx.com/a?b=c", "https://s3.us-east-1.example.com/x/y.png"]
)
def test_public_address_by_https_may_be_asked(url: str) -> None:
    assert media.checked(url).url == url


def test_name_that_leads_into_our_own_network_is_not_followed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("socket.getaddrinfo", lambda *_a, **_k: [(2, 1, 6, "", ("10.0.0.5", 443))])
    error = refusal("https://media.telnyx.com/a")
    assert (error.advice, "private network" in error.reason) == (Advice.FAIL, True)


def test_server_that_drips_is_left_in_time_and_asked_again(settings: Settings) -> None:
    settings.MEDIA_TOTAL_S = 0.8
    with hanging(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nx") as outsider, at_most(2.5):
        settings.ITSP_API_URLS = {"telnyx": f"{outsider.url}/telnyx"}
        assert refusal(f"{outsider.url}/file").advice is Advice.RETRY
