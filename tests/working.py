"""Agents at work, through the API and in the inbox: what was accepted of theirs, and how long it took."""

import threading
import time
import uuid
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import requests

from tests.installation import log_in

PAGES = ("inbox/", "inbox/sessions/")
PAUSE_S = 0.3
TRIES = 40  # of an answer


@dataclass
class Agents:
    """`answers`: of each contact what was accepted, in order. `pages_ms`: of each call, the API's too."""

    url: str
    tokens: list[str]
    login: str
    password: str
    answers: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    pages_ms: list[float] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    _stopping: threading.Event = field(default_factory=threading.Event)

    @contextmanager
    def working(self) -> Iterator[None]:
        """Until the end of the block."""
        browser = log_in(f"{self.url}/", self.login, self.password)
        threads = [threading.Thread(target=self._answer, args=(token,)) for token in self.tokens]
        threads += [threading.Thread(target=self._read, args=(browser,))]
        for thread in threads:
            thread.start()
        try:
            yield
        finally:
            self._stopping.set()
            for thread in threads:
                thread.join()

    def _read(self, browser: requests.Session) -> None:
        while not self._stopping.wait(PAUSE_S):
            for page in PAGES:
                self._call(browser, "GET", f"{self.url}/{page}")

    def _answer(self, token: str) -> None:
        """One answer after the other: to whom has waited for the longest, and then to one of one's own."""
        client, turn = requests.Session(), 0
        client.headers["Authorization"] = f"Bearer {token}"
        while not self._stopping.wait(PAUSE_S):
            for one in self._sessions(client, "waiting")[:1]:
                self._call(client, "POST", f"{self._api}/sessions/{one['id']}/pick-up")
            if mine := self._sessions(client, "mine"):
                self._write(client, mine[turn % len(mine)])
                turn += 1

    @property
    def _api(self) -> str:
        return f"{self.url}/api/v1"

    def _sessions(self, client: requests.Session, state: str) -> list[dict[str, Any]]:
        answer = self._call(client, "GET", f"{self._api}/sessions?state={state}")
        return list(answer.json()["items"]) if answer is not None and answer.ok else []

    def _write(self, client: requests.Session, session: dict[str, Any]) -> None:
        """As a client does: what was not answered is sent again, with the same id."""
        body, client_id = f"Answer {uuid.uuid4()}", str(uuid.uuid4())
        for _ in range(TRIES):
            url = f"{self._api}/sessions/{session['id']}/messages"
            answer = self._call(client, "POST", url, {"body": body, "client_id": client_id})
            if answer is not None and answer.status_code < 500:
                if answer.ok:
                    self.answers[session["contact"]].append(body)
                return
            time.sleep(0.5)

    def _call(
        self, client: requests.Session, method: str, url: str, body: dict[str, str] | None = None
    ) -> requests.Response | None:
        begun = time.perf_counter()
        try:
            answer = client.request(method, url, json=body, timeout=30)
        except requests.RequestException as error:
            self.refused.append(f"{type(error).__name__} {method} {url.removeprefix(self.url)}")
            return None
        finally:
            self.pages_ms.append((time.perf_counter() - begun) * 1000)
        if not answer.ok:
            self.refused.append(f"{answer.status_code} {method} {url.removeprefix(self.url)}")
        return answer
