"""What is sent compressed by ourselves, and what never is."""

from collections.abc import Callable

import pytest
import requests
from django.http import HttpResponse, StreamingHttpResponse
from django.test import Client, RequestFactory
from django.urls import resolve, reverse

from pbx_messaging.compression import CompressionMiddleware
from tests.factories import make_agent, make_road
from tests.product import Stack

GZIP = {"Accept-Encoding": "gzip, br"}
WORDS = "<p>Are you open today?</p>" * 100


def _sent(response: HttpResponse | StreamingHttpResponse, path: str = "/contacts/") -> str:
    """The encoding that a browser gets."""
    request = RequestFactory().get(path, headers=GZIP)
    request.resolver_match = resolve(path)
    answer = CompressionMiddleware(lambda _: response)(request)
    assert isinstance(answer, HttpResponse | StreamingHttpResponse)
    return answer.get("Content-Encoding", "")


@pytest.mark.parametrize(
    ("content_type", "encoding"),
    [
        ("text/html; charset=utf-8", "gzip"),
        ("application/json", "gzip"),
        ("application/problem+json", "gzip"),
        ("text/csv", "gzip"),
        ("image/jpeg", ""),
        ("application/pdf", ""),
    ],
)
def test_words_are_compressed(content_type: str, encoding: str) -> None:
    assert _sent(HttpResponse(WORDS, content_type=content_type)) == encoding


def test_streams_are_not_compressed() -> None:
    assert _sent(StreamingHttpResponse([WORDS], content_type="text/event-stream")) == ""
    assert _sent(StreamingHttpResponse([WORDS], content_type="text/csv")) == ""


@pytest.mark.django_db
def test_length_of_a_compressed_page_does_not_tell_what_is_in_it(admin_page: Client) -> None:
    lengths = {admin_page.get("/queues/", headers=GZIP)["Content-Length"] for _ in range(8)}
    assert len(lengths) > 1


@pytest.mark.django_db
def test_pages_with_secrets_are_sent_as_they_are(admin_page: Client) -> None:
    agent = make_agent("1001")
    channel = make_road(agent).channel
    paths = [
        reverse("channel-add"),
        reverse("channel-edit", args=[channel.pk]),
        reverse("channel-renew", args=[channel.pk]),
        reverse("channel-itsp") + "?itsp=twilio",
        reverse("profile-tokens"),
        reverse("user-tokens", args=[agent.user_id]),
        reverse("user-invitation", args=[agent.user_id]),
        reverse("mfa_index"),
    ]
    for path in paths:
        answer = admin_page.get(path, headers=GZIP)
        assert "Content-Encoding" not in answer, path
        assert "no-transform" in answer["Cache-Control"], path


@pytest.mark.processes
@pytest.mark.django_db(transaction=True)
def test_processes_compress_pages_and_serve_files_compressed_before(
    start_stack: Callable[..., Stack],
) -> None:
    url = start_stack(only=("web", "stream", "proxy")).url
    page = requests.get(f"{url}/login/", headers={"Accept-Encoding": "gzip"}, timeout=10)
    assert page.headers["Content-Encoding"] == "gzip"
    sheet = page.text.partition('rel="stylesheet" href="')[2].partition('"')[0]
    for encoding in ("gzip", "br"):
        answer = requests.get(f"{url}{sheet}", headers={"Accept-Encoding": encoding}, stream=True, timeout=10)
        assert (answer.headers["Content-Encoding"], answer.headers["Vary"]) == (encoding, "Accept-Encoding")
