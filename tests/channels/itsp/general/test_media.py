"""A contact's picture is fetched from wherever it lies; the key goes to the provider's own host only."""

from collections.abc import Iterator

import pytest
from pytest_django.fixtures import Settings

from channels.itsp import ITSPS
from channels.itsp.errors import Advice, ItspError
from tests.channels.itsp.general.conftest import KEY, Provider

GENERAL = ITSPS["general"]
MOST = 1000


@pytest.fixture
def elsewhere(settings: Settings, provider: Provider) -> Iterator[Provider]:
    """Another host, which is near as well."""
    one = Provider()
    yield one
    one.server.shutdown()
    one.server.server_close()


def refused(url: str, credentials: dict[str, str]) -> Advice:
    with pytest.raises(ItspError) as raised:
        GENERAL.fetch_media(url, credentials, MOST)
    return raised.value.advice


def test_file_on_the_providers_host_is_fetched_with_the_key(
    provider: Provider, credentials: dict[str, str]
) -> None:
    provider.says(200, b"PNG", Content_Type="image/png", Content_Disposition='attachment; filename="a.png"')
    media = GENERAL.fetch_media(f"{provider.url}/files/1", credentials, MOST)
    assert (media.content, media.content_type, media.name) == (b"PNG", "image/png", "a.png")
    assert provider.asked[0][2]["Authorization"] == f"Bearer {KEY}"


def test_key_does_not_follow_a_redirect_to_another_host(
    provider: Provider, elsewhere: Provider, credentials: dict[str, str], settings: Settings
) -> None:
    provider.says(302, b"", Location=f"{elsewhere.url}/cdn")
    settings.ITSP_API_URLS = {"general": provider.url}
    assert refused(f"{provider.url}/files/1", credentials) is Advice.FAIL  # it is near, and nobody named it
    assert elsewhere.asked == []
    settings.ITSP_API_URLS = {"general": elsewhere.url}
    elsewhere.says(200, b"PNG")
    assert GENERAL.fetch_media(f"{elsewhere.url}/cdn", credentials, MOST).content == b"PNG"
    assert "Authorization" not in elsewhere.asked[0][2]


@pytest.mark.parametrize(
    "url", ["http://media.example.com/1", "ftp://x.example/1", "https://u@x.example/1", "file:///etc/passwd"]
)
def test_other_addresses_are_not_called(credentials: dict[str, str], url: str) -> None:
    assert refused(url, credentials) is Advice.FAIL


@pytest.mark.parametrize("host", ["127.0.0.1", "10.0.0.7", "localhost", "169.254.169.254"])
def test_our_own_network_is_not_called(credentials: dict[str, str], host: str) -> None:
    assert refused(f"https://{host}/1", credentials) is Advice.FAIL


@pytest.mark.parametrize(
    ("status", "body", "advice"),
    [
        (404, b"", Advice.FAIL),
        (410, b"", Advice.FAIL),
        (500, b"", Advice.RETRY),
        (200, b"x" * (MOST + 1), Advice.FAIL),
    ],
)
def test_what_is_gone_or_too_large_is_said(
    provider: Provider, credentials: dict[str, str], status: int, body: bytes, advice: Advice
) -> None:
    provider.says(status, body)
    assert refused(f"{provider.url}/files/1", credentials) is advice


def test_redirects_without_end_end(provider: Provider, credentials: dict[str, str]) -> None:
    provider.says(302, b"", Location=f"{provider.url}/again")
    assert refused(f"{provider.url}/files/1", credentials) is Advice.FAIL
    assert len(provider.asked) == 4
