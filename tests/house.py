"""The product with a line at the simulator: texts that come, answers by API, and what its processes say."""

import json
from collections.abc import Callable
from typing import Any

import pytest
import requests
from twilio.request_validator import RequestValidator

from accounts import tokens
from accounts.models import ApiToken
from sessions.models import MessagingSession
from tests.factories import OUR_NUMBER, Road, make_agent, make_queue, make_road
from tests.product import Stack
from tests.servers import Simulator
from tests.sessions.conftest import inbound_fields, sid_of


class House:
    """A line at the simulator, an agent's token, and all that the processes say."""

    def __init__(self, stack: Stack, road: Road, token: str, auth_token: str, account_sid: str) -> None:
        self.stack, self.road, self.token = stack, road, token
        self._auth_token, self._account_sid = auth_token, account_sid

    def text(self, number: int, body: str = "Hello", **headers: str) -> requests.Response:
        """A contact's text, as the ITSP posts it."""
        fields = inbound_fields(sid_of(number), body, AccountSid=self._account_sid)
        url = f"{self.stack.url}{self.road.path}"
        signature = RequestValidator(self._auth_token).compute_signature(url, fields)
        headers = {"X-Twilio-Signature": signature, **headers}
        return requests.post(url, data=fields, headers=headers, timeout=20)

    def ask(self, method: str, path: str, body: object = None, **headers: str) -> requests.Response:
        """A program of the agent's asks the API."""
        headers = {"Authorization": f"Bearer {self.token}", **headers}
        return requests.request(
            method, f"{self.stack.url}/api/v1/{path}", json=body, headers=headers, timeout=20
        )

    def answer(self, body: str, **headers: str) -> requests.Response:
        """The agent picks up the one session that there is, and answers."""
        session = MessagingSession.objects.get()
        assert self.ask("POST", f"sessions/{session.pk}/pick-up").status_code == 200
        return self.ask("POST", f"sessions/{session.pk}/messages", {"body": body}, **headers)

    def raw(self) -> str:
        return "\n".join(
            child.log_path.read_text() for name, child in self.stack.children.items() if name != "proxy"
        )

    def lines(self) -> list[dict[str, Any]]:
        """All of them are JSON, from the first on."""
        return [json.loads(line) for line in self.raw().splitlines() if line]


@pytest.fixture
def open_house(simulator: Simulator, start_stack: Callable[..., Stack]) -> Callable[..., House]:
    def start(**env: str) -> House:
        account = simulator.get("/control/state")
        simulator.post("/control/numbers", {"address": OUR_NUMBER, "rate": "unlimited"})
        credentials = {name: account[name] for name in ("account_sid", "auth_token")}
        agent = make_agent("1001")
        road = make_road(make_queue(agent), agent, **credentials)
        _row, token = tokens.create_token(agent.user, name="CRM", scope=ApiToken.Scope.SEND)
        return House(start_stack(LOG_JSON="True", **env), road, token, **credentials)

    return start
