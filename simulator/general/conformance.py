"""Does a provider keep to the general interface? PBX's part is played towards it, one line for each rule."""

from __future__ import annotations

import uuid
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import aiohttp

from simulator.general.pbx import Item, Webhook

STATUSES = frozenset(
    (
        *("accepted", "queued", "sending", "sent", "delivered", "read", "failed", "rejected"),
        *("expired", "undelivered", "cancelled", "canceled"),
    )
)
FINAL = STATUSES - {"accepted", "queued", "sending", "sent"}
ANSWERED_WITHIN_S = 30.0
LONGEST_ID = 64


@dataclass(frozen=True)
class Provider:
    """What is checked; `wait_s` is how long a result, and an inbound text, may take."""

    send_url: str
    api_key: str
    sender: str
    recipient: str
    verify_url: str = ""
    wait_s: float = 60.0
    wants_inbound: bool = False


@dataclass(frozen=True)
class Line:
    """`found` is what came instead, where a rule is not kept."""

    rule: str
    is_kept: bool
    found: str = ""


@dataclass(frozen=True)
class Answer:
    status: int
    told: Any


async def lines(provider: Provider, webhook: Webhook) -> AsyncIterator[Line]:
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=ANSWERED_WITHIN_S)) as client:
        run = _Run(provider, webhook, client)
        async for line in run.refusals():
            yield line
        async for line in run.text():
            yield line
    if provider.wants_inbound:
        async for line in run.inbound():
            yield line
    yield run.signed()


class _Run:
    def __init__(self, provider: Provider, webhook: Webhook, client: aiohttp.ClientSession) -> None:
        self._provider, self._webhook, self._client = provider, webhook, client
        self._reference = f"conformance-{uuid.uuid4().hex[:12]}"

    # --- what the provider is asked ---

    async def refusals(self) -> AsyncIterator[Line]:
        """What must not be taken."""
        yield _among("A wrong key is refused with 401 or 403", await self._send(key="wrong"), {401, 403})
        without = self._body()
        del without["to"]
        yield _refused("A text without a recipient is refused with 4xx", await self._send(without))
        yield _refused("A body that is no JSON is refused with 4xx", await self._send(raw=b"{no json"))
        if url := self._provider.verify_url:
            right = await self._call("GET", url, self._provider.api_key)
            yield _among("The Verification URL answers a right key with 200", right, {200})
            wrong = await self._call("GET", url, "wrong")
            yield _among("The Verification URL answers a wrong key with 401 or 403", wrong, {401, 403})

    async def text(self) -> AsyncIterator[Line]:
        """One that is taken, and its results."""
        answer = await self._send(self._body())
        is_taken = 200 <= answer.status < 300
        yield Line("A text is taken with 2xx", is_taken, _said(answer))
        message_id = _id_of(answer.told)
        yield Line(
            "The answer has an id at data.id, 64 characters at most",
            bool(message_id),
            _said(answer),
        )
        if not message_id:
            return
        webhook, wait_s = self._webhook, self._provider.wait_s

        def results() -> list[Item]:
            return webhook.items(lambda item: str(item.get("id")) == message_id and "status" in item)

        ended = await webhook.wait(lambda: any(one["status"] in FINAL for one in results()), wait_s)
        words = [str(one["status"]) for one in results()]
        found = f"statuses: {', '.join(words) or 'none'}"
        yield Line(f"A final result comes to the webhook within {wait_s:g} s", ended, found)
        yield Line("All statuses are words of the interface", bool(words) and set(words) <= STATUSES, found)
        references = {str(one.get("reference")) for one in results()}
        is_same = references == {self._reference}
        yield Line("Each result repeats the reference", is_same, f"references: {references or 'none'}")
        yield await self._repeated()

    async def inbound(self) -> AsyncIterator[Line]:
        webhook, provider = self._webhook, self._provider

        def texts() -> list[Item]:
            return webhook.items(lambda item: "text" in item and item.get("to") == provider.sender)

        came = await webhook.wait(lambda: bool(texts()), provider.wait_s)
        yield Line(f"A text to {provider.sender} comes to the webhook within {provider.wait_s:g} s", came)
        for one in texts()[:1]:
            whole = all(isinstance(one.get(name), str) and one[name] for name in ("id", "from", "to"))
            yield Line("It has id, from, to and text", whole, str(one))

    # --- what it has posted ---

    async def _repeated(self) -> Line:
        calls = self._webhook.came

        def is_again() -> bool:
            return bool(calls) and any(came.body == calls[0].body for came in calls[1:])

        again = await self._webhook.wait(is_again, self._provider.wait_s)
        return Line("A call that was answered 503 is made again with the same body", again)

    def signed(self) -> Line:
        calls = self._webhook.came
        wrong = [came for came in calls if not self._webhook.is_signed(came)]
        found = f"wrong: {len(wrong)} of {len(calls)}" if wrong else "no call came"
        return Line("Each call is signed with the secret", bool(calls) and not wrong, found)

    def _body(self) -> dict[str, Any]:
        provider = self._provider
        return {
            "from": provider.sender,
            "to": provider.recipient,
            "text": "Conformance of the general interface.",
            "reference": self._reference,
        }

    async def _send(self, body: dict[str, Any] | None = None, *, raw: bytes = b"", key: str = "") -> Answer:
        url, key = self._provider.send_url, key or self._provider.api_key
        if raw:
            return await self._call("POST", url, key, data=raw, headers={"Content-Type": "application/json"})
        return await self._call("POST", url, key, json=body or self._body())

    async def _call(self, method: str, url: str, key: str, **parts: Any) -> Answer:
        headers = {"Authorization": f"Bearer {key}", **parts.pop("headers", {})}
        try:
            async with self._client.request(
                method, url, headers=headers, allow_redirects=False, **parts
            ) as answer:
                return Answer(answer.status, await _json(answer))
        except (aiohttp.ClientError, TimeoutError) as error:
            return Answer(0, f"no answer: {type(error).__name__}")


async def _json(answer: aiohttp.ClientResponse) -> Any:
    try:
        return await answer.json(content_type=None)
    except ValueError:
        return None


def _id_of(told: Any) -> str:
    data = told.get("data") if isinstance(told, dict) else None
    value = data.get("id") if isinstance(data, dict) else None
    text = str(value) if isinstance(value, str | int) else ""
    return text if len(text) <= LONGEST_ID else ""


def _among(rule: str, answer: Answer, statuses: set[int]) -> Line:
    return Line(rule, answer.status in statuses, _said(answer))


def _refused(rule: str, answer: Answer) -> Line:
    return Line(rule, 400 <= answer.status < 500, _said(answer))


def _said(answer: Answer) -> str:
    return f"HTTP {answer.status} {answer.told}"[:200]
