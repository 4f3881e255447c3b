"""The webhook as the ASGI server calls it, before Django: bounded, in batches, on a thread of its own."""

import asyncio
from collections.abc import Coroutine, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar
from urllib.parse import unquote, urlencode

import pytest
from django.conf import settings as django_settings
from django.db import connections
from pytest_django.fixtures import Settings
from twilio.request_validator import RequestValidator

from pbx_messaging.asgi import application
from pbx_messaging.said import Kind
from sessions.models import Message, MessagingSession
from sessions.receiving import answers, reasons, webhook
from sessions.receiving.batches import Batcher
from tests.factories import AUTH_TOKEN, Road
from tests.sessions.conftest import inbound_fields, sid_of
from tests.sessions.receiving.test_webhook import TWIML, give_time, journal
from tests.sessions.receiving.test_written_address import WRITINGS

pytestmark = pytest.mark.django_db(transaction=True)

Answer = tuple[int, bytes]
Result = TypeVar("Result")
GONE = (0, b"")
REFUSED = b"Only POST is answered here."


@pytest.fixture(autouse=True)
def own_thread(monkeypatch: pytest.MonkeyPatch, settings: Settings) -> Iterable[None]:
    """Threads of this test, whose connections are closed at its end; a busy machine is given time."""
    give_time(monkeypatch, settings)
    take_in: Batcher[Any, Any] = Batcher(answers.take_in, name="intake", most=webhook.BATCH)
    monkeypatch.setattr(webhook, "_take_in", take_in)
    yield
    end_thread(take_in)


def end_thread(take_in: Batcher[Any, Any]) -> None:
    """Closes the connections of its thread."""

    def closed(arrivals: Any) -> Any:
        connections.close_all()
        return arrivals

    take_in._work = closed
    in_a_loop_of_its_own(take_in(None))


async def post(
    path: str,
    chunks: Iterable[bytes | None],
    signature: str = "",
    *,
    method: str = "POST",
    query: str = "",
    pause_s: float = 0,
    headers: Mapping[str, str] | None = None,
) -> Answer:
    """Posts a body in pieces; None among them: the caller hangs up."""
    pieces = iter(chunks)
    sent: list[Mapping[str, Any]] = []

    async def receive() -> Mapping[str, Any]:
        await asyncio.sleep(pause_s)
        piece = next(pieces, b"")
        if piece is None:
            return {"type": "http.disconnect"}
        return {"type": "http.request", "body": piece, "more_body": piece != b""}

    async def send(message: Mapping[str, Any]) -> None:
        sent.append(message)

    told = {"x-twilio-signature": signature, "transfer-encoding": "chunked", **(headers or {})}
    scope = {
        "type": "http",
        "method": method,
        "path": unquote(path),
        "raw_path": path.encode(),
        "query_string": query.encode(),
        "headers": [(name.encode(), value.encode()) for name, value in told.items()],
    }
    await application(scope, receive, send)
    return (sent[0]["status"], sent[1]["body"]) if sent else GONE


async def text(road: Road, number: int, body: str = "Hello", path: str = "") -> Answer:
    path = path or road.path
    fields = inbound_fields(sid_of(number), body)
    signature = RequestValidator(AUTH_TOKEN).compute_signature(django_settings.PUBLIC_URL + path, fields)
    encoded = urlencode(fields).encode()
    return await post(path, [encoded[:50], encoded[50:]], signature)


def in_a_loop_of_its_own(work: Coroutine[Any, Any, Result]) -> Result:
    """In a thread: the browser's tests leave a loop behind that runs in this one."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, work).result()


def together(*posts: Any) -> list[Answer]:
    async def run() -> list[Answer]:
        return [*await asyncio.gather(*posts)]

    return in_a_loop_of_its_own(run())


def test_text_in_pieces_is_stored_and_answered(road: Road) -> None:
    assert together(text(road, 1, "In two pieces")) == [(200, TWIML)]
    assert [message.body for message in Message.objects.all()] == ["In two pieces"]
    assert journal() == [("processed", "")]


def test_address_without_its_last_slash_is_the_same(road: Road) -> None:
    assert together(text(road, 1, path=road.path.removesuffix("/"))) == [(200, TWIML)]


@pytest.mark.parametrize(("path", "mistakes"), WRITINGS)
def test_address_is_read_however_it_is_written(road: Road, path: str, mistakes: list[Kind]) -> None:
    assert together(text(road, 1, path=path.replace("TOKEN", road.token))) == [(200, TWIML)]
    assert journal() == [("processed", reasons.odd(mistakes))]


def test_text_by_get_is_taken_in_and_one_without_a_query_refused(road: Road) -> None:
    query = urlencode(inbound_fields(sid_of(1), "By GET"))
    url = f"{django_settings.PUBLIC_URL}{road.path}?{query}"
    signature = RequestValidator(AUTH_TOKEN).compute_signature(url, {})
    get = post(road.path, [b""], signature, method="GET", query=query)
    assert together(get, post(road.path, [b""], signature, method="GET")) == [(200, TWIML), (405, REFUSED)]
    assert [message.body for message in Message.objects.all()] == ["By GET"]


def test_same_text_posted_fifty_times_at_once_is_stored_once(road: Road) -> None:
    assert together(*(text(road, 1) for _ in range(50))) == [(200, TWIML)] * 50
    assert MessagingSession.objects.get().unread == 1
    assert sorted(outcome for outcome, _ in journal()) == ["duplicate"] * 49 + ["processed"]


def test_texts_that_come_together_keep_their_order(road: Road) -> None:
    assert together(*(text(road, number, f"Text {number}") for number in range(150))) == [(200, TWIML)] * 150
    bodies = [message.body for message in Message.objects.order_by("pk")]
    assert bodies == [f"Text {number}" for number in range(150)]
    assert MessagingSession.objects.get().unread == 150


def test_body_without_end_is_refused_once_it_is_too_large(road: Road, settings: Settings) -> None:
    settings.WEBHOOK_MAX_BYTES = 1000
    given = []

    def without_end() -> Iterable[bytes]:
        while True:
            given.append(1)
            yield b"x" * 100

    assert together(post(road.path, without_end())) == [(413, b"Too large.")]
    assert (len(given), journal()) == (11, [])


def test_empty_body_is_refused_without_a_trace(road: Road) -> None:
    assert together(post(road.path, [])) == [(400, b"The body is empty.")]
    assert journal() == []


def test_body_that_comes_too_slowly_is_refused(road: Road, settings: Settings) -> None:
    settings.WEBHOOK_BODY_TIMEOUT_S = 0.2
    trickle = post(road.path, [b"x"] * 100, pause_s=0.05)
    assert together(trickle) == [(408, b"The body did not come in time.")]
    assert journal() == []


def test_caller_that_hangs_up_leaves_nothing(road: Road) -> None:
    assert together(post(road.path, [b"Body=Hal", None])) == [GONE]
    assert journal() == []


def test_stranger_at_an_unknown_address_is_refused(db: None) -> None:
    assert together(post("/w/unknown/", [b"Body=Hello"])) == [(404, b"The URL is unknown.")]
    assert together(post("/w/unknown/", [], method="GET")) == [(405, b"Only POST is answered here.")]
