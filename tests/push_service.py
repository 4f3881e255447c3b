"""A stand-in for a browser and its push service: it takes notifications, and reads them as a browser does.

Written against RFC 8291, RFC 8188 and RFC 8292, and without any of the product's own code.
"""

import base64
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat


def text_of(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def bytes_of(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


@dataclass
class Browser:
    """One subscription: `fields` is what a page sends of it, `shown` what its user has been shown."""

    name: str
    service: "PushService | None" = None
    answer: int = 201
    headers: dict[str, str] = field(default_factory=dict)
    shown: list[dict[str, Any]] = field(default_factory=list)
    calls: int = 0

    def __post_init__(self) -> None:
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._auth = b"sixteen bytes it"

    @property
    def public(self) -> bytes:
        return self._key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)

    @property
    def keys(self) -> dict[str, str]:
        return {"p256dh": text_of(self.public), "auth": text_of(self._auth)}

    @property
    def fields(self) -> dict[str, str]:
        assert self.service is not None
        return {"endpoint": f"{self.service.url}/push/{self.name}", **self.keys}

    def read(self, body: bytes) -> bytes:
        salt, size, id_length = body[:16], int.from_bytes(body[16:20], "big"), body[20]
        sender, record = body[21 : 21 + id_length], body[21 + id_length :]
        assert len(record) <= size
        point = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), sender)
        shared = self._key.exchange(ec.ECDH(), point)
        info = b"WebPush: info\x00" + self.public + sender
        secret = HKDF(SHA256(), 32, self._auth, info).derive(shared)
        key = HKDF(SHA256(), 16, salt, b"Content-Encoding: aes128gcm\x00").derive(secret)
        nonce = HKDF(SHA256(), 12, salt, b"Content-Encoding: nonce\x00").derive(secret)
        plain = AESGCM(key).decrypt(nonce, record, None).rstrip(b"\x00")
        assert plain[-1:] == b"\x02"
        return plain[:-1]


class PushService:
    """Listens on loopback; `browsers` by their names; `claims` are those of the latest call."""

    def __init__(self) -> None:
        self.browsers: dict[str, Browser] = {}
        self.claims: dict[str, Any] = {}
        self.key = ""
        self.headers: dict[str, str] = {}
        service = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                status, headers = service.take(self.path, dict(self.headers), body)
                self.send_response(status)
                for name, value in {"Content-Length": "0", **headers}.items():
                    self.send_header(name, value)
                self.end_headers()

            def log_message(self, *_arguments: Any) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def browser(self, name: str) -> Browser:
        return self.browsers.setdefault(name, Browser(name, self))

    def take(self, path: str, headers: dict[str, str], body: bytes) -> tuple[int, dict[str, str]]:
        browser = self.browsers[path.rpartition("/")[2]]
        browser.calls += 1
        self.headers = headers
        self._check(headers["Authorization"])
        if browser.answer == 201:
            browser.shown.append(json.loads(browser.read(body)))
        return browser.answer, browser.headers

    def _check(self, authorization: str) -> None:
        """The signature of the claims; raises `InvalidSignature`."""
        scheme, _blank, values = authorization.partition(" ")
        given = dict(part.strip().split("=", 1) for part in values.split(","))
        assert scheme == "vapid"
        signed, _dot, signature = given["t"].rpartition(".")
        raw = bytes_of(signature)
        r, s = (int.from_bytes(raw[at : at + 32], "big") for at in (0, 32))
        point = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), bytes_of(given["k"]))
        point.verify(encode_dss_signature(r, s), signed.encode(), ec.ECDSA(SHA256()))
        self.claims, self.key = json.loads(bytes_of(signed.partition(".")[2])), given["k"]

    def end(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


@contextmanager
def push_service() -> Iterator[PushService]:
    service = PushService()
    try:
        yield service
    finally:
        service.end()
