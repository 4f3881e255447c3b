"""A contact's pictures: fetched from Bandwidth's own address only, with the API user's password."""

import base64

import pytest
from pytest_django.fixtures import Settings

from channels.itsp import ITSPS
from channels.itsp.bandwidth import media
from channels.itsp.base import Credentials
from channels.itsp.errors import Advice, ItspError
from tests.channels.itsp.bandwidth.account import CONTACT, OURS, Receiver
from tests.servers import Simulator

BANDWIDTH = ITSPS["bandwidth"]
PATH = "/api/v2/users/9900902/media/14762070468292kw2fuqty55yp2b2/1/cat.png"
PICTURE = b"\x89PNG\r\n\x1a\n of a cat"


@pytest.fixture
def urls(simulator: Simulator, credentials: Credentials, receiver: Receiver) -> list[str]:
    """Of the files of a text that has come in."""
    file = {"content_type": "image/png", "data": base64.b64encode(PICTURE).decode()}
    file["disposition"] = 'attachment; filename="cat.png"'
    simulator.post("/control/inbound", {"from": CONTACT, "to": OURS, "body": "", "media": [file]})
    (event,) = receiver.wait_for(1)
    told: list[str] = event["message"]["media"]
    return told


def test_picture_is_fetched_and_the_layout_left_out(credentials: Credentials, urls: list[str]) -> None:
    assert len(urls) == 2
    (ref,) = media.refs_in(urls)
    assert ref.content_type == "image/png"
    fetched = BANDWIDTH.fetch_media(ref.url, credentials, 1000)
    assert (fetched.content, fetched.content_type, fetched.name) == (PICTURE, "image/png", "cat.png")


def test_picture_that_is_too_large_is_not_read_on(credentials: Credentials, urls: list[str]) -> None:
    with pytest.raises(ItspError) as error:
        BANDWIDTH.fetch_media(urls[1], credentials, len(PICTURE) - 1)
    assert error.value.advice is Advice.FAIL


@pytest.mark.parametrize(
    ("status", "advice"), [("404", Advice.FAIL), ("403", Advice.FAIL), ("503", Advice.RETRY)]
)
def test_picture_that_is_gone_is_not_asked_for_again(
    simulator: Simulator, credentials: Credentials, urls: list[str], status: str, advice: Advice
) -> None:
    simulator.post("/control/faults", {"kind": status, "on": "api"})
    with pytest.raises(ItspError) as error:
        BANDWIDTH.fetch_media(urls[1], credentials, 1000)
    assert error.value.advice is advice


@pytest.mark.parametrize(
    "url",
    [
        f"http://messaging.bandwidth.com{PATH}",
        f"https://messaging.bandwidth.com.example.com{PATH}",
        f"https://messaging.bandwidth.com@example.com{PATH}",
        f"https://user:pass@messaging.bandwidth.com{PATH}",
        f"https://messaging.bandwidth.com:8443{PATH}",
        f"https://example.com{PATH}",
        f"//messaging.bandwidth.com{PATH}",
        "https://messaging.bandwidth.com/api/v2/users/9900902/messages",
        "https://messaging.bandwidth.com/api/v2/users/9900902/media/../messages",
        "https://messaging.bandwidth.com/api/v2/users/9900902/media/a\\@example.com/b",
        "https://messaging.bandwidth.com/api/v2/users/9900902/media/a b",
        "https://[messaging.bandwidth.com/api",
        "",
    ],
)
def test_password_goes_to_no_other_place(url: str, settings: Settings) -> None:
    settings.ITSP_API_URLS = {}
    with pytest.raises(ItspError) as error:
        media._own(url)
    assert error.value.advice is Advice.FAIL


def test_only_the_path_is_taken_of_what_was_named(settings: Settings) -> None:
    settings.ITSP_API_URLS = {}
    named = f"https://messaging.bandwidth.com{PATH}?next=https://example.com/#x"
    assert media._own(named) == f"https://messaging.bandwidth.com{PATH}"
