"""Where attachments are fetched from, and what the account's credentials are never sent to."""

import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import pytest

from channels.itsp.errors import Advice, ItspError
from channels.itsp.twilio import media, media_address
from tests.pbx_messaging.outside.hanging import at_most, hanging

pytestmark = pytest.mark.once

CREDENTIALS = {"account_sid": "AC" + "0" * 32, "auth_token": "secret"}
GOOD = "https://api.twilio.com/2010-04-01/Accounts/AC1/Messages/MM1/Media/ME1"
ODD = [
    "http://host\\@api.twilio.com/",
    "https://host\\@api.twilio.com/",
    "https://api.twilio.com\\.evil.example/",
    "https://user@api.twilio.com/",
    "https://user:password@api.twilio.com/",
    "https://api.twilio.com@evil.example/",
    "https://@api.twilio.com/",
    "https://evil.example\t@api.twilio.com/",
    "https://api.twilio.com\n/",
    "https://api.twi\tlio.com/",
    " https://api.twilio.com/",
    "https://api.twilio.com /",
    "https://api.twilio.com\u00a0/",
    "https://api.twilio.com\x00/",
    "https://api\u3002twilio\u3002com/",
    "https://api\uff0etwilio.com/",
    "https://\uff41pi.twilio.com/",
    "https://api.twilio.com./",
    "https://api.dublin.ie1.twilio.com.evil.example/",
    "https://api.dublin.ie1.evil.example/",
    "https://api.dublin.zz1.twilio.com/",
    "https://api.evil.dublin.ie1.twilio.com/",
    "https://api.dublin.ie1.twilio.com:8443/",
    "https://api-dublin.ie1.twilio.com/",
    "http://api.dublin.ie1.twilio.com/",
    "https://user@api.sydney.au1.twilio.com/",
    "https://api.twilio.com:8443/",
    "https://api.twilio.com:443x/",
    "https://api.twilio.com:99999/",
    "http://api.twilio.com/",
    "ftp://api.twilio.com/",
    "file:///etc/passwd",
    "//api.twilio.com/",
    "api.twilio.com/",
    "https:///api.twilio.com/",
    "https:api.twilio.com/",
    "https://api.twilio.com.evil.example/",
    "https://evil-api.twilio.com.example/",
    "https://xapi.twilio.com/",
    "https://evil.example/https://api.twilio.com/",
    "https://evil.example/?https://api.twilio.com/",
    "https://evil.example#@api.twilio.com/",
    "https://evil.example/#https://api.twilio.com/",
    "https://[::1]/",
    "https://[::ffff:127.0.0.1]/",
    "https://[fe80::1%25eth0]/",
    "https://[::1",
    "https://[",
    "https://127.0.0.1/",
    "https://2130706433/",
    "https://0x7f000001/",
    "https://0177.0.0.1/",
    "https://127.1/",
    "https://localhost/",
    "https://%61pi.twilio.com/",
    "",
    "https://",
    "https://api.twilio.com/" + "x" * 3000,
]
MAY_BE_A_REDIRECT = {  # plain names elsewhere, and what is relative to where it stands
    "//api.twilio.com/",
    "api.twilio.com/",
    "https:///api.twilio.com/",
    "https:api.twilio.com/",
    "",
    "https://",
    "https://api.twilio.com.evil.example/",
    "https://evil-api.twilio.com.example/",
    "https://xapi.twilio.com/",
    "https://evil.example/https://api.twilio.com/",
    "https://evil.example/?https://api.twilio.com/",
    "https://evil.example#@api.twilio.com/",
    "https://evil.example/#https://api.twilio.com/",
    "https://api.dublin.ie1.twilio.com.evil.example/",
    "https://api.dublin.ie1.evil.example/",
    "https://api.dublin.zz1.twilio.com/",
    "https://api.evil.dublin.ie1.twilio.com/",
    "https://api-dublin.ie1.twilio.com/",
}
REGIONAL = ["api.dublin.ie1", "api.sydney.au1", "api.us1", "api.ashburn.us1", "api.sao-paulo.us1", "api.ie1"]
PLAIN = [
    "https://API.Twilio.COM/2010-04-01",
    "HTTPS://api.twilio.com/2010-04-01",
    "https://api.twilio.com:443/2010-04-01",
]


@pytest.mark.parametrize("url", ODD)
def test_odd_address_is_refused_and_never_asked(url: str) -> None:
    with pytest.raises(ItspError) as refused:
        media_address.first(url)
    assert refused.value.advice is Advice.FAIL


@pytest.mark.parametrize("url", [GOOD, *PLAIN])
def test_itsps_own_address_gets_the_credentials(url: str) -> None:
    address = media_address.first(url)
    assert address.of_itsp
    assert address.url.startswith("https://api.twilio.com")


@pytest.mark.parametrize("host", REGIONAL)
def test_address_in_a_region_gets_the_credentials_too(host: str, settings: Any) -> None:
    url = GOOD.replace("api", host, 1)
    assert media_address.first(url) == media_address.MediaAddress(url, of_itsp=True)
    settings.ITSP_API_URLS = {"twilio": "http://127.0.0.1:8081"}
    assert media_address.first(url).url == GOOD.replace("https://api.twilio.com", "http://127.0.0.1:8081")


@pytest.mark.parametrize("url", [url for url in ODD if url not in MAY_BE_A_REDIRECT])
def test_odd_address_is_refused_in_a_redirect_as_well(url: str) -> None:
    with pytest.raises(ItspError):
        media_address.redirected(GOOD, url)


@pytest.mark.parametrize(
    "location", ["https://cdn.example/file", "//cdn.example/file", "https://api.twilio.com.evil.example/"]
)
def test_redirect_may_lead_elsewhere(location: str) -> None:
    assert not media_address.redirected(GOOD, location).of_itsp


def test_stand_in_answers_in_the_itsps_place(settings: Any) -> None:
    settings.ITSP_API_URLS = {"twilio": "http://127.0.0.1:8081"}
    address = media_address.first(GOOD)
    assert (address.url, address.of_itsp) == (
        GOOD.replace("https://api.twilio.com", "http://127.0.0.1:8081"),
        True,
    )
    assert media_address.first("http://127.0.0.1:8081/x").of_itsp
    for other in ("http://127.0.0.1:8082/x", "https://127.0.0.1:8081/x", "http://127.0.0.2:8081/x"):
        with pytest.raises(ItspError):
            media_address.first(other)


Answer = Callable[[BaseHTTPRequestHandler], None]


@contextmanager
def server(answer: Answer) -> Iterator[tuple[str, list[dict[str, str]]]]:
    """A stand-in that answers so. Yields its address, and the headers of what it was asked."""
    asked: list[dict[str, str]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(dict(self.headers))
            answer(self)

        def log_message(self, *_arguments: Any) -> None:
            pass

    listening = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=listening.serve_forever, args=(0.05,))
    thread.start()
    try:
        yield f"http://127.0.0.1:{listening.server_address[1]}", asked
    finally:
        listening.shutdown()
        thread.join()
        listening.server_close()


def redirect_to(location: str) -> Answer:
    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(307)
        handler.send_header("Location", location)
        handler.send_header("Content-Length", "0")
        handler.end_headers()

    return answer


def file_after_redirect(handler: BaseHTTPRequestHandler) -> None:
    if handler.path != "/file":
        redirect_to("/file")(handler)
        return
    handler.send_response(200)
    handler.send_header("Content-Length", "3")
    handler.end_headers()
    handler.wfile.write(b"PNG")


def test_redirect_gets_no_credentials(settings: Any) -> None:
    with server(file_after_redirect) as (url, asked):
        settings.ITSP_API_URLS = {"twilio": url}
        assert media.fetch(GOOD, CREDENTIALS, 10).content == b"PNG"
    assert ["Authorization" in headers for headers in asked] == [True, False]


@pytest.mark.parametrize("name", ["media.example", "localhost.example"])
def test_redirect_to_a_name_of_our_own_network_is_refused(
    settings: Any, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """The name is judged by the address that is connected to, at that moment."""
    real = socket.getaddrinfo

    def resolve(host: str, *more: Any) -> Any:
        return real("127.0.0.1" if host == name else host, *more)

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    with server(redirect_to(f"https://{name}/file")) as (url, _asked):
        settings.ITSP_API_URLS = {"twilio": url}
        with pytest.raises(ItspError) as refused:
            media.fetch(GOOD, CREDENTIALS, 10)
    assert (refused.value.advice, refused.value.reason) == (
        Advice.FAIL,
        "The attachment's address leads into a private network.",
    )


@pytest.mark.parametrize(
    "location", ["http://127.0.0.1:9/", "https://127.0.0.1/", "http://evil.example/", "\\\\x"]
)
def test_redirect_to_what_is_not_safe_is_refused(settings: Any, location: str) -> None:
    with server(redirect_to(location)) as (url, _asked):
        settings.ITSP_API_URLS = {"twilio": url}
        with pytest.raises(ItspError) as refused:
            media.fetch(GOOD, CREDENTIALS, 10)
    assert refused.value.advice is Advice.FAIL


@pytest.mark.parametrize(
    "drip", [b"", b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nx"], ids=["hangs", "drips"]
)
def test_media_server_that_hangs_or_drips_is_left_in_time(settings: Any, drip: bytes) -> None:
    settings.MEDIA_TOTAL_S = 0.8
    with hanging(drip) as outsider, at_most(3):
        settings.ITSP_API_URLS = {"twilio": outsider.url}
        with pytest.raises(ItspError) as error:
            media.fetch(GOOD, CREDENTIALS, 10_000)
    assert error.value.advice is Advice.RETRY
