"""The door that programs come in by: requests with a bearer token."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from accounts import tokens
from accounts.models import ApiToken, User
from routing.models import Extension
from sessions.models import Message, MessagingSession
from tests.sessions.conftest import Post, agents, post_inbound, queue, road

__all__ = ["agents", "post_inbound", "queue", "road"]


class Caller:
    """Somebody's program. `post("sessions", {...})` answers as Django's test client does."""

    def __init__(self, user: User, scope: str = ApiToken.Scope.SEND) -> None:
        self.token_row, self.token = tokens.create_token(user, name="CRM", scope=scope)
        self.client = Client(headers={"Authorization": f"Bearer {self.token}"})

    def get(self, path: str, **query: Any) -> Any:
        return self.client.get(f"/api/v1/{path}", query)

    def post(self, path: str, body: object = None, **headers: str) -> Any:
        return self._send("post", path, body, headers)

    def put(self, path: str, body: object) -> Any:
        return self._send("put", path, body, {})

    def _send(self, method: str, path: str, body: object, headers: dict[str, str]) -> Any:
        send: Callable[..., Any] = getattr(self.client, method)
        if body is None:
            return send(f"/api/v1/{path}", headers=headers)
        return send(f"/api/v1/{path}", body, content_type="application/json", headers=headers)


def code_of(answer: Any) -> tuple[int, str]:
    """Of a problem, whose form is looked at by the way."""
    problem = answer.json()
    assert answer["Content-Type"] == "application/problem+json"
    assert problem["status"] == answer.status_code
    assert problem["title"] and problem["detail"]
    return answer.status_code, problem["code"]


@pytest.fixture
def ada(agents: list[Extension]) -> Caller:
    return Caller(agents[0].user)


@pytest.fixture
def ben(agents: list[Extension]) -> Caller:
    """In the same queue."""
    return Caller(agents[1].user)


@pytest.fixture
def cleo(agents: list[Extension]) -> Caller:
    """In no queue."""
    return Caller(agents[2].user)


@pytest.fixture
def waiting(post_inbound: Post) -> MessagingSession:
    post_inbound(1, "Are you open today?")
    return MessagingSession.objects.get()


@pytest.fixture
def mine(waiting: MessagingSession, ada: Caller) -> MessagingSession:
    """Picked up by Ada."""
    assert ada.post(f"sessions/{waiting.pk}/pick-up").status_code == 200
    waiting.refresh_from_db()
    return waiting


def texts() -> list[str]:
    """The bodies of all outbound texts."""
    return list(Message.objects.filter(kind="outbound").order_by("pk").values_list("body", flat=True))
