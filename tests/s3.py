"""A bucket in S3's place: objects are put, asked for and read by their path, with the key that it knows."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

ACCESS_KEY = "AKIATEST"


@dataclass
class Bucket:
    """`objects`: content by "/bucket/key"; `refused`: requests that another key signed."""

    objects: dict[str, bytes] = field(default_factory=dict)
    refused: int = 0
    url: str = ""


@contextmanager
def running() -> Iterator[Bucket]:
    """Serves a bucket until the end of the block."""
    bucket = Bucket()
    handler = type("Handler", (_Handler,), {"bucket": bucket})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        bucket.url = f"http://127.0.0.1:{server.server_port}"
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield bucket
        finally:
            server.shutdown()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    bucket: Bucket

    def _answer(self, status: int, content: bytes = b"") -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(content)))
        self.send_header("ETag", '"0"')
        self.send_header("Last-Modified", "Tue, 24 Nov 2026 12:00:00 GMT")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)

    def _is_let_in(self) -> bool:
        known = f"Credential={ACCESS_KEY}/" in self.headers.get("Authorization", "")
        if not known:
            self.bucket.refused += 1
            self._answer(403)
        return known

    def do_PUT(self) -> None:
        content = self.rfile.read(int(self.headers["Content-Length"]))
        if self._is_let_in():
            self.bucket.objects[self.path] = content
            self._answer(200)

    def do_GET(self) -> None:
        if self._is_let_in():
            content = self.bucket.objects.get(self.path.partition("?")[0])
            self._answer(404) if content is None else self._answer(200, content)

    do_HEAD = do_GET  # noqa: N815

    def log_message(self, *_args: Any) -> None:
        """Says nothing."""
