"""Twilio's side of the road in: texts at a steady rate, tried again as our URL's overrides say."""

import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count

import requests
from twilio.request_validator import RequestValidator

from tests.twilio_texts import inbound_fields, sid_of

TRIES, CONNECT_S, READ_S = 3, 2.0, 3.0  # rc=2, ct, rt of `webhook_overrides`
PER_S = 20


@dataclass
class TwilioCalls:
    """`account_sid` and `auth_token` of the channel, `to` one of its numbers."""

    url: str
    account_sid: str
    auth_token: str
    to: str
    answers: dict[str, list[str]] = field(default_factory=dict)  # of each text: what each try got
    slowest_s: float = 0.0
    numbers: Iterator[int] = field(default_factory=lambda: count(1))

    @contextmanager
    def running(self) -> Iterator[None]:
        """Posts until the end of the block, and waits for the last answers."""
        stopping = threading.Event()
        with ThreadPoolExecutor(128) as pool:

            def run() -> None:
                while not stopping.wait(1 / PER_S):
                    pool.submit(self._text, next(self.numbers))

            caller = threading.Thread(target=run)
            caller.start()
            try:
                yield
            finally:
                stopping.set()
                caller.join()

    def _text(self, number: int) -> None:
        texted = {"AccountSid": self.account_sid, "To": self.to, "From": f"+1415555{number % 50:04}"}
        fields = inbound_fields(sid_of(number), f"Text {number}", **texted)
        signature = RequestValidator(self.auth_token).compute_signature(self.url, fields)
        tries = self.answers.setdefault(fields["MessageSid"], [])
        for _ in range(TRIES):
            tries.append(self._post(fields, signature))
            if tries[-1].isdecimal() and int(tries[-1]) < 500:
                return

    def _post(self, fields: dict[str, str], signature: str) -> str:
        begun, headers = time.monotonic(), {"X-Twilio-Signature": signature}
        try:
            answer = requests.post(self.url, fields, headers=headers, timeout=(CONNECT_S, READ_S))
        except requests.RequestException as error:
            return type(error).__name__
        finally:
            self.slowest_s = max(self.slowest_s, time.monotonic() - begun)
        return str(answer.status_code)

    @property
    def last(self) -> set[str]:
        """The last answers."""
        return {tries[-1] for tries in self.answers.values()}

    @property
    def tried_again(self) -> dict[str, list[str]]:
        return {sid: tries for sid, tries in self.answers.items() if len(tries) > 1}
