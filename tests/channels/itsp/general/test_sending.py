"""What a provider is sent, and what each of its answers means."""

import socket
import threading
from typing import Any

import pytest
from pytest_django.fixtures import Settings

from channels.itsp import ITSPS
from channels.itsp.errors import Advice, ItspError
from channels.itsp.texts import Accepted
from tests.channels.itsp.general.conftest import KEY, Provider, sms

GENERAL = ITSPS["general"]


def send(credentials: dict[str, str], **changes: Any) -> Accepted:
    return GENERAL.sender(credentials).send(sms(**changes), lambda: None)


def refused(credentials: dict[str, str]) -> ItspError:
    with pytest.raises(ItspError) as raised:
        send(credentials)
    return raised.value


def test_text_is_posted_in_the_documented_form(provider: Provider, credentials: dict[str, str]) -> None:
    assert send(credentials).itsp_message_id == "m-1"
    ((method, path, headers, body),) = provider.asked
    assert (method, path) == ("POST", "/send")
    assert (headers["Authorization"], headers["Content-Type"]) == (f"Bearer {KEY}", "application/json")
    assert body == {
        "from": "+14155550100",
        "to": "+447700900123",
        "text": "Grüße 😀",
        "reference": "a-42",
    }


def test_names_and_places_are_the_providers(provider: Provider, credentials: dict[str, str]) -> None:
    provider.says(201, {"messages": [{"uid": 9007}]})
    theirs = {
        "auth_header": "X-Token",
        "auth_format": "App {key}",
        "sent_from": "message.src",
        "sent_to": "message.dst",
        "sent_text": "message.body",
        "sent_media": "files",
        "sent_reference": "custom",
        "answer_id": "messages.0.uid",
    }
    assert send(credentials | theirs, media_urls=("https://x.example/1",)).itsp_message_id == "9007"
    ((_method, _path, headers, body),) = provider.asked
    assert (headers["X-Token"], "Authorization" in headers) == (f"App {KEY}", False)
    assert body == {
        "message": {"src": "+14155550100", "dst": "+447700900123", "body": "Grüße 😀"},
        "files": ["https://x.example/1"],
        "custom": "a-42",
    }


@pytest.mark.parametrize(
    ("status", "advice"),
    [
        (302, Advice.STOP),
        (400, Advice.FAIL),
        (401, Advice.STOP),
        (403, Advice.STOP),
        (404, Advice.FAIL),
        (408, Advice.UNKNOWN),
        (422, Advice.FAIL),
        (429, Advice.SLOW_DOWN),
        (500, Advice.UNKNOWN),
        (503, Advice.UNKNOWN),
    ],
)
def test_status_says_what_became_of_the_text(
    provider: Provider, credentials: dict[str, str], status: int, advice: Advice
) -> None:
    provider.says(status, {})
    error = refused(credentials)
    assert (error.advice, error.code) == (advice, str(status))


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"error": {"code": "no_credit"}}, "no_credit"),
        ({"code": 4711}, "4711"),
        ({"error": "blocked"}, "blocked"),
        ({"error": "This is a sentence, and no code."}, "400"),
        (b"<html>", "400"),
        ([1], "400"),
        (b"[" * 100_000, "400"),
    ],
)
def test_code_is_the_providers_own_where_it_has_one(
    provider: Provider, credentials: dict[str, str], body: Any, code: str
) -> None:
    provider.says(400, body)
    assert refused(credentials).code == code


@pytest.mark.parametrize(("told", "wait_s"), [("7", 7.0), ("", None), ("soon", None)])
def test_too_fast_says_how_long_to_wait(
    provider: Provider, credentials: dict[str, str], told: str, wait_s: float | None
) -> None:
    provider.says(429, {}, **({"Retry_After": told} if told else {}))
    assert refused(credentials).retry_after_s == wait_s


@pytest.mark.parametrize(
    "answer",
    [{"id": "m"}, {"data": {"id": ""}}, {"data": {"id": "x" * 65}}, {"data": {"id": True}}, b"OK", []],
)
def test_an_answer_without_an_id_is_no_clear_answer(
    provider: Provider, credentials: dict[str, str], answer: Any
) -> None:
    provider.says(200, answer)
    assert refused(credentials).advice is Advice.UNKNOWN


def test_a_provider_that_is_away_has_got_nothing(settings: Settings, credentials: dict[str, str]) -> None:
    settings.ITSP_API_URLS = {"general": "http://127.0.0.1:9"}
    assert refused(credentials | {"send_url": "http://127.0.0.1:9/send"}).advice is Advice.RETRY


def test_a_provider_that_never_answers_costs_no_more_than_the_limit(
    settings: Settings, credentials: dict[str, str]
) -> None:
    settings.ITSP_TIMEOUT_S = 0.3
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}"
        threading.Thread(target=lambda: silent.accept()[0].recv(1), daemon=True).start()
        settings.ITSP_API_URLS = {"general": url}
        assert refused(credentials | {"send_url": f"{url}/send"}).advice is Advice.UNKNOWN


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "10.0.0.7", "169.254.169.254", "[::1]"])
def test_an_address_on_our_own_network_is_not_called(
    settings: Settings, credentials: dict[str, str], host: str
) -> None:
    settings.ITSP_API_URLS = {}
    assert refused(credentials | {"send_url": f"https://{host}/send"}).advice is Advice.STOP


def test_slot_is_waited_for_before_the_provider_is_called(
    provider: Provider, credentials: dict[str, str]
) -> None:
    asked: list[int] = []
    GENERAL.sender(credentials).send(sms(), lambda: asked.append(len(provider.asked)))
    assert asked == [0]


@pytest.mark.parametrize(
    ("status", "field"), [(200, None), (204, None), (401, "api_key"), (403, "api_key"), (500, ""), (302, "")]
)
def test_verification_url_tells_whether_the_key_is_right(
    provider: Provider, credentials: dict[str, str], status: int, field: str | None
) -> None:
    provider.says(status, {})
    asked = credentials | {"verify_url": f"{provider.url}/verify"}
    if field is None:
        GENERAL.check_credentials(asked)
    else:
        with pytest.raises(ItspError) as raised:
            GENERAL.check_credentials(asked)
        assert raised.value.field == field
    assert [(method, path) for method, path, *_ in provider.asked] == [("GET", "/verify")]


def test_without_a_verification_url_nobody_is_asked(provider: Provider, credentials: dict[str, str]) -> None:
    GENERAL.check_credentials(credentials)
    assert provider.asked == []


def test_stand_in_takes_the_place_of_every_provider(
    provider: Provider, credentials: dict[str, str], settings: Settings
) -> None:
    settings.ITSP_API_URLS = {"general": f"{provider.url}/played"}
    send(credentials | {"send_url": "https://api.example.com/v3/sms?x=1"})
    assert [path for _method, path, *_ in provider.asked] == ["/played/v3/sms?x=1"]
