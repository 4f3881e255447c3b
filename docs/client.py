"""A client of the REST API: picks up what waits, and answers each text once.

    python docs/client.py https://pbx.example.com "$TOKEN"

Standard library only. It is run as a test (tests/api/test_client.py), so it works as it stands here.
"""

import json
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from typing import Any

RECONNECT_S = 2.0


class Refused(Exception):
    """A problem (RFC 9457): `code` is stable, str() says what to do."""

    def __init__(self, problem: dict[str, Any]) -> None:
        super().__init__(f"{problem['title']} {problem['detail']}")
        self.code: str = problem["code"]


class Pbx:
    def __init__(self, url: str, token: str) -> None:
        self.url, self.headers = url.rstrip("/"), {"Authorization": f"Bearer {token}"}

    def call(self, method: str, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        """Sends again until there is an answer, which is safe: texts carry a client_id."""
        data = json.dumps(body).encode() if body is not None else None
        headers = self.headers | ({"Content-Type": "application/json"} if data else {})
        request = urllib.request.Request(f"{self.url}/api/v1/{path}", data, headers, method=method)
        while True:
            try:
                with urllib.request.urlopen(request, timeout=30) as answer:
                    return json.load(answer) if answer.status != 204 else {}
            except urllib.error.HTTPError as error:
                if error.code < 500 and error.code != 429:
                    raise Refused(json.load(error)) from error
                time.sleep(float(error.headers.get("Retry-After", RECONNECT_S)))
            except OSError:
                time.sleep(RECONNECT_S)

    def events(self) -> Iterator[str]:
        """What happened, without end: after a lost connection it goes on where it was."""
        last_id = ""
        while True:
            headers = self.headers | ({"Last-Event-ID": last_id} if last_id else {})
            try:
                request = urllib.request.Request(f"{self.url}/events/", headers=headers)
                with urllib.request.urlopen(request, timeout=60) as stream:
                    for line in stream:
                        field, _colon, value = line.decode().strip().partition(": ")
                        if field == "id":
                            last_id = value
                        elif field == "event":
                            yield value
            except urllib.error.HTTPError as error:
                if error.code == 401:
                    raise SystemExit("The token is not valid (any more).") from error
            except OSError:
                pass  # comes back below
            time.sleep(RECONNECT_S)

    def sessions(self, state: str) -> Iterator[dict[str, Any]]:
        cursor = ""
        while cursor is not None:
            page = self.call("GET", f"sessions?state={state}" + (f"&cursor={cursor}" if cursor else ""))
            yield from page["items"]
            cursor = page["next_cursor"]


def work(pbx: Pbx) -> None:
    """Picks up what waits, and answers the newest text of each session that nobody answered."""
    for session in pbx.sessions("waiting"):
        try:
            pbx.call("POST", f"sessions/{session['id']}/pick-up")
        except Refused as refused:
            print(f"Session {session['id']}: {refused}")  # somebody was faster, or one has enough
    for session in pbx.sessions("mine"):
        text = session["last_message"]
        if text and text["kind"] == "inbound":
            answer = {"body": f"Thank you! You wrote: {text['body']}", "client_id": f"answer-{text['id']}"}
            pbx.call("POST", f"sessions/{session['id']}/messages", answer)
            pbx.call("POST", f"sessions/{session['id']}/read")


if __name__ == "__main__":
    pbx = Pbx(*sys.argv[1:3])
    for event in pbx.events():
        if event in {"hello", "reset", "session", "message"}:
            work(pbx)
