"""An ITSP's load on a running stack: signed texts at a steady rate, each with its own id, and the answers."""

import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count

import requests
from twilio.request_validator import RequestValidator

from tests.factories import ACCOUNT_SID, AUTH_TOKEN
from tests.sessions.conftest import inbound_fields, sid_of

NO_CONNECTION = 0  # nobody listens, or the connection broke before the answer
ITSP_WAITS_S = 3.0  # the `rt` of Twilio's connection overrides
CONTACTS = 7


@dataclass
class Answer:
    status: int
    took_s: float
    begun_at: float
    body: bytes = b""


@dataclass
class Load:
    """`answers`: what became of each text, by its ITSP message id. A text is posted once, never again."""

    url: str
    threads: int = 4
    per_s: float = 4.0
    answers: dict[str, Answer] = field(default_factory=dict)
    numbers: Iterator[int] = field(default_factory=lambda: count(1))
    account_sid: str = ACCOUNT_SID
    auth_token: str = AUTH_TOKEN

    def post(self, number: int) -> Answer:
        """Posts the text with this number and keeps the answer."""
        contact = f"+1415555{number % CONTACTS:04}"
        own = {"From": contact, "AccountSid": self.account_sid}
        fields = inbound_fields(sid_of(number), f"Text {number}", **own)
        signature = RequestValidator(self.auth_token).compute_signature(self.url, fields)
        begun_at = time.monotonic()
        try:
            got = requests.post(self.url, fields, headers={"X-Twilio-Signature": signature}, timeout=30)
            status, body = got.status_code, got.content
        except requests.ConnectionError:
            status, body = NO_CONNECTION, b""
        answer = Answer(status, time.monotonic() - begun_at, begun_at, body)
        self.answers[fields["MessageSid"]] = answer
        return answer

    @contextmanager
    def running(self) -> Iterator[None]:
        """Posts from all threads until the end of the block, and waits for the last answers."""
        stopping = threading.Event()

        def run() -> None:
            while not stopping.wait(self.threads / self.per_s):
                self.post(next(self.numbers))

        threads = [threading.Thread(target=run, daemon=True) for _ in range(self.threads)]
        for thread in threads:
            thread.start()
        try:
            yield
        finally:
            stopping.set()
            for thread in threads:
                thread.join(40)

    def answered(self, status: int) -> set[str]:
        """The ids of the texts that got this answer."""
        return {sid for sid, answer in self.answers.items() if answer.status == status}

    def between(self, since: float, until: float) -> list[Answer]:
        """The answers to the texts that were posted in this time (monotonic)."""
        return [answer for answer in self.answers.values() if since <= answer.begun_at < until]

    def statuses(self) -> "Counter[int]":
        """How many of each answer."""
        return Counter(answer.status for answer in self.answers.values())

    def slowest_s(self) -> float:
        """The longest wait for an answer."""
        return max(answer.took_s for answer in self.answers.values())
