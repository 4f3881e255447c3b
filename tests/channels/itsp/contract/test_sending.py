"""A try to send: made once, and what is known afterwards of whether the text went."""

import time
from dataclasses import replace

import pytest
from pytest_django.fixtures import Settings

from channels.itsp.errors import Advice, ItspError
from channels.itsp.texts import Accepted
from pbx_messaging.processes.ports import free_port
from pbx_messaging.said import code_of
from tests.channels.itsp.contract.api import Api, Silence
from tests.channels.itsp.contract.kit import Kit, Reply
from tests.channels.itsp.contract.test_errors import SMS, nothing, refusal_of

WAITS_S = 1.0  # `ITSP_TIMEOUT_S` here
SAYS_NOTHING = {
    "nothing": b"",
    "a page": b"<html>proxy</html>",
    "half": b'{"id": "',
    "null": b"null",
    "a list": b"[]",
    "an object": b"{}",
    "numbers": b'{"data": 1, "id": 7, "sid": null}',
    "no text": b"\xff\xfe",
}


def send(kit: Kit, *, pictures: int = 0) -> Accepted:
    urls = tuple(f"https://pbx.example.com/m/{number}/" for number in range(pictures))
    return kit.itsp.sender(kit.credentials).send(replace(SMS, media_urls=urls), nothing)


def test_accepted_text_has_the_itsps_id(kit: Kit, api: Api) -> None:
    api.reply = kit.accepted(7)
    assert send(kit).itsp_message_id == kit.id_of(7)
    assert api.asked == ["POST"]


def test_pictures_go_with_a_text_as_far_as_the_itsp_takes_them(kit: Kit, api: Api) -> None:
    api.reply = kit.accepted(7)
    assert send(kit, pictures=kit.itsp.media_limits.most).itsp_message_id == kit.id_of(7)


def test_slot_is_waited_for_once_directly_before_the_call(kit: Kit, api: Api) -> None:
    api.reply, before = kit.accepted(7), []
    kit.itsp.sender(kit.credentials).send(SMS, lambda: before.append(len(api.asked)))
    assert (before, api.asked) == ([0], ["POST"])


def test_without_a_slot_nothing_is_sent(kit: Kit, api: Api) -> None:
    class NoSlot(Exception):
        pass

    def refuse() -> None:
        raise NoSlot

    with pytest.raises(NoSlot):
        kit.itsp.sender(kit.credentials).send(SMS, refuse)
    assert api.asked == []


@pytest.mark.parametrize("silence", Silence, ids=lambda one: one.name)
def test_lost_answer_leaves_open_whether_the_text_went(kit: Kit, api: Api, silence: Silence) -> None:
    api.reply, began = silence, time.monotonic()
    found = refusal_of(lambda: send(kit))
    assert (found.advice, code_of(found.reason)) == (Advice.UNKNOWN, "no-clear-answer")
    assert api.asked == ["POST"]
    assert time.monotonic() - began < WAITS_S + 1


@pytest.mark.parametrize("body", SAYS_NOTHING.values(), ids=SAYS_NOTHING)
@pytest.mark.parametrize("status", [200, 201, 202])
def test_success_that_says_nothing_leaves_it_open(kit: Kit, api: Api, status: int, body: bytes) -> None:
    api.reply = Reply(status, body, {"Content-Type": "application/json"})
    assert refusal_of(lambda: send(kit)).advice is Advice.UNKNOWN


@pytest.mark.parametrize("status", [500, 502, 503, 504])
@pytest.mark.parametrize("body", [b"", b"<html>", b"{}"])
def test_servers_own_error_means_what_the_itsp_says_of_it(
    kit: Kit, api: Api, status: int, body: bytes
) -> None:
    api.reply = Reply(status, body)
    found = refusal_of(lambda: send(kit))
    assert found.advice is kit.server_error
    if found.advice is Advice.UNKNOWN:
        assert code_of(found.reason) == "no-clear-answer"


def test_itsp_out_of_reach_was_sent_nothing(kit: Kit, settings: Settings) -> None:
    settings.ITSP_API_URLS = {kit.itsp.code: f"http://127.0.0.1:{free_port()}"}
    settings.ITSP_TIMEOUT_S = WAITS_S
    found = refusal_of(lambda: send(kit))
    assert (found.advice, code_of(found.reason)) == (Advice.RETRY, "not-reached")


@pytest.mark.parametrize("wait_s", [None, 1.0, 7.0, 90.0])
def test_itsp_that_is_asked_too_much_says_how_long_to_wait(kit: Kit, api: Api, wait_s: float | None) -> None:
    api.reply = kit.throttled(wait_s)
    found = refusal_of(lambda: send(kit))
    assert found.advice in {Advice.RETRY, Advice.SLOW_DOWN}
    assert found.retry_after_s == wait_s
    assert api.asked == ["POST"]


def test_wrong_credentials_stop_the_channel_and_are_an_error_of_the_form(kit: Kit, api: Api) -> None:
    api.reply = kit.wrong_credentials()
    assert refusal_of(lambda: send(kit)).advice is Advice.STOP
    found = refusal_of(lambda: kit.itsp.check_credentials(kit.credentials))
    assert found.advice is Advice.STOP
    assert found.field in kit.itsp.credentials_form().fields
    assert code_of(found.reason)


@pytest.mark.parametrize("silence", [Silence.NEVER, Silence.TRICKLES], ids=lambda one: one.name)
@pytest.mark.long
def test_check_of_credentials_has_an_end(kit: Kit, api: Api, silence: Silence) -> None:
    api.reply, began = silence, time.monotonic()
    found = refusal_of(lambda: kit.itsp.check_credentials(kit.credentials))
    assert found.advice in {Advice.UNKNOWN, Advice.RETRY}
    assert time.monotonic() - began < WAITS_S + 1


def test_attachment_that_lies_elsewhere_is_refused(kit: Kit) -> None:
    for url in ("https://127.0.0.1/secret", "http://169.254.169.254/latest", "file:///etc/passwd", "", "x"):
        with pytest.raises(ItspError) as raised:
            kit.itsp.fetch_media(url, kit.credentials, 1000)
        assert raised.value.advice in {Advice.FAIL, Advice.RETRY}
