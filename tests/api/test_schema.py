"""The API does what its OpenAPI document says: schemathesis makes up requests, right and wrong ones."""

from collections.abc import Iterator
from typing import Any

import hypothesis
import pytest
import schemathesis
from django.core.files.base import ContentFile
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from hypothesis import HealthCheck
from pytest_django.fixtures import Settings

from api.openapi import document
from pbx_messaging.wsgi import application
from sessions.models import Attachment, Contact, MessagingSession
from tests.api.conftest import Caller

pytestmark = [pytest.mark.once, pytest.mark.django_db]
# A value can have the right form and still not be used: a time that has passed, an impossible number.
USABLE = ["2xx", "401", "403", "404", "409", "422"]
EXAMPLES = 10  # of each operation, beside those that cover the edges of each field


@pytest.fixture
def one_connection() -> Iterator[None]:
    """Requests go through WSGI itself, which would close the test's connection with its transaction."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


CONFIG = {
    "seed": 1,
    "generation": {"deterministic": True, "max-examples": EXAMPLES},
    "operations": [
        {
            "include-operation-id": [
                "start_session",
                "start_session_with_files",
                "reply",
                "reply_with_files",
                "snooze",
                "put_contact",
            ],
            "checks": {"positive_data_acceptance": {"expected-statuses": USABLE}},
        }
    ],
}
described = schemathesis.openapi.from_dict(document(), config=schemathesis.Config.from_dict(CONFIG))
described.app = application
schema = described.exclude(path="/events")  # which never ends


@pytest.fixture
def things(mine: MessagingSession, ada: Caller) -> dict[str, Any]:
    sent = ada.post(f"sessions/{mine.pk}/messages", {"body": "Until six."}).json()
    attachment = Attachment(message_id=sent["id"], position=0, content_type="image/png", state="stored")
    attachment.file.save("x.png", ContentFile(b"\x89PNG\r\n\x1a\n"))
    Contact.objects.create(address=mine.contact, name="Grace")
    ids = {"session_id": mine.pk, "message_id": sent["id"], "attachment_id": attachment.pk}
    return ids | {"number": mine.contact}


@schema.parametrize()
@hypothesis.settings(
    deadline=None, derandomize=True, max_examples=EXAMPLES, suppress_health_check=list(HealthCheck)
)
@pytest.mark.long
def test_operation_keeps_to_its_description(
    case: "schemathesis.Case[Any]",
    ada: Caller,
    things: dict[str, Any],
    one_connection: None,
    settings: Settings,
) -> None:
    """Right requests are about things that there are."""
    settings.API_RATE_PER_MIN = 1_000_000
    if case.meta and case.meta.generation.mode.is_positive:
        case.path_parameters.update({name: things[name] for name in case.path_parameters})
    case.call_and_validate(headers={"Authorization": f"Bearer {ada.token}", "Accept-Encoding": "identity"})
