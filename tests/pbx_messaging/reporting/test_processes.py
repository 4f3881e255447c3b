"""What real processes send to a collector and to Sentry, of a text's whole way and of an error."""

import gzip
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import brotli
import pytest
from django.db import connection
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from pbx_messaging.reporting.traces import Span
from pbx_messaging.version import VERSION
from sessions.models import Attempt, WebhookRequest
from tests.factories import CONTACT, OUR_NUMBER
from tests.health.conftest import Receiver
from tests.house import House, open_house
from tests.waiting import wait_until

__all__ = ["open_house"]
pytestmark = [pytest.mark.processes, pytest.mark.django_db(transaction=True)]

CAME, ASKED, BROKEN = "id-of-a-webhook-1", "id-of-an-answer-1", "id-of-a-failure-1"
WORDS = "Where is my parcel", "It is on its way", "Words of a text that fails"


@pytest.fixture
def elsewhere() -> Iterator[Receiver]:
    """Whatever is sent to it is taken."""
    receiver = Receiver()
    yield receiver
    receiver.end()


def bodies(receiver: Receiver, path: str) -> list[bytes]:
    unpack = {"gzip": gzip.decompress, "br": brotli.decompress, "": bytes}
    return [
        unpack[headers.get("content-encoding", "")](body)
        for asked, headers, body in receiver.calls
        if asked == path
    ]


def spans(receiver: Receiver) -> list[Any]:
    found = []
    for body in bodies(receiver, "/v1/traces"):
        for resource in ExportTraceServiceRequest.FromString(body).resource_spans:
            found += [span for scope in resource.scope_spans for span in scope.spans]
    return found


def of(request_id: str) -> bytes:
    """A trace's id by a request's."""
    return Span("", request_id, 0, 0, {}).trace_id.to_bytes(16)


@contextmanager
def broken_database() -> Iterator[None]:
    """Whatever message is stored is refused, with the message's own words in the database's."""
    on, off = {
        "sqlite": (
            [
                """CREATE TRIGGER broken BEFORE INSERT ON messaging_sessions_message BEGIN
                   SELECT RAISE(ABORT, 'refused'); END""",
            ],
            ["DROP TRIGGER broken"],
        ),
        "postgresql": (
            [
                "CREATE TABLE told (words TEXT UNIQUE)",
                """CREATE FUNCTION refuse() RETURNS trigger AS $$ BEGIN
                   INSERT INTO told VALUES (NEW.body); INSERT INTO told VALUES (NEW.body); RETURN NEW;
                   END $$ LANGUAGE plpgsql""",
                """CREATE TRIGGER broken BEFORE INSERT ON messaging_sessions_message
                   FOR EACH ROW EXECUTE FUNCTION refuse()""",
            ],
            ["DROP TRIGGER broken ON messaging_sessions_message", "DROP FUNCTION refuse", "DROP TABLE told"],
        ),
    }[connection.vendor]
    _do(on)
    try:
        yield
    finally:
        _do(off)


def _do(statements: list[str]) -> None:
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


@pytest.mark.long
def test_text_is_one_trace_and_an_error_is_reported_without_its_matter(
    open_house: Callable[..., House], elsewhere: Receiver
) -> None:
    dsn = elsewhere.url.replace("http://", "http://key@") + "/7"
    house = open_house(OTLP_URL=elsewhere.url, SENTRY_DSN=dsn)
    assert house.text(1, WORDS[0], **{"X-Request-ID": CAME}).status_code == 200
    assert house.answer(WORDS[1], **{"X-Request-ID": ASKED}).status_code == 201
    wait_until(lambda: Attempt.objects.filter(status="delivered").exists(), timeout_s=40)
    expected = {"POST /w/…/", "take in", "route", "answer", "send", "status callback"}

    def trace() -> list[Any]:
        return [span for span in spans(elsewhere) if span.trace_id == of(CAME)]

    wait_until(lambda: {span.name for span in trace()} == expected, timeout_s=20)
    [root] = [span for span in trace() if not span.parent_span_id]
    assert (root.name, {span.parent_span_id for span in trace()}) == ("POST /w/…/", {b"", root.span_id})
    [answer] = [span for span in trace() if span.name == "answer"]
    assert [link.trace_id for link in answer.links] == [of(ASKED)]
    assert all(span.start_time_unix_nano <= span.end_time_unix_nano for span in trace())

    with broken_database():
        assert house.text(2, WORDS[2], **{"X-Request-ID": BROKEN}).status_code == 200
        assert WebhookRequest.objects.get(request_id=BROKEN).outcome == "failed"
        wait_until(lambda: bodies(elsewhere, "/api/7/envelope/"), timeout_s=20)
    events = [json.loads(body.splitlines()[2]) for body in bodies(elsewhere, "/api/7/envelope/")]
    [event] = [event for event in events if event["tags"]["request_id"] == BROKEN]
    assert event["release"] == f"pbx-messaging@{VERSION}"
    assert event["logentry"] == {"message": "a webhook request could not be processed: %s"}
    [*_others, error] = event["exception"]["values"]
    assert set(error) == {"type", "module", "stacktrace"}
    assert "sessions.receiving.intake" in {frame["module"] for frame in error["stacktrace"]["frames"]}

    secrets = [house.road.token, house.token, CONTACT[1:], OUR_NUMBER[1:], *WORDS]
    sent = b"\n".join([*bodies(elsewhere, "/v1/traces"), *bodies(elsewhere, "/api/7/envelope/")])
    assert [secret for secret in secrets if secret.encode() in sent + house.raw().encode()] == []
