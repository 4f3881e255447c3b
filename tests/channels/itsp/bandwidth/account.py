"""The simulator's account at Bandwidth, and a place that takes its callbacks."""

import base64
import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from channels.itsp.base import Credentials
from tests.waiting import wait_until

OURS, TOLL_FREE, CONTACT = "+19195550142", "+18335550142", "+19195550143"
USER, PASSWORD = "pbx-00c0ffee", "a-password-of-24-letters"


def made_account(post: Callable[[str, Any], Any], url: str = "", **more: Any) -> Credentials:
    """An account that sends at once, with two numbers at the application, whose callbacks go to `url`.

    `post` tells the simulator's control API something, as `Simulator.post` does.
    """
    account = post("/control/bandwidth", {"rate": 1000.0, "list_after_s": 0.0, **more})
    post("/control/settings", {"send_delay_ms": [5, 10], "deliver_delay_ms": [5, 10]})
    (application,) = account["applications"]
    application_id = application["application_id"]
    login = {"inbound": [USER, PASSWORD], "outbound": [USER, PASSWORD]}
    urls = {"inbound_url": url, "outbound_url": url}
    post("/control/bandwidth/applications", {"application_id": application_id, **urls, **login})
    for address in (OURS, TOLL_FREE):
        number = {"address": address, "itsp": "bandwidth", "belongs_to": application_id, "mms": True}
        post("/control/numbers", {**number, "toll_free_status": "VERIFIED"})
    return {
        "account_id": account["account_id"],
        "application_id": application_id,
        "api_user": account["api_user"],
        "api_password": account["api_password"],
        "callback_user": USER,
        "callback_password": PASSWORD,
    }


class Receiver:
    """`calls` are (headers, events) as they came; `answer` says with which status each is answered."""

    def __init__(self) -> None:
        self.calls: list[tuple[dict[str, str], list[dict[str, Any]]]] = []
        self.answer: Callable[[int], int] = lambda _number: 200
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                receiver.calls.append((dict(self.headers.items()), json.loads(body)))
                self.send_response(receiver.answer(len(receiver.calls)))
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_arguments: Any) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}/w/token/"

    @property
    def events(self) -> list[dict[str, Any]]:
        return [event for _headers, events in self.calls for event in events]

    def types(self) -> list[str]:
        return [event["type"] for event in self.events]

    def wait_for(self, count: int) -> list[dict[str, Any]]:
        wait_until(lambda: len(self.events) >= count)
        return self.events

    @contextmanager
    def listening(self) -> Iterator["Receiver"]:
        thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        thread.start()
        try:
            yield self
        finally:
            self._server.shutdown()
            self._server.server_close()


def authorization() -> str:
    return "Basic " + base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()
