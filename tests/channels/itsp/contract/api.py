"""A server in the place of an ITSP's API, which answers what it is told and counts what it is asked."""

import http.server
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from enum import Enum
from typing import Any

from tests.channels.itsp.contract.kit import Reply


class Silence(Enum):
    """In the place of a reply."""

    HANGS_UP = "the request was read; the connection ends"
    NEVER = "the connection stays open"
    TRICKLES = "a byte of the answer comes now and then"


EVERY_S = 0.1  # a byte comes


class Api:
    """`reply` is given to each request from now on; `asked` counts them, by method."""

    def __init__(self) -> None:
        self.reply: Reply | Silence = Silence.HANGS_UP
        self.asked: list[str] = []
        self.url = ""
        self.ended = threading.Event()


@contextmanager
def api() -> Iterator[Api]:
    stand_in = Api()

    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def answer(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length") or 0))
            stand_in.asked.append(self.command)
            self.close_connection = True
            if isinstance(stand_in.reply, Reply):
                self.give(stand_in.reply)
            elif stand_in.reply is Silence.NEVER:
                stand_in.ended.wait(60)
            elif stand_in.reply is Silence.TRICKLES:
                self.trickle()

        do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = answer  # noqa: N815

        def give(self, reply: Reply) -> None:
            self.send_response(reply.status)
            for name, value in {**reply.headers, "Content-Length": str(len(reply.body))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(reply.body)

        def trickle(self) -> None:
            self.send_response(200)
            self.send_header("Content-Length", "100000")
            self.end_headers()
            while not stand_in.ended.wait(EVERY_S):
                self.wfile.write(b" ")

        def log_message(self, *_arguments: Any) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads, server.handle_error = True, lambda *_arguments: None  # type: ignore[method-assign]
    stand_in.url = f"http://127.0.0.1:{server.server_port}"
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    yield stand_in
    stand_in.ended.set()
    server.shutdown()
    server.server_close()
