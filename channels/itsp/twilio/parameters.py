"""The parameters of a call as bytes, so that broken encodings neither fail nor change the signature."""

from functools import lru_cache
from urllib.parse import unquote_to_bytes

from channels.itsp.calls import WebhookCall

Parameters = tuple[tuple[bytes, bytes], ...]


def parameters_of(call: WebhookCall) -> Parameters:
    """Of a form; of a GET, what stands in its address."""
    if call.method == "GET":
        return of_form(call.url.partition("?")[2].encode("utf-8", "surrogateescape"))
    return of_form(call.body)


@lru_cache(maxsize=256)  # a call's are asked for twice: to verify it, and to read it
def of_form(body: bytes) -> Parameters:
    pieces = [piece.partition(b"=") for piece in body.replace(b"+", b" ").split(b"&") if piece]
    return tuple(
        (
            unquote_to_bytes(name) if b"%" in name else name,
            unquote_to_bytes(value) if b"%" in value else value,
        )
        for name, _sign, value in pieces
    )
