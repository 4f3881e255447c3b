"""What the event stream says to whom it hears of nothing, in the language that they ask for."""

import asyncio
import json
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from sessions.live.stream import event_stream
from tests.languages import made_up

pytestmark = pytest.mark.once


def refused(method: str, languages: str) -> tuple[str, str]:
    """Title and detail, by the application's own door."""
    sent: list[Mapping[str, Any]] = []

    async def send(message: Mapping[str, Any]) -> None:
        sent.append(message)

    headers = [(b"accept-language", languages.encode())]
    scope = {"method": method, "headers": headers, "query_string": b""}
    with ThreadPoolExecutor(1) as thread:  # the browser of other tests has a loop in this one
        thread.submit(asyncio.run, event_stream(scope, send)).result()
    told = json.loads(sent[-1]["body"])
    return told["title"], told["detail"]


@pytest.mark.parametrize(
    ("languages", "method", "told"),
    [
        ("de", "POST", ("[This can’t be done here.]", "[Only GET is answered.]")),
        ("tlh, fr;q=0.4, de-AT;q=0.8", "POST", ("[This can’t be done here.]", "[Only GET is answered.]")),
        ("en", "POST", ("This can’t be done here.", "Only GET is answered.")),
        ("", "POST", ("This can’t be done here.", "Only GET is answered.")),
        (
            "de",
            "GET",
            (
                "[A valid token is needed.]",
                "[Log in as an agent, or send `Authorization: Bearer …` with a token.]",
            ),
        ),
    ],
)
def test_refusal_is_told_in_the_reader_s_language(
    languages: str, method: str, told: tuple[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    made_up(monkeypatch, "de")
    assert refused(method, languages) == told
